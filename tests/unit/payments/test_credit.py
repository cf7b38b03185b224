"""What fits a credit, and what is refused with what is left."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules import credit
from marketplace.payments.rules.credit import Grant, Taken
from marketplace.payments.rules.plans import AgreedPlan, Counted, Stage
from marketplace.payments.rules.terms import MilestoneEvent

TODAY = date(2026, 12, 1)
NET_30 = AgreedPlan("net_30", (Stage(MilestoneEvent.DELIVERED, 10_000, 30, Counted.CALENDAR),), "Net 30", credit=True)


def cny(minor):
    return Money(minor, "CNY")


def grant(**more):
    return Grant(**{"limit": cny(1_000), "days": 30, "until": TODAY, **more})


def taken(pending=0, due=0, overdue=0, level=0):
    return Taken(cny(pending), cny(due), cny(overdue), level)


@given(st.integers(1, 2_000), st.integers(0, 600), st.integers(0, 600), st.integers(0, 600), st.integers(1, 2_000))
def test_an_order_fits_exactly_what_is_left(limit, pending, due, overdue, amount):
    given_, now = grant(limit=cny(limit)), taken(pending, due, overdue)
    fits = credit.refusal(given_, now, plan=NET_30, amount=cny(amount), today=TODAY, refused_from=2) is None
    assert fits is (pending + due + overdue + amount <= limit)
    assert fits is (cny(amount) <= credit.left(given_, now))


@pytest.mark.parametrize(
    ("code", "given_", "now"),
    [
        ("credit_ended", grant(until=date(2026, 11, 30)), taken()),
        ("credit_days", grant(days=29), taken()),
        ("credit_overdue", grant(), taken(level=2)),
        ("credit_limit", grant(), taken(due=1)),
    ],
)
def test_what_does_not_fit_is_refused_for_its_reason(code, given_, now):
    with pytest.raises(Conflict) as refusal:
        credit.check(given_, now, plan=NET_30, amount=cny(1_000), today=TODAY, refused_from=2)
    assert refusal.value.code == code


def test_what_fits_is_taken_and_a_lowered_limit_leaves_nothing():
    credit.check(grant(), taken(level=1), plan=NET_30, amount=cny(1_000), today=TODAY, refused_from=2)
    assert credit.left(grant(), taken(pending=900, overdue=200)) == cny(0)


def test_words_and_grants_are_checked():
    assert credit.check_words(" ok ", field="note") == "ok"
    for words in ("  ", "x" * 501):
        with pytest.raises(Refused):
            credit.check_words(words, field="note")
    credit.check_request(cny(1))
    with pytest.raises(Refused):
        credit.check_request(cny(0))
    credit.check_grant(grant(), today=TODAY)
    with pytest.raises(Refused) as refusal:
        credit.check_grant(grant(limit=cny(0), days=0, until=date(2026, 1, 1)), today=TODAY)
    assert [error.field for error in refusal.value.errors] == ["amount", "days", "until"]


def test_a_credit_is_granted_for_three_years_at_most():
    credit.check_grant(grant(until=date(2029, 12, 1)), today=TODAY)
    credit.check_grant(grant(until=date(2031, 2, 28)), today=date(2028, 2, 29))
    for until, today in ((date(2029, 12, 2), TODAY), (date(2031, 3, 1), date(2028, 2, 29))):
        with pytest.raises(Refused) as refusal:
            credit.check_grant(grant(until=until), today=today)
        assert [error.accepted for error in refusal.value.errors] == [f"{today} to {until - timedelta(days=1)}"]


def test_reminders_have_names():
    assert [credit.level_name(level) for level in range(4)] == [None, "first", "second", "final"]


def test_what_a_buyer_owes_in_all_stops_at_the_operators_limit():
    limit = Money(1_000, "CNY")
    credit.check_owing(limit, owing=limit, added=Money(400, "CNY"))
    with pytest.raises(Conflict) as refused:
        credit.check_owing(limit, owing=Money(1_001, "CNY"), added=Money(400, "CNY"))
    assert (refused.value.code, refused.value.facts["left"]) == ("buyer_limit", str(Money(399, "CNY")))
    with pytest.raises(Conflict) as refused:
        credit.check_owing(limit, owing=Money(1_900, "CNY"), added=Money(400, "CNY"))
    assert refused.value.facts["left"] == str(Money(0, "CNY"))
