"""Who owes the carrier under which rule."""

from uuid import uuid4

from marketplace.distribution.hires.rules.chosen import ChosenLorry, shares_of
from marketplace.distribution.rules.freight import (
    FreightAgreement,
    FreightLine,
    Vehicle,
    payer_of,
    per_vehicle,
    vehicle_of,
)
from marketplace.kernel.money import Money
from marketplace.orders.rules.incoterms import is_included
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.terms import Mode, Rail

BUYER, MERCHANT = uuid4(), uuid4()


def test_the_rule_says_who_owes_the_carrier():
    assert payer_of("FCA", buyer_id=BUYER, merchant_id=MERCHANT) == BUYER
    assert payer_of("DAP", buyer_id=BUYER, merchant_id=MERCHANT) == MERCHANT
    assert (is_included("FCA"), is_included("DAP")) == (False, True)


def test_a_contract_is_the_sum_of_its_lines():
    lines = tuple(
        FreightLine(line_id=uuid4(), amount=Money(minor, "CNY"), chargeable_g=1, binding="gross") for minor in (5, 7)
    )
    agreement = FreightAgreement(
        id=uuid4(), reference="FRT-AAAA-AAAA", order_id=uuid4(), payer_id=BUYER, carrier_id=MERCHANT,
        carrier=Party(name="Lorry", country="CN"),
        tariff_id=uuid4(), terms={}, mode=Mode.DIRECT, rail=Rail.BANK, payee=None, lines=lines,
    )  # fmt: skip
    assert agreement.total == Money(12, "CNY")


def test_a_contract_per_vehicle_says_which_and_forgets_it_by_weight():
    vehicle = Vehicle(
        departure_id=uuid4(), price=Money(50_000, "CNY"), free_minutes=120, waiting=Money(8_000, "CNY")
    )  # fmt: skip
    terms = per_vehicle({"per_kg": "1.2"}, vehicle)
    assert (vehicle_of(terms), terms["per_kg"]) == (vehicle, "1.2")
    assert per_vehicle(terms, None) == {"per_kg": "1.2"}
    assert vehicle_of({"per_kg": "1.2"}) is None
    assert ChosenLorry(vehicle=vehicle, shares=()).departure_id == vehicle.departure_id


def test_a_price_is_shared_by_what_each_would_pay_and_evenly_where_none_would():
    by_weight = {"a": Money(200, "CNY"), "b": Money(100, "CNY")}
    assert [one.minor for one in shares_of(Money(1_000, "CNY"), by_weight).values()] == [667, 333]
    nothing = dict.fromkeys("ab", Money(0, "CNY"))
    assert [one.minor for one in shares_of(Money(1_000, "CNY"), nothing).values()] == [500, 500]
