"""Terms of tariffs that make no sense are refused naming the field, and what is stored is read back the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.pricing.rules.terms import (
    MOST_STEPS,
    PLAIN,
    Basis,
    Break,
    Extra,
    FillStep,
    Surcharge,
    Terms,
    WholeLorry,
    errors_of,
    from_json,
)

PER_KG = UnitPrice.of("1.20", "CNY")
WHOLE = WholeLorry(Money.of(9_000, "CNY"), free_minutes=120, waiting=Money.of(80, "CNY"))
FUEL = Surcharge(Extra.FUEL, Basis.PERCENT, Decimal("8.5"), "CNY")
PER_LORRY = Surcharge(Extra.BORDER, Basis.PER_VEHICLE, Decimal(900), "CNY")
GOOD = Terms(
    breaks=(Break(1_000_000, UnitPrice.of("1.10", "CNY")), Break(5_000_000, UnitPrice.of("0.90", "CNY"))),
    surcharges=(FUEL, PER_LORRY),
    whole=WHOLE,
    fill=(FillStep(50, 9_500), FillStep(90, 8_500)),
    lorry_g=24_000_000,
    is_fictitious=True,
)


def broken(from_kg, per_kg):
    return Break(from_kg * 1_000, UnitPrice.of(per_kg, "CNY"))


def test_good_terms_are_read_back_as_they_were_stored():
    assert errors_of(GOOD, per_kg=PER_KG) == []
    assert from_json(GOOD.as_json()) == GOOD
    assert from_json(PLAIN.as_json()) == from_json(None) == PLAIN


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"breaks": (broken(0, "1.1"),)}, "breaks", "not_rising"),
        ({"breaks": (broken(500, "1.1"), broken(500, "1.0"))}, "breaks", "not_rising"),
        ({"breaks": (broken(500, "1.2"),)}, "breaks", "not_falling"),
        ({"breaks": (broken(500, "1.2"),)}, "per_kg", "too_small"),
        ({"breaks": (broken(500, "-1"),)}, "breaks", "not_falling"),
        ({"breaks": (broken(1_000, "1.1"), broken(1_100, "0.5"))}, "breaks", "not_rising"),
        ({"surcharges": (FUEL, replace(FUEL, value=Decimal(1)))}, "surcharges", "twice"),
        ({"surcharges": (replace(FUEL, currency="THB"),)}, "surcharges", "currency"),
        ({"surcharges": (replace(FUEL, value=Decimal(-1)),)}, "surcharges", "too_small"),
        ({"surcharges": (PER_LORRY,), "lorry_g": None, "whole": None}, "lorry_kg", "required"),
        ({"surcharges": (), "lorry_g": None}, "lorry_kg", "required"),
        ({"lorry_g": 0}, "lorry_kg", "too_small"),
        ({"fill": (FillStep(0, 9_000),)}, "fill", "not_rising"),
        ({"fill": (FillStep(50, 9_000), FillStep(50, 8_000))}, "fill", "not_rising"),
        ({"fill": (FillStep(50, 9_000), FillStep(60, 9_001))}, "fill", "not_falling"),
        ({"fill": (FillStep(50, 10_001),)}, "fill", "not_falling"),
        ({"fill": (FillStep(50, 0),)}, "fill", "not_falling"),
    ],
)
def test_what_makes_no_sense_is_named(change, field, code):
    found = errors_of(replace(GOOD, **change), per_kg=PER_KG)
    assert (field, code) in [(one.field, one.code) for one in found]


def test_there_are_only_so_many_breaks():
    many = tuple(Break(number * 1_000, UnitPrice(1_200_000 - number, "CNY")) for number in range(1, MOST_STEPS + 2))
    assert [one.code for one in errors_of(Terms(breaks=many), per_kg=PER_KG)] == ["too_long"]
