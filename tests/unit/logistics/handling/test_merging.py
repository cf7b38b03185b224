"""What several phones did comes to the same in any order, however often it is sent."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.logistics.handling.rules.merging import (
    Difference,
    Lot,
    Sums,
    all_aboard,
    deciding,
    differences,
    sums,
    with_unnumbered,
)
from tests.conftest import SOAK

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
EXAMPLES = 2_000 if SOAK else 100


def lot(of, first=1, pieces=4, minutes=0, **figures):
    made = {"grams": 4_000, "cm3": 8_000, "device": f"phone {of}"} | figures
    return Lot(id=UUID(int=of), done_at=NOON + timedelta(minutes=minutes), first=first, pieces=pieces, **made)


lots = st.lists(
    st.builds(
        Lot,
        id=st.integers(1, 12).map(lambda number: UUID(int=number)),
        done_at=st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        first=st.integers(1, 10),
        pieces=st.integers(1, 6),
        grams=st.integers(1, 5_000),
        cm3=st.integers(1, 5_000),
        damaged=st.integers(0, 1),
        after_seal=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda lot: lot.id,
)


@pytest.mark.soak
@settings(max_examples=EXAMPLES, deadline=None)
@given(lots, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_of_batches_come_to_the_same(acts, chance):
    sent = acts + [act for act in acts if chance.random() < 0.5]
    chance.shuffle(sent)
    cut = chance.randint(0, len(sent))
    # Each batch meets what is there; the state is that of the set, whatever came in which batch.
    heard = {act.id: act for act in sent[:cut]} | {act.id: act for act in sent[cut:]}
    assert deciding(sent) == deciding(acts) == deciding(heard.values())
    assert sums(deciding(sent)) == sums(deciding(acts))
    assert set(differences(sent)) == set(differences(acts))


@pytest.mark.soak
@settings(max_examples=EXAMPLES, deadline=None)
@given(lots)
def test_a_carton_counts_once_by_what_was_done_last(acts):
    decided = deciding(acts)
    named = {carton for act in acts for carton in act.cartons}
    assert decided.keys() == named
    assert sums(decided).cartons == len(named)
    for carton, act in decided.items():
        assert all(act.turn >= other.turn for other in acts if carton in other.cartons)


@pytest.mark.soak
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10_000))
def test_the_shares_of_a_lot_add_up_to_it(pieces, total):
    one = lot(1, first=3, pieces=pieces)
    assert sum(one.share(carton, total) for carton in one.cartons) == total


def test_two_phones_that_took_the_same_cartons_in_took_them_in_once():
    both = [lot(1), lot(2, minutes=1)]
    assert sums(deciding(both)) == Sums(4, 4_000, 8_000, 0)
    assert differences(both) == ()


def test_lots_beside_each_other_add_up_and_a_part_can_be_asked_for():
    decided = deciding([lot(1, pieces=4), lot(2, first=5, pieces=2, grams=3_000, cm3=1_000, damaged=1)])
    assert sums(decided) == Sums(6, 7_000, 9_000, 1)
    assert sums(decided, {4, 5}) == Sums(2, 2_500, 2_500, 0)


def test_the_later_measurement_counts_and_both_are_shown():
    early, late = lot(1, grams=4_000), lot(2, grams=4_400, minutes=5)
    assert sums(deciding([late, early])).grams == 4_400
    assert differences([late, early]) == (Difference(late, early),)
    assert differences([early, lot(2, damaged=1, minutes=5)]) == (Difference(lot(2, damaged=1, minutes=5), early),)
    assert differences([early, lot(2, first=5, grams=9_000)]) == ()


def test_scales_may_differ_a_little():
    assert differences([lot(1, grams=4_000), lot(2, grams=4_015)]) == ()
    assert differences([lot(1, pieces=4), lot(2, first=2, pieces=2, grams=2_000, cm3=4_000)]) == ()


def test_who_had_seen_the_other_corrects_it_and_differs_not():
    seen = lot(1, number=3)
    assert differences([seen, lot(2, grams=5_000, minutes=1, number=4, base=3)]) == ()
    assert differences([lot(2, grams=5_000, minutes=-1, number=4, base=3), seen]) == ()
    assert len(differences([seen, lot(2, grams=5_000, minutes=1, number=4, base=2)])) == 1
    assert len(differences([seen, lot(2, grams=5_000, minutes=1)])) == 1


def test_what_was_said_after_the_doors_were_sealed_decides_nothing_and_is_shown():
    counted = lot(1, number=3)
    late = lot(2, grams=5_000, minutes=5, number=4, base=3, after_seal=True)
    later = lot(3, grams=5_000, minutes=6, number=5, base=4, after_seal=True)
    assert sums(deciding([counted, late])).grams == 4_000
    assert differences([late, counted]) == (Difference(counted, late),)
    assert differences([late, later]) == ()
    assert differences([late, lot(3, grams=6_000, minutes=6, number=5, base=4, after_seal=True)]) == ()


def test_what_came_without_numbers_is_the_lowest_that_are_free():
    assert with_unnumbered({3, 4}, 4, cartons=6) == {1, 2, 3, 4}
    assert with_unnumbered({1, 2}, 2, cartons=6) == {1, 2}
    assert with_unnumbered((), 2, cartons=1) == {1}


def test_all_is_aboard_that_was_named_and_as_many_as_came_without_numbers():
    assert all_aboard([], 9, range(2, 11), cartons=10)
    assert not all_aboard([], 9, range(3, 11), cartons=10)
    assert not all_aboard([], 0, [], cartons=10)
    assert all_aboard([4, 5], 2, [4, 5, 6], cartons=10)
    assert not all_aboard([4, 5], 3, [4, 5, 6], cartons=10)
