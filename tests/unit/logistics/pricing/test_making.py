"""What freight is made up of: breaks, surcharges, and from which weight on a whole lorry is cheaper."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.terms import (
    PLAIN,
    Basis,
    Break,
    Extra,
    Surcharge,
    Terms,
    WholeLorry,
    errors_of,
)
from marketplace.logistics.rules import freight
from marketplace.logistics.rules.freight import Binding, Chargeable, Rates

PER_KG, MINIMUM = UnitPrice.of("1.20", "CNY"), Money.of(150, "CNY")
BREAKS = (Break(1_000_000, UnitPrice.of("1.10", "CNY")), Break(5_000_000, UnitPrice.of("0.90", "CNY")))
WHOLE = WholeLorry(Money.of(9_000, "CNY"), free_minutes=120, waiting=Money.of(80, "CNY"))
TERMS = Terms(breaks=BREAKS, whole=WHOLE, lorry_g=24_000_000)
TRADED = {"per_kg": PER_KG, "minimum": MINIMUM}


def extra(kind, basis, value):
    return Surcharge(kind, basis, Decimal(value), "CNY")


@pytest.mark.parametrize(
    ("kg", "base"),
    [
        (100, "150.00"),  # the least charge
        (500, "600.00"),
        (920, "1100.00"),  # 920 × 1.20 = 1,104: the next break's least is cheaper
        (1_000, "1100.00"),
        (4_200, "4500.00"),
        (5_000, "4500.00"),
        (6_000, "5400.00"),
    ],
)
def test_a_shipment_pays_its_own_break_or_the_least_of_the_next(kg, base):
    assert str(making.base_of(kg * 1_000, breaks=BREAKS, **TRADED).amount) == base


def test_each_surcharge_is_a_component_of_its_own():
    extras = (
        extra(Extra.FUEL, Basis.PERCENT, "8"), extra(Extra.DC_HANDLING, Basis.PER_KG, "0.05"),
        extra(Extra.BORDER, Basis.PER_SHIPMENT, "60"), extra(Extra.TRANSHIPMENT, Basis.PER_VEHICLE, "900"),
        extra(Extra.LAST_MILE, Basis.PER_SHIPMENT, "0"),
    )  # fmt: skip
    found = making.components(2_000_000, terms=Terms(surcharges=extras, lorry_g=24_000_000), **TRADED)
    assert {one.kind: str(one.amount.amount) for one in found} == {
        "base": "2400.00", "fuel": "192.00", "dc_handling": "100.00", "border": "60.00", "transhipment": "75.00",
    }  # fmt: skip
    rates = Rates(PER_KG, MINIMUM, 333, 1_850, Terms(surcharges=extras, lorry_g=24_000_000))
    weight = Chargeable(2_000_000, Binding.GROSS)
    assert freight.freight(weight, rates) == Money.of("2827.00", "CNY")
    assert freight.components(weight, rates) == found
    assert freight.from_frozen(rates.frozen) == rates


def test_a_whole_lorry_is_cheaper_from_a_weight_on():
    # 0.90 a kg comes to more than 9,000 from 10,001 kg on.
    assert making.whole_from(terms=TERMS, **TRADED) == 10_001_000
    assert freight.whole_lorry_from(Rates(PER_KG, MINIMUM, 333, 1_850, TERMS)) == 10_001_000
    dear = Terms(whole=WholeLorry(Money.of(90_000, "CNY"), 0, Money.of(1, "CNY")), lorry_g=24_000_000)
    assert making.whole_from(terms=dear, **TRADED) is None
    assert making.whole_from(terms=PLAIN, **TRADED) is None
    assert making.whole_from(terms=Terms(lorry_g=1_000), **TRADED) is None


@pytest.mark.parametrize(("minutes", "charge"), [(0, 0), (120, 0), (121, 80), (180, 80), (181, 160)])
def test_waiting_costs_every_started_hour_beyond_the_free_ones(minutes, charge):
    assert making.waiting_charge(WHOLE, minutes=minutes) == Money.of(charge, "CNY")


@some.composite
def tariffs(draw):
    """Tariffs that are accepted, of any breaks and surcharges."""
    per_kg = draw(some.integers(1, 5_000_000))
    breaks, bound, price, least = [], 0, per_kg, 0
    for _ in range(draw(some.integers(0, 4))):
        bound += draw(some.integers(1, 5_000_000))
        price = draw(some.integers(0, price))
        if price * bound >= least and price < (breaks[-1].per_kg.micro if breaks else per_kg):
            breaks.append(Break(bound, UnitPrice(price, "CNY")))
            least = price * bound
    extras = tuple(
        Surcharge(kind, draw(some.sampled_from(Basis)), Decimal(draw(some.integers(0, 50))), "CNY")
        for kind in draw(some.sets(some.sampled_from(Extra)))
    )
    whole = draw(some.none() | some.builds(WholeLorry, some.builds(Money, some.integers(0, 10**7), some.just("CNY")),
                                           some.just(0), some.just(Money(100, "CNY"))))  # fmt: skip
    terms = Terms(tuple(breaks), extras, whole, lorry_g=24_000_000)
    assert errors_of(terms, per_kg=UnitPrice(per_kg, "CNY")) == []
    return {"per_kg": UnitPrice(per_kg, "CNY"), "minimum": Money(draw(some.integers(0, 50_000)), "CNY"), "terms": terms}


WEIGHTS = some.integers(0, 30_000_000)


@given(tariffs(), WEIGHTS, WEIGHTS)
def test_what_weighs_more_never_costs_less(tariff, grams, more):
    assert making.total(grams, **tariff) <= making.total(grams + more, **tariff)


@given(tariffs(), WEIGHTS)
def test_the_components_are_the_freight_and_none_is_below_nothing(tariff, grams):
    parts = making.components(grams, **tariff)
    assert sum(one.amount.minor for one in parts) == making.total(grams, **tariff).minor
    assert parts[0].kind == making.BASE
    assert all(one.amount.minor > 0 for one in parts[1:])
    assert parts[0].amount >= tariff["minimum"]


@given(tariffs())
def test_the_break_even_of_a_whole_lorry_is_the_first_weight_that_it_is_cheaper_from(tariff):
    found = making.whole_from(**tariff)
    whole = tariff["terms"].whole
    if found is None:
        assert whole is None or making.total(24_000_000, **tariff) <= whole.price
    else:
        assert making.total(found, **tariff) > whole.price
        assert found == 0 or making.total(found - 1_000, **tariff) <= whole.price
