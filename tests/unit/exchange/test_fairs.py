"""What can be planned, who gets a seat, and a calendar's line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marketplace.exchange.rules.enquiries import ENQUIRY, EnquiryKind, EnquiryState, Question, check_act, check_question
from marketplace.exchange.rules.fairs import (
    FAIR,
    SEAT,
    FairKind,
    FairState,
    Plan,
    SeatState,
    calendar,
    check_plan,
)
from marketplace.exchange.rules.fairs import check_act as check_fair_act
from marketplace.kernel.errors import Conflict, Refused

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
PLAN = Plan(
    FairKind.FAIR, {"en": "Durian week"}, {}, "CN-NANPENG", None, "TH",
    NOW + timedelta(days=9), NOW + timedelta(days=10), NOW + timedelta(days=8), 20,
)  # fmt: skip


def refused(work, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        work(*args, **kwargs)
    return {error.field for error in refusal.value.errors}


def test_a_plan_names_seats_and_times_that_follow_each_other():
    check_plan(PLAN, now=NOW)
    assert refused(check_plan, replace(PLAN, titles={"zh": "榴莲周"}, capacity=0), now=NOW) == {"titles", "capacity"}
    assert refused(check_plan, replace(PLAN, ends_at=PLAN.starts_at), now=NOW) == {"ends_at"}
    assert refused(check_plan, replace(PLAN, register_until=NOW), now=NOW) == {"register_until"}
    assert refused(check_plan, replace(PLAN, register_until=PLAN.ends_at), now=NOW) == {"register_until"}
    assert refused(check_fair_act, "cancel", " ") == {"reason"}
    assert refused(check_fair_act, "fill", "x") == {"action"}


@pytest.mark.parametrize(("lifecycle", "first"), [(FAIR, FairState.DRAFT), (SEAT, SeatState.WAITING)])
@given(data=st.data())
def test_what_is_over_stays_over(lifecycle, first, data):
    actions = sorted({act for table in lifecycle.table.values() for act in table})
    state = first
    for action in data.draw(st.lists(st.sampled_from(actions), max_size=8)):
        before = state
        try:
            state = lifecycle.apply(state, action)
        except Conflict:
            continue
        assert before in lifecycle.table
    assert state in lifecycle.table or lifecycle.actions(state) == []


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
@example("货" * 60)
def test_no_line_of_a_calendar_is_too_long_and_folding_loses_nothing(title):
    text = calendar(
        uid="1@fair", stamp=NOW, starts_at=PLAN.starts_at, ends_at=PLAN.ends_at, title=title, place="Nanpeng",
        url="https://city.test/x",
    )  # fmt: skip
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    (summary,) = (line for line in text.replace("\r\n ", "").split("\r\n") if line.startswith("SUMMARY:"))
    plain = summary.removeprefix("SUMMARY:")
    for written, letter in (("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
        plain = plain.replace(written, letter) if "\\\\" not in title and "\\" not in title else title
    assert plain == title
    assert "DTSTART:20261206T100000Z" in text


def test_a_question_says_who_asks_what_and_that_an_answer_is_wanted():
    asked = Question(EnquiryKind.INVESTOR, "A Fund", "fund@demo.test", "", "", "How?", has_consented=True)
    check_question(asked)
    wrong = replace(asked, name=" ", email="", text="", has_consented=False)
    assert refused(check_question, wrong) == {"name", "email", "text", "consent"}
    assert refused(check_act, "answer", " ") == {"text"}
    assert refused(check_act, "reopen", "x") == {"action"}
    assert ENQUIRY.apply(EnquiryState.ANSWERED, "answer") is EnquiryState.ANSWERED
    assert ENQUIRY.actions(EnquiryState.CLOSED) == []


def test_a_plan_is_told_in_languages_of_the_city_and_in_short():
    assert refused(check_plan, replace(PLAN, titles={"en": "Week", "xx": "?"}), now=NOW) == {"titles"}
    assert refused(check_plan, replace(PLAN, texts={"en": "x" * 100_000}), now=NOW) == {"texts"}
