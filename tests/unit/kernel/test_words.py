"""Ids, lifecycles, cursors, loads, events and actors."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from uuid import RFC_4122, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import clock, events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.pages import Page, decode_cursor, encode_cursor, page_of
from marketplace.kernel.quantity import Load


def test_ids_are_version_seven_and_sort_as_they_were_made() -> None:
    ids = [new_id() for _ in range(2_000)]

    assert {item.version for item in ids} == {7}
    assert {item.variant for item in ids} == {RFC_4122}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_ids_of_one_millisecond_are_not_to_be_guessed_from_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.kernel.ids._last", (0, 0))
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    ids = [new_id() for _ in range(200)]
    steps = [later.int - earlier.int for earlier, later in pairwise(ids)]

    assert all(step > 0 for step in steps)
    assert len(set(steps)) == len(steps)


def test_references_have_two_groups_of_readable_letters() -> None:
    prefix, first, second = new_reference("ORD").split("-")

    assert prefix == "ORD"
    assert len(first) == len(second) == 4
    assert not set(first + second) & set("ILOU")


class _Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


_DOOR = Lifecycle("door", {_Door.OPEN: {"shut": _Door.SHUT}, _Door.SHUT: {"open": _Door.OPEN, "remove": _Door.GONE}})


def test_a_drawn_transition_gives_the_next_state() -> None:
    assert _DOOR.apply(_Door.SHUT, "remove") is _Door.GONE


@pytest.mark.parametrize(("state", "action"), [(_Door.OPEN, "open"), (_Door.GONE, "open"), (_Door.OPEN, "paint")])
def test_any_other_transition_is_a_conflict_that_names_what_is_possible(state: _Door, action: str) -> None:
    with pytest.raises(Conflict) as refused:
        _DOOR.apply(state, action)

    assert refused.value.facts["possible"] == _DOOR.actions(state)
    assert not _DOOR.allows(state, action)


@given(st.text(), st.integers(1 - 2**63, 2**63 - 1))
def test_a_cursor_gives_its_keys_back(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(text, number), str, int) == (text, number)


@given(st.integers(min_value=2**63) | st.integers(max_value=-(2**63)))
def test_a_number_that_no_database_takes_is_no_cursor(number: int) -> None:
    with pytest.raises(Refused):
        decode_cursor(encode_cursor("x", number), str, int)


@given(st.text(max_size=60))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(Refused):
        decode_cursor(text, str, int, int)


def test_a_page_says_whether_more_follows() -> None:
    full = page_of([1, 2, 3], 2, lambda row: (row,))
    last = page_of([3], 2, lambda row: (row,))

    assert full.items == (1, 2)
    assert full.next is not None
    assert decode_cursor(full.next, int) == (2,)
    assert last == Page((3,))
    assert full.map(str).items == ("1", "2")


def test_a_load_fits_only_when_every_dimension_does() -> None:
    room = Load(grams=1000, cm3=1000, ldm_mm=400, pallets=1)

    assert Load(1000, 1000, 400, 1).fits(room)
    assert Load(1001, 0, 0, 2).lacking(room) == ("grams", "pallets")
    assert (room + room - room) == room
    assert (room - room).is_nothing
    assert (str(room.kg), str(room.m3), str(room.ldm)) == ("1.000", "0.001000", "0.400")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rang(events.Event):
    loud: bool = False


class _Session:
    def __init__(self) -> None:
        self.info: dict[object, object] = {}


def test_events_reach_their_handlers_in_order_and_those_that_handlers_record_follow() -> None:
    session, heard = _Session(), []
    first, second = _Rang(at=clock.now()), _Rang(at=clock.now(), loud=True)

    def echo(open_session: _Session, event: _Rang) -> None:
        heard.append(event)
        if not event.loud:
            events.record(open_session, second)

    events.record(session, first)
    events.dispatch(session, {_Rang: (echo,)})

    assert heard == [first, second]


def test_events_of_a_rolled_back_unit_are_forgotten() -> None:
    session, heard = _Session(), []
    events.record(session, _Rang(at=clock.now()))

    events.forget(session)
    events.dispatch(session, {_Rang: (lambda _session, event: heard.append(event),)})

    assert heard == []


def test_handlers_that_call_each_other_for_ever_are_found_out() -> None:
    session = _Session()
    events.record(session, _Rang(at=clock.now()))

    with pytest.raises(RuntimeError, match="events"):
        events.dispatch(session, {_Rang: (events.record,)})


def test_the_clock_is_aware_and_can_be_moved() -> None:
    before = datetime.now(UTC)
    clock.set_offset(3600)

    try:
        assert (clock.now() - before).total_seconds() >= 3600
    finally:
        clock.set_offset(0)


def test_an_actor_may_only_what_it_holds() -> None:
    actor = Actor(person_id=uuid4(), company_id=uuid4(), permissions=frozenset({"a"}))

    actor.must("a")
    assert actor.may("a")
    assert (actor.person, actor.company) == (actor.person_id, actor.company_id)
    with pytest.raises(NotAllowed):
        actor.must("b")


def test_the_system_is_no_person_and_no_company() -> None:
    with pytest.raises(NotAllowed):
        _ = SYSTEM.person
    with pytest.raises(NotAllowed):
        _ = SYSTEM.company


def test_errors_show_their_facts_in_logs() -> None:
    assert str(NotFound("listing")) == "not_found {'thing': 'listing'}"
    assert str(Conflict("gone")) == "gone"
