"""What counts against a limit, in which period of the company's own calendar."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.approvals.rules.asking import (
    CauseKind,
    asked_for,
    causes_of,
    causes_to_json,
    steps_of,
    steps_to_json,
)
from marketplace.approvals.rules.facts import Facts, Who
from marketplace.approvals.rules.limits import HolderKind, Limit, Period, Spent, exceeded, period_of, used
from marketplace.approvals.rules.policy import Condition, Rule, Step, Tier
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money

BUYER, OTHER, UNIT = (new_id() for _ in range(3))
WHO = Who(person_id=BUYER, roles=frozenset({"purchasing"}), unit_id=UNIT)
HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 8, 19, 3, tzinfo=UTC)
STEPS = (Step(roles=frozenset({"approver"})),)


def limit(kind=HolderKind.PERSON, holder=BUYER, period=Period.MONTH, amount=1_000, currency="CNY"):
    return Limit(id=new_id(), kind=kind, holder=str(holder), period=period, amount=Money(amount, currency), steps=STEPS)


def spent(minor, at=NOW, person=BUYER, unit=UNIT, currency="CNY"):
    return Spent(person_id=person, unit_id=unit, at=at, amounts=(Money(minor, currency),))


def facts(minor, currency="CNY"):
    return Facts(who=WHO, totals=(Money(minor, currency),))


@pytest.mark.parametrize(
    ("period", "begins", "ends"),
    [
        (Period.DAY, "2026-08-19", "2026-08-20"),
        (Period.WEEK, "2026-08-17", "2026-08-24"),
        (Period.MONTH, "2026-08-01", "2026-09-01"),
        (Period.QUARTER, "2026-07-01", "2026-10-01"),
    ],
)
def test_a_period_begins_by_the_calendar_of_the_company(period, begins, ends):
    found = [each.astimezone(ZoneInfo(HANOI)).isoformat()[:16] for each in period_of(period, NOW, HANOI)]
    assert found == [f"{begins}T00:00", f"{ends}T00:00"]


@given(
    at=st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    period=st.sampled_from(Period),
    zone=st.sampled_from([HANOI, "Asia/Kolkata", "Australia/Sydney", "UTC"]),
)
def test_periods_follow_each_other_without_a_gap(at, period, zone):
    begins, ends = period_of(period, at, zone)
    assert begins <= at < ends
    assert period_of(period, begins, zone) == (begins, ends)
    assert period_of(period, ends, zone)[0] == ends
    assert period_of(period, ends - timedelta(microseconds=1), zone) == (begins, ends)


def test_a_limit_binds_its_holder():
    assert limit().binds(WHO)
    assert not limit(holder=OTHER).binds(WHO)
    assert limit(HolderKind.ROLE, "purchasing").binds(WHO)
    assert not limit(HolderKind.ROLE, "owner").binds(WHO)
    assert limit(HolderKind.UNIT, UNIT).binds(WHO)
    assert not limit(HolderKind.UNIT, OTHER).binds(WHO)
    assert not limit(HolderKind.UNIT, UNIT).binds(Who(person_id=BUYER))


def test_a_unit_counts_all_its_people_a_role_each_alone():
    rows = [spent(100), spent(200, person=OTHER), spent(400, person=OTHER, unit=None), spent(800, unit=None)]
    counts = {
        kind: used(limit(kind, holder), WHO, rows, {}, now=NOW, zone=HANOI).minor
        for kind, holder in ((HolderKind.PERSON, BUYER), (HolderKind.ROLE, "purchasing"), (HolderKind.UNIT, UNIT))
    }
    assert counts == {HolderKind.PERSON: 900, HolderKind.ROLE: 900, HolderKind.UNIT: 300}


def test_a_limit_may_be_used_to_its_last_coin_and_a_missing_rate_counts_as_gone_beyond():
    kept = limit()
    assert exceeded([kept], facts(600), [spent(400)], {}, now=NOW, zone=HANOI) == ()
    (excess,) = exceeded([kept], facts(601), [spent(400)], {}, now=NOW, zone=HANOI)
    assert (excess.limit, excess.used) == (kept, Money(400, "CNY"))
    assert exceeded([limit(holder=OTHER)], facts(9_999), [], {}, now=NOW, zone=HANOI) == ()
    (excess,) = exceeded([kept], facts(1), [spent(1, currency="THB")], {}, now=NOW, zone=HANOI)
    assert excess.used is None
    (excess,) = exceeded([kept], facts(1, "THB"), [], {}, now=NOW, zone=HANOI)
    assert excess.used == Money(0, "CNY")
    rates = {("THB", "CNY"): Decimal("0.2")}
    assert exceeded([kept], facts(5_000, "THB"), [], rates, now=NOW, zone=HANOI) == ()


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 600)), max_size=30),
    st.sampled_from(Period),
)
def test_what_passes_without_approval_never_goes_beyond_a_limit_in_any_period(wishes, period):
    """Whatever is ordered on whichever day, in order of days, what was let through stays within."""
    kept, placed, at = limit(period=period), [], NOW
    for days, minor in wishes:
        at += timedelta(days=days)
        if not exceeded([kept], facts(minor), placed, {}, now=at, zone=HANOI):
            placed.append(spent(minor, at=at))
    for each in placed:
        assert used(kept, WHO, placed, {}, now=each.at, zone=HANOI).minor <= kept.amount.minor


def rule(from_minor=0, steps=STEPS):
    return Rule(
        id=new_id(),
        name="Chains",
        condition=Condition(),
        currency="CNY",
        tiers=(Tier(from_minor=from_minor, steps=steps),),
    )


def test_rules_and_limits_ask_together_and_nobody_is_asked_twice_for_the_same():
    asked = asked_for([rule()], [limit(amount=10)], facts(11), [], {}, now=NOW, zone=HANOI)
    assert [cause.kind for cause in asked.causes] == [CauseKind.RULE, CauseKind.LIMIT]
    assert asked.steps == STEPS
    other = Limit(**{name: getattr(limit(amount=10), name) for name in ("id", "kind", "holder", "period", "amount")},
                  steps=(Step(roles=frozenset({"finance"})),))  # fmt: skip
    asked = asked_for([rule(steps=())], [other], facts(11), [spent(5)], {}, now=NOW, zone=HANOI)
    (cause,) = asked.causes
    assert (cause.name, cause.amount, cause.used, cause.no_rate) == ("month", Money(10, "CNY"), Money(5, "CNY"), False)
    assert asked.steps == other.steps
    assert asked_for([rule(12)], [limit()], facts(11), [], {}, now=NOW, zone=HANOI) is None
    assert asked_for([rule(steps=())], [], facts(11), [], {}, now=NOW, zone=HANOI) is None


def test_a_missing_rate_is_said():
    asked = asked_for([rule(9_999)], [limit()], facts(1, "THB"), [], {}, now=NOW, zone=HANOI)
    assert [cause.no_rate for cause in asked.causes] == [True, True]
    asked = asked_for([], [limit()], facts(1), [spent(1, currency="THB")], {}, now=NOW, zone=HANOI)
    assert asked.causes[0].no_rate
    assert causes_of(causes_to_json(asked.causes)) == asked.causes


def test_steps_are_kept_as_they_were():
    steps = (Step(roles=frozenset({"a", "b"}), people=frozenset({BUYER, OTHER}), count=2), Step())
    assert steps_of(steps_to_json(steps)) == steps
