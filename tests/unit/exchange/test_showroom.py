"""Which booths and tenancies there can be, what is a visitor, and what a card needs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.exchange.rules import showroom as rules
from marketplace.exchange.rules.leads import ACTIONS, LEAD, NOTE, Card, LeadState, check_action, check_card
from marketplace.kernel.errors import Conflict, Refused

SOME_DAYS = st.dates(date(2026, 1, 1), date(2031, 1, 1))


def refused(work, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        work(*args, **kwargs)
    return {error.field for error in refusal.value.errors}


def test_halls_and_booths_have_codes_names_and_a_place_on_the_plan():
    rules.check_hall("A", {"en": "Hall A", "zh": "甲馆"})
    rules.check_booth("A-12", Decimal("12.5"), 1, 40)
    assert refused(rules.check_hall, "a hall", {"zh": "甲馆"}) == {"code", "names"}
    assert refused(rules.check_booth, "", Decimal(0), 0, 41) == {"code", "area_m2", "column", "row"}


@given(SOME_DAYS, SOME_DAYS, SOME_DAYS)
def test_a_period_that_is_taken_has_a_day_for_each_day(from_on, until_on, today):
    try:
        rules.check_period(from_on, until_on, today=today)
    except Refused:
        too_long = (until_on - from_on).days >= rules.LONGEST_TENANCY
        assert until_on < from_on or until_on < today or too_long
        return
    days = list(rules.days(from_on, until_on))
    assert days[0] == from_on
    assert days[-1] == until_on
    assert len(days) == len(set(days)) == (until_on - from_on).days + 1


@given(SOME_DAYS, SOME_DAYS, SOME_DAYS, SOME_DAYS)
def test_an_end_lies_within_the_tenancy_and_not_in_the_past(until_on, from_on, before, today):
    try:
        rules.check_end(until_on, from_on=from_on, before=before, today=today)
    except Refused:
        return
    assert max(from_on, today) <= until_on < before


@pytest.mark.parametrize(("agent", "purpose", "counts"), [
    ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile", "", True),
    ("Mozilla/5.0 (compatible; Googlebot/2.1)", "", False),
    ("curl/8.1", "", False),
    ("", "", False),
    ("Mozilla/5.0 (iPhone)", "prefetch;prerender", False),
])  # fmt: skip
def test_robots_are_no_visitors(agent, purpose, counts):
    assert rules.is_visitor(agent, purpose) is counts


def test_a_card_says_who_how_and_that_it_is_agreed():
    check_card(Card("Somsy", "", "+85621212345", "", True))
    assert refused(check_card, Card(" ", "", "", "x" * 2_001, False)) == {"name", "email", "message", "consent"}


def test_to_close_and_to_note_needs_words():
    for action in ACTIONS:
        check_action(action, "Because.")
        if action in {"close", NOTE}:
            assert refused(check_action, action, " ") == {"text"}
        assert refused(check_action, action, "x" * 2_001) == {"text"}
    assert refused(check_action, "reopen", "x") == {"action"}


@given(st.lists(st.sampled_from(["contact", "qualify", "close"]), max_size=6))
def test_nobody_wants_to_buy_who_was_not_contacted_and_what_is_closed_stays_closed(actions):
    state, seen = LeadState.NEW, [LeadState.NEW]
    for action in actions:
        try:
            state = LEAD.apply(state, action)
        except Conflict:
            continue
        seen.append(state)
    if LeadState.QUALIFIED in seen:
        assert LeadState.CONTACTED in seen
    assert seen.count(LeadState.CLOSED) <= 1
