"""Lots are those of all cartons, which are numbered through."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.orders.rules.packed_lots import Lot, checked, placed
from marketplace.orders.rules.packing import Declared, packed

LOTS = (Lot("L1", 6, date(2027, 5, 31), "HC-88"), Lot("L2", 4))


@given(st.lists(st.integers(1, 1_000), max_size=30))
def test_every_carton_is_of_one_lot(counts):
    lots = checked([Lot(f"L{number}", count) for number, count in enumerate(counts)], cartons=sum(counts))
    found = [carton for one in placed(lots) for carton in range(one.first, one.last + 1)]
    assert found == list(range(1, sum(counts) + 1))
    assert [one.last - one.first + 1 for one in placed(lots)] == counts


@pytest.mark.parametrize(
    ("lots", "error"),
    [
        ((Lot("L1", 6), Lot("L2", 3)), ("lots_of_all", "10 cartons in all")),
        ((Lot("L1", 6), Lot("L2", 5)), ("lots_of_all", "10 cartons in all")),
        ((Lot("L1", 6), Lot("L1", 4)), ("lot_twice", "L1")),
    ],
)
def test_lots_that_are_not_those_of_all_cartons_are_refused(lots, error):
    with pytest.raises(Refused) as refusal:
        packed(Declared(10, 5_000, 100, 100, 100, lots=lots), quantity=10, packing=None)
    (found,) = refusal.value.errors
    assert (found.field, found.code, found.accepted) == ("lots", *error)


def test_what_is_kept_reads_the_same():
    assert tuple(Lot.of(one.kept) for one in LOTS) == LOTS
    assert packed(Declared(10, 5_000, 100, 100, 100, lots=LOTS), quantity=10, packing=None).lots == LOTS
    assert packed(Declared(10, 5_000, 100, 100, 100), quantity=10, packing=None).lots == ()
