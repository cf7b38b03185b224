"""How full a lorry is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.quantity import Load
from marketplace.logistics.boards.rules.filling import Level, fullest, level

LORRY = Load(24_000_000, 80_000_000, 13_600, 33)
_PARTS = st.integers(0, 100)


@pytest.mark.parametrize(
    ("used", "percent", "wanted"),
    [
        (Load(), 0, Level.EMPTY),
        (Load(grams=1), 0, Level.ROOMY),
        (Load(cm3=31_999_999), 39, Level.ROOMY),
        (Load(cm3=32_000_000), 40, Level.FILLING),
        (Load(grams=1_000_000, ldm_mm=10_200), 75, Level.NEARLY_FULL),
        (Load(pallets=32), 96, Level.FULL),
        (LORRY, 100, Level.FULL),
        (LORRY + Load(grams=24_000_000), 100, Level.FULL),
    ],
)
def test_the_fullest_measure_decides(used: Load, percent: int, wanted: Level):
    assert fullest(used, LORRY) == percent
    assert level(used, LORRY) is wanted


def test_a_measure_that_a_lorry_has_none_of_decides_nothing():
    assert fullest(Load(grams=500), Load(grams=1000)) == 50
    assert fullest(Load(), Load()) == 0


@given(_PARTS, _PARTS)
def test_more_aboard_never_makes_a_lorry_emptier(one: int, more: int):
    used, fuller = (Load(grams=240_000 * part) for part in (min(one, more), max(one, more)))
    order = list(Level)
    assert fullest(used, LORRY) <= fullest(fuller, LORRY)
    assert order.index(level(used, LORRY)) <= order.index(level(fuller, LORRY))
