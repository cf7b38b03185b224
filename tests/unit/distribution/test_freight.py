"""Who owes the carrier under which rule, what a contract freezes, and what its figures say of another load."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from marketplace.distribution.hires.rules.chosen import ChosenLorry, shares_of
from marketplace.distribution.rules.freight import (
    FreightAgreement,
    FreightLine,
    Vehicle,
    frozen_contract,
    made_up,
    payer_of,
    per_vehicle,
    repriced,
    vehicle_of,
)
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.pricing.rules.terms import Basis, Extra, Surcharge, Terms
from marketplace.orders.rules.incoterms import is_included
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail

BUYER, MERCHANT = uuid4(), uuid4()


def test_the_rule_says_who_owes_the_carrier():
    assert payer_of("FCA", buyer_id=BUYER, merchant_id=MERCHANT) == BUYER
    assert payer_of("DAP", buyer_id=BUYER, merchant_id=MERCHANT) == MERCHANT
    assert (is_included("FCA"), is_included("DAP")) == (False, True)


AGREEMENT = FreightAgreement(
    id=uuid4(), reference="FRT-AAAA-AAAA", order_id=uuid4(), payer_id=BUYER, carrier_id=MERCHANT,
    carrier=Party(name="Lorry", country="CN"),
    tariff_id=uuid4(), terms={"per_kg": "1.2"}, mode=Mode.DIRECT, rail=Rail.BANK, payee=None,
    lines=tuple(
        FreightLine(line_id=uuid4(), amount=Money(minor, "CNY"), chargeable_g=1, binding="gross") for minor in (5, 7)
    ),
)  # fmt: skip


def test_a_contract_is_the_sum_of_its_lines():
    assert AGREEMENT.total == Money(12, "CNY")


def test_a_contract_keeps_who_pays_whom_by_which_figures():
    assert frozen_contract(AGREEMENT) == {
        "reference": "FRT-AAAA-AAAA", "order_id": AGREEMENT.order_id, "payer_id": BUYER, "carrier_id": MERCHANT,
        "carrier": {
            "name": "Lorry", "country": "CN", "address": "", "registration_number": "", "tax_id": "", "contact": "",
        },
        "tariff_id": AGREEMENT.tariff_id, "terms": {"per_kg": "1.2"}, "currency": "CNY", "total_minor": 12,
        "mode": Mode.DIRECT, "rail": Rail.BANK, "payee": None,
    }  # fmt: skip
    payee = PayeeAccount("Demo Account", "Demo Bank", "6222", "DEMOCN22", "CN")
    assert frozen_contract(replace(AGREEMENT, payee=payee))["payee"] == payee.as_json()


TERMS = {"currency": "CNY", "per_kg": "1.20", "minimum": "60.00", "m3_factor": 333, "ldm_factor": 1_850}


@pytest.mark.parametrize(
    ("load", "minor", "chargeable_g", "binding"),
    [
        (Load(grams=100_000, cm3=100_000), 120_00, 100_000, "gross"),
        (Load(grams=100_000, cm3=1_000_000), 399_60, 333_000, "volume"),
        (Load(grams=100_000, cm3=1_000_000, ldm_mm=400), 888_00, 740_000, "loading_metres"),
        (Load(grams=10_000), 60_00, 10_000, "gross"),
    ],
    ids=["gross", "volume", "loading_metres", "least_charge"],
)
def test_another_load_costs_what_the_frozen_figures_say(load, minor, chargeable_g, binding):
    line_id = uuid4()
    assert repriced(TERMS, line_id=line_id, load=load) == FreightLine(
        line_id=line_id, amount=Money(minor, "CNY"), chargeable_g=chargeable_g, binding=binding
    )


def test_freight_is_made_up_of_its_base_and_the_frozen_surcharges():
    base = Component("base", Money(120_00, "CNY"))
    assert made_up(TERMS, 100_000) == (base,)
    fuel = Terms(surcharges=(Surcharge(Extra.FUEL, Basis.PERCENT, Decimal(10), "CNY"),))
    assert made_up({**TERMS, "pricing": fuel.as_json()}, 100_000) == (base, Component("fuel", Money(12_00, "CNY")))


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
