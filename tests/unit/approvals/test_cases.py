"""Who decides a step, in whose place, and that nobody ever approves his own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.approvals.rules.cases import (
    CASE,
    CaseState,
    Delegation,
    Said,
    Table,
    check_delegation,
    step_after,
    too_few,
)
from marketplace.approvals.rules.policy import Step
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id

BUYER, CHIEF, DEPUTY, BOSS = PEOPLE = tuple(sorted(new_id() for _ in range(4)))
TODAY = date(2026, 3, 2)
MEMBERS = {
    BUYER: frozenset({"purchasing", "approver"}),
    CHIEF: frozenset({"approver"}),
    DEPUTY: frozenset({"finance"}),
    BOSS: frozenset({"owner"}),
}
APPROVER = Step(roles=frozenset({"approver"}))
TABLE = Table(members=MEMBERS, leading="owner", requester_id=BUYER)


def away(person, delegate, first=TODAY, last=TODAY):
    return Delegation(person, delegate, first, last)


def test_a_step_is_for_its_roles_and_people_but_never_for_the_requester():
    assert TABLE.seats(APPROVER) == {CHIEF}
    assert TABLE.seats(Step(people=frozenset({DEPUTY, BUYER}))) == {DEPUTY}
    assert TABLE.seat_for(BUYER, APPROVER, (), today=TODAY) is None
    assert TABLE.seat_for(CHIEF, APPROVER, (), today=TODAY) == CHIEF
    assert TABLE.seat_for(new_id(), APPROVER, (), today=TODAY) is None


def test_where_too_few_are_left_those_who_lead_join_them():
    assert TABLE.seats(replace(APPROVER, count=2)) == {CHIEF, BOSS}
    assert TABLE.seats(Step(people=frozenset({new_id()}))) == {BOSS}
    assert too_few(TABLE, [APPROVER, replace(APPROVER, count=3)]) == replace(APPROVER, count=3)
    assert too_few(TABLE, [APPROVER]) is None


def test_who_stands_in_decides_in_the_others_place_and_for_no_requester():
    table = replace(TABLE, delegations=(away(CHIEF, DEPUTY),))
    assert table.seat_for(DEPUTY, APPROVER, (), today=TODAY) == CHIEF
    assert table.seat_for(DEPUTY, APPROVER, (), today=TODAY + timedelta(days=1)) is None
    assert table.deciders(APPROVER, (), today=TODAY) == {CHIEF, DEPUTY}
    assert replace(TABLE, delegations=(away(CHIEF, BUYER),)).seat_for(BUYER, APPROVER, (), today=TODAY) is None
    assert replace(TABLE, delegations=(away(BUYER, DEPUTY),)).seat_for(DEPUTY, APPROVER, (), today=TODAY) is None


def test_a_seat_is_taken_once_and_nobody_speaks_twice():
    table = replace(TABLE, delegations=(away(CHIEF, DEPUTY),))
    both = replace(APPROVER, count=2)
    said = (Said(DEPUTY, CHIEF, (0,)),)
    assert table.seat_for(CHIEF, both, said, today=TODAY) is None
    assert table.seat_for(DEPUTY, both, said, today=TODAY) is None
    assert table.seat_for(BOSS, both, said, today=TODAY) == BOSS


def test_an_approval_counts_for_later_steps_that_name_who_gave_it():
    steps = (APPROVER, Step(roles=frozenset({"finance"})), APPROVER)
    assert TABLE.counts_for(CHIEF, CHIEF, steps, 0) == (0, 2)
    assert TABLE.counts_for(DEPUTY, CHIEF, steps, 0) == (0, 1, 2)
    said = [Said(CHIEF, CHIEF, (0, 2))]
    assert step_after(steps, said, 0) == 1
    said.append(Said(DEPUTY, DEPUTY, (1,)))
    assert step_after(steps, said, 1) == 3
    assert step_after((replace(APPROVER, count=2),), said[:1], 0) == 0


ROLES = st.frozensets(st.sampled_from(["owner", "approver", "finance", "purchasing"]), min_size=1)
STEPS = st.lists(
    st.builds(
        Step,
        roles=st.frozensets(st.sampled_from(["approver", "finance"])),
        people=st.frozensets(st.sampled_from(PEOPLE)),
        count=st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
)
PAIRS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1])


@given(
    st.fixed_dictionaries(dict.fromkeys(PEOPLE, ROLES)),
    STEPS,
    st.lists(PAIRS, max_size=6),
    st.sampled_from(PEOPLE),
    st.lists(st.sampled_from(PEOPLE), max_size=20),
)
def test_whoever_speaks_in_whatever_order_nobody_approves_his_own(members, steps, pairs, requester, speakers):
    table = Table(
        members=members,
        leading="owner",
        requester_id=requester,
        delegations=tuple(away(*pair) for pair in pairs),
    )
    said, at = [], 0
    for person in speakers:
        if at == len(steps):
            break
        seat = table.seat_for(person, steps[at], said, today=TODAY)
        assert (seat is not None) == (person in table.deciders(steps[at], said, today=TODAY))
        if seat is not None:
            said.append(Said(person, seat, table.counts_for(person, seat, steps, at)))
            at = step_after(steps, said, at)
    assert requester not in {each.person_id for each in said} | {each.seat for each in said}
    assert len({each.person_id for each in said}) == len({each.seat for each in said}) == len(said)
    if at == len(steps):
        for index, step in enumerate(steps):
            assert sum(index in each.counts_for for each in said) >= step.count


def test_a_case_resolves_once():
    assert CASE.apply(CaseState.PENDING, "approve") is CaseState.APPROVED
    for state in (CaseState.REJECTED, CaseState.VOIDED, CaseState.EXPIRED, CaseState.WITHDRAWN):
        with pytest.raises(Conflict):
            CASE.apply(state, "approve")
    with pytest.raises(Conflict):
        CASE.apply(CaseState.APPROVED, "reject")


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (away(CHIEF, CHIEF), ["delegate_id"]),
        (away(new_id(), new_id()), ["person_id", "delegate_id"]),
        (away(CHIEF, DEPUTY, TODAY - timedelta(days=1)), ["first_day"]),
        (away(CHIEF, DEPUTY, TODAY, TODAY - timedelta(days=1)), ["last_day"]),
        (away(CHIEF, DEPUTY, TODAY, TODAY + timedelta(days=400)), ["last_day"]),
        (away(CHIEF, DEPUTY, TODAY + timedelta(days=3), TODAY + timedelta(days=9)), ["first_day"]),
    ],
)
def test_a_delegation_that_nobody_can_follow_names_its_fields(wanted, fields):
    kept = [away(CHIEF, BOSS, TODAY + timedelta(days=9), TODAY + timedelta(days=10))]
    with pytest.raises(Refused) as refused:
        check_delegation(wanted, kept, members=MEMBERS, today=TODAY)
    assert [each.field for each in refused.value.errors] == fields


def test_days_beside_each_other_can_be_given_to_two():
    kept = [away(CHIEF, BOSS, TODAY + timedelta(days=1), TODAY + timedelta(days=2))]
    check_delegation(away(CHIEF, DEPUTY), kept, members=MEMBERS, today=TODAY)
