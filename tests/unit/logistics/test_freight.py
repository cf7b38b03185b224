"""What a load is charged for."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.rules.freight import Binding, Chargeable, Rates, chargeable, check_load, freight

LOADS = some.builds(
    Load,
    grams=some.integers(0, 10**8),
    cm3=some.integers(0, 10**9),
    ldm_mm=some.integers(0, 20_000),
    pallets=some.integers(0, 60),
)
FACTORS = {"m3_factor": 333, "ldm_factor": 1_850}
RATES = Rates(UnitPrice.of("0.98", "CNY"), Money.of(260, "CNY"), **FACTORS)


@pytest.mark.parametrize(
    ("load", "grams", "binding"),
    [
        (Load(grams=1_000_000, cm3=1_000_000), 1_000_000, Binding.GROSS),
        (Load(grams=100_000, cm3=1_000_000), 333_000, Binding.VOLUME),
        (Load(grams=100_000, cm3=1_000_000, ldm_mm=400), 740_000, Binding.LOADING_METRES),
        (Load(grams=333_000, cm3=1_000_000), 333_000, Binding.GROSS),
        (Load(cm3=1), 1, Binding.VOLUME),
    ],
)
def test_the_greatest_weight_binds(load, grams, binding):
    found = chargeable(load, **FACTORS)
    assert (found.grams, found.binding) == (grams, binding)
    assert found.kg * 1_000 == grams


@given(LOADS, LOADS)
def test_more_goods_never_weigh_less(load, more):
    whole, part = chargeable(load + more, **FACTORS), chargeable(load, **FACTORS)
    assert whole.grams >= part.grams
    assert freight(whole, RATES) >= freight(part, RATES) >= RATES.minimum


@given(LOADS, LOADS)
def test_a_split_load_never_costs_less(load, more):
    apart = chargeable(load, **FACTORS).grams + chargeable(more, **FACTORS).grams
    assert chargeable(load + more, **FACTORS).grams <= apart


@given(LOADS)
def test_the_charge_is_never_below_the_gross_weight(load):
    assert chargeable(load, **FACTORS).grams >= load.grams


def test_freight_is_rounded_once():
    assert freight(Chargeable(1_000_500, Binding.GROSS), RATES) == Money.of("980.49", "CNY")
    dong = Rates(UnitPrice.of("3450", "VND"), Money.of(950_000, "VND"), **FACTORS)
    assert freight(Chargeable(500_001, Binding.GROSS), dong) == Money(1_725_003, "VND")


@pytest.mark.parametrize("load", [Load(), Load(grams=-1, pallets=1), Load(cm3=10**13)])
def test_no_load_is_refused(load):
    with pytest.raises(Refused):
        check_load(load)


def test_a_load_is_a_load():
    check_load(Load(pallets=1))
