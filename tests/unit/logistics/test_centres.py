"""Rules of distribution centres: figures, papers, bonds, proofs, ways, counts; statuses are never mixed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.rules.centres import Figures, Way, check_figures, check_way, takes_bonded
from marketplace.logistics.centres.rules.counts import (
    ARRIVAL,
    COUNT,
    TRANSFER,
    ArrivalState,
    Counted,
    CountState,
    Reason,
    TransferState,
    check_received,
    check_second,
    differences,
    needs_second,
)
from marketplace.logistics.centres.rules.lots import (
    LARGEST_QUANTITY,
    Move,
    Papers,
    Shelf,
    Status,
    change_of,
    check_papers,
    check_release,
    days_left,
    pick,
    stage_of,
)
from marketplace.logistics.centres.rules.proofs import Proof, ProofKind, check_draw, check_proof

TODAY = date(2026, 12, 1)
FIGURES = Figures(0b11111, 480, 1080, "BW-1", date(2027, 1, 1), "test", is_assumed=True)
IN_BOND = Papers(Status.BONDED, entry_number="E-1", bonded_since=TODAY, bonded_until=TODAY)
CLEARED = Papers(Status.FREE, declaration_number="D-1", declaration_line=1, declared_on=TODAY)


def fields(act):
    with pytest.raises(Refused) as caught:
        act()
    return [(error.field, error.code) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("move", "was_promised", "on_hand", "promised"),
    [
        (Move.IN, False, 5, 0),
        (Move.ARRIVED, False, 5, 0),
        (Move.CLEARED, False, 5, 0),
        (Move.OUT, False, -5, 0),
        (Move.OUT, True, -5, -5),
        (Move.SENT, False, -5, 0),
        (Move.RELEASED, False, -5, 0),
        (Move.DAMAGED, False, -5, 0),
        (Move.REEXPORTED, False, -5, 0),
        (Move.PROMISED, False, 0, 5),
        (Move.FREED, False, 0, -5),
        (Move.COUNTED, False, 5, 0),
    ],
)
def test_a_movement_moves_the_two_figures(move, was_promised, on_hand, promised):
    change = change_of(move, 5, was_promised=was_promised)
    assert (change.on_hand, change.promised) == (on_hand, promised)


def test_only_a_count_has_a_sign():
    assert change_of(Move.COUNTED, -3).on_hand == -3
    for quantity in (0, -1, LARGEST_QUANTITY + 1):
        assert fields(lambda quantity=quantity: change_of(Move.IN, quantity)) == [("quantity", "whole_range")]


def test_papers_are_those_of_the_status():
    check_papers(IN_BOND, has_licence=True, today=TODAY)
    check_papers(CLEARED, has_licence=False, today=TODAY)
    check_papers(Papers(Status.FREE, is_imported=False), has_licence=False, today=TODAY)
    assert fields(lambda: check_papers(Papers(Status.BONDED), has_licence=False, today=TODAY)) == [
        ("status", "not_bonded_centre"),
        ("entry_number", "required"),
        ("bonded_since", "required"),
        ("bonded_until", "required"),
    ]
    early = replace(IN_BOND, bonded_until=TODAY - timedelta(days=1))
    assert fields(lambda: check_papers(early, has_licence=True, today=TODAY)) == [("bonded_until", "before_entry")]
    tomorrow = replace(IN_BOND, bonded_since=TODAY + timedelta(days=1))
    assert fields(lambda: check_papers(tomorrow, has_licence=True, today=TODAY)) == [("bonded_since", "in_future")]
    assert fields(lambda: check_papers(Papers(Status.FREE), has_licence=True, today=TODAY)) == [
        ("declaration_number", "required"),
        ("declaration_line", "required"),
    ]


@pytest.mark.parametrize(("days", "stage"), [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, 0)])
def test_an_owner_is_told_in_stages(days, stage):
    until = TODAY + timedelta(days=days)
    assert (days_left(until, TODAY), stage_of(until, TODAY)) == (days, stage)


def test_what_is_promised_is_not_released():
    check_release(quantity=5, left=5)
    assert fields(lambda: check_release(quantity=6, left=5)) == [("quantity", "whole_range")]
    assert fields(lambda: check_release(quantity=1, left=0)) == [("quantity", "whole_range")]


SHELVES = st.lists(
    st.builds(
        Shelf,
        st.uuids(version=4),
        st.sampled_from(Status),
        st.integers(0, 50),
        st.none() | st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=50)),
    ),
    max_size=8,
    unique_by=lambda shelf: shelf.lot_id,
)


@given(SHELVES, st.sampled_from(Status), st.integers(1, 120))
def test_lots_are_picked_by_their_last_day_and_never_mixed(shelves, status, quantity):
    by_id = {one.lot_id: one for one in shelves}
    able = [one for one in shelves if one.status is status and (one.bonded_until or TODAY) >= TODAY]
    if sum(one.left for one in able) < quantity:
        with pytest.raises(Conflict, match="lots_short") as caught:
            pick(shelves, status=status, quantity=quantity, today=TODAY)
        assert caught.value.facts["left"] == sum(one.left for one in able)
        return
    taken = pick(shelves, status=status, quantity=quantity, today=TODAY)
    assert sum(units for _, units in taken) == quantity
    assert all(by_id[lot_id].status is status and 1 <= units <= by_id[lot_id].left for lot_id, units in taken)
    ends = [(by_id[lot_id].bonded_until or date.max, lot_id) for lot_id, _ in taken]
    assert ends == sorted(ends)
    assert all(units == by_id[lot_id].left for lot_id, units in taken[:-1])
    passed_over = {one.lot_id for one in able if one.left} - {lot_id for lot_id, _ in taken}
    assert all((by_id[key].bonded_until or date.max, key) > ends[-1] for key in passed_over)


@given(st.integers(1, 1_000), st.lists(st.integers(1, 400), max_size=12))
def test_a_proof_is_never_drawn_below_nothing(quantity, draws):
    remaining = quantity
    for wanted in draws:
        try:
            check_draw(quantity=wanted, remaining=remaining, valid_until=TODAY, declared_on=TODAY)
        except Refused:
            assert wanted > remaining
        else:
            remaining -= wanted
        assert 0 <= remaining <= quantity


def test_a_proof_has_a_period_and_a_quantity():
    proof = Proof(ProofKind.RCEP, "R-1", "CN", TODAY, TODAY, 10)
    check_proof(proof)
    wrong = replace(proof, valid_until=TODAY - timedelta(days=1), quantity=0)
    period = [("issued_on", "range"), ("valid_until", "before_entry")]
    assert fields(lambda: check_proof(wrong)) == [*period, ("quantity", "whole_range")]
    late = {"quantity": 1, "remaining": 1, "valid_until": TODAY, "declared_on": TODAY + timedelta(days=1)}
    assert fields(lambda: check_draw(**late)) == [("origin_proof", "proof_ended")]


def test_a_centre_has_hours_and_a_whole_licence():
    check_figures(FIGURES)
    check_figures(replace(FIGURES, licence_number=None, licence_until=None))
    wrong = replace(FIGURES, days=0, closes=480, licence_number=None)
    assert fields(lambda: check_figures(wrong)) == [
        ("weekdays", "required"), ("closes", "after_opening"), ("licence_number", "required"),
    ]  # fmt: skip
    assert fields(lambda: check_figures(replace(FIGURES, licence_until=None))) == [("licence_until", "required")]
    assert [takes_bonded(until, TODAY) for until in (None, TODAY, TODAY - timedelta(days=1))] == [False, True, False]


def test_bonded_goods_need_a_transit_and_free_ones_stay():
    bonded = Way(Status.BONDED, "VN", "TH", is_same_centre=False, to_takes_bonded=True, transit_reference="T-1")
    check_way(bonded)
    check_way(Way(Status.FREE, "VN", "VN", is_same_centre=False, to_takes_bonded=False, transit_reference=None))
    assert fields(lambda: check_way(replace(bonded, is_same_centre=True))) == [("to_centre", "same_centre")]
    assert fields(lambda: check_way(replace(bonded, to_takes_bonded=False, transit_reference=None))) == [
        ("to_centre", "not_bonded_centre"), ("transit_reference", "required"),
    ]  # fmt: skip
    assert fields(lambda: check_way(replace(bonded, status=Status.FREE))) == [("to_centre", "free_leaves_country")]


def test_a_count_needs_reasons_and_large_ones_a_second_person():
    one, other, strange = new_id(), new_id(), new_id()
    expected = {one: 100, other: 50}
    assert differences(expected, {one: Counted(100), other: Counted(49, Reason.LOST)}) == {other: -1}
    wrong = {one: Counted(99), other: Counted(-1), strange: Counted(1)}
    assert fields(lambda: differences(expected, wrong)) == [
        (f"lots.{one}", "reason_missing"), (f"lots.{other}", "whole_range"), (f"lots.{strange}", "unknown"),
    ]  # fmt: skip
    assert not needs_second(expected, {one: -2}, percent=2)
    assert needs_second(expected, {one: 3}, percent=2)
    check_second(counted_by=one, person_id=other)
    with pytest.raises(Conflict, match="same_person"):
        check_second(counted_by=one, person_id=one)


def test_no_more_is_received_than_was_sent():
    check_received(sent=5, received=0)
    assert fields(lambda: check_received(sent=5, received=6)) == [("quantity", "whole_range")]


def test_the_drawn_transitions():
    assert COUNT.apply(CountState.OPEN, "ask") is CountState.WAITING
    assert TRANSFER.apply(TransferState.SENT, "receive") is TransferState.RECEIVED
    assert ARRIVAL.apply(ArrivalState.ANNOUNCED, "withdraw") is ArrivalState.WITHDRAWN
