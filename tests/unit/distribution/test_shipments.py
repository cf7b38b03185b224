"""One shipment is charged once, and its lines share the charge by chargeable weight."""

from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.rules.shipments import (
    Shipment,
    charge_of,
    components_of,
    shares_of,
    shipment_of,
    with_shipments,
)
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.pricing.rules.terms import Basis, Break, Extra, Surcharge, Terms
from marketplace.logistics.rules.freight import Rates

CNY = "CNY"
TERMS = Terms(
    breaks=(Break(500_000, UnitPrice.of("1.10", CNY)), Break(2_000_000, UnitPrice.of("0.90", CNY))),
    surcharges=(
        Surcharge(Extra.FUEL, Basis.PERCENT, Decimal(12), CNY),
        Surcharge(Extra.BORDER, Basis.PER_SHIPMENT, Decimal(80), CNY),
    ),
)
RATES = Rates(UnitPrice.of("1.20", CNY), Money.of(150, CNY), 333, 1_850, TERMS)
WEIGHTS = st.lists(st.integers(1, 12_000_000), min_size=1, max_size=12)


@given(WEIGHTS)
def test_the_shares_are_the_charge_and_none_is_above_what_a_line_pays_alone(weights):
    charge = charge_of(RATES, sum(weights))
    shares = shares_of(charge, weights)
    assert sum(one.minor for one in shares) == charge.minor
    # Rounding moves a share by less than two of the smallest coins.
    assert all(0 < one.minor <= charge_of(RATES, grams).minor + 1 for one, grams in zip(shares, weights, strict=True))


def test_two_small_lines_pay_one_minimum():
    plain = Rates(UnitPrice.of("1.20", CNY), Money.of(150, CNY), 333, 1_850)
    charge = charge_of(plain, 80_000)
    assert (charge, shares_of(charge, [60_000, 20_000])) == (
        Money.of(150, CNY),
        [Money.of("112.50", CNY), Money.of("37.50", CNY)],
    )


@given(WEIGHTS)
def test_the_components_of_a_line_add_up_to_its_share(weights):
    lines = [uuid4() for _ in weights]
    total = sum(weights)
    charge = charge_of(RATES, total)
    shares = dict(zip(lines, shares_of(charge, weights), strict=True))
    frozen = Shipment(departure_id=uuid4(), chargeable_g=total, charge=charge, lines=shares)
    terms = with_shipments(RATES.frozen, [frozen])
    assert shipment_of(terms, lines[0]) == frozen
    assert shipment_of(terms, uuid4()) is None
    for line_id, grams in zip(lines, weights, strict=True):
        parts = components_of(terms, line_id, grams)
        assert sum(one.amount.minor for one in parts) == shares[line_id].minor
    assert with_shipments(terms, ()) == RATES.frozen
