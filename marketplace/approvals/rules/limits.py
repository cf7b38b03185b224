"""Spending limits: what counts against one, in which period of the company's calendar, and when it is used up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.approvals.rules.facts import Facts, Rates, Who, total_in
from marketplace.approvals.rules.policy import Step
from marketplace.kernel.money import Money

MOST_LIMITS: Final = 200


class Period(StrEnum):
    """How often a limit begins anew."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class HolderKind(StrEnum):
    """Whose spending a limit counts: one person's, that of each holder of a role alone, or a unit's altogether."""

    PERSON = "person"
    ROLE = "role"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So much in a period without approval; ``steps`` say who approves what goes beyond."""

    id: UUID
    kind: HolderKind
    holder: str  # the person's or unit's id, or the role
    period: Period
    amount: Money
    steps: tuple[Step, ...]

    def binds(self, who: Who) -> bool:
        """Tell whether it is about what this person spends."""
        match self.kind:
            case HolderKind.PERSON:
                return str(who.person_id) == self.holder
            case HolderKind.ROLE:
                return self.holder in who.roles
            case _:
                return who.unit_id is not None and str(who.unit_id) == self.holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What somebody ordered, or waits to order, at an instant, for a unit."""

    person_id: UUID
    unit_id: UUID | None
    at: datetime
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that a request goes beyond, and what was used of it before; None where no rate was known."""

    limit: Limit
    used: Money | None


def period_of(period: Period, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of the period in which an instant lies, by the company's calendar, and that of the next.

    A week begins on Monday, a quarter in January, April, July and October.
    """
    local = ZoneInfo(zone)
    day = at.astimezone(local).date()
    match period:
        case Period.DAY:
            first, following = day, day + timedelta(days=1)
        case Period.WEEK:
            first = day - timedelta(days=day.weekday())
            following = first + timedelta(days=7)
        case Period.MONTH:
            first = day.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
        case _:
            first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
            following = (first + timedelta(days=93)).replace(day=1)
    begins, ends = (datetime.combine(each, time.min, local).astimezone(UTC) for each in (first, following))
    return begins, ends


def used(limit: Limit, who: Who, spent: Iterable[Spent], rates: Rates, *, now: datetime, zone: str) -> Money | None:
    """Return what counts against a limit that binds somebody in the period of ``now``; None where a rate is missing."""
    begins, ends = period_of(limit.period, now, zone)
    counted = (
        amount
        for each in spent
        if begins <= each.at < ends
        and (each.unit_id == who.unit_id if limit.kind is HolderKind.UNIT else each.person_id == who.person_id)
        for amount in each.amounts
    )
    return total_in(limit.amount.currency, counted, rates)


def exceeded(
    limits: Sequence[Limit], facts: Facts, spent: Sequence[Spent], rates: Rates, *, now: datetime, zone: str
) -> tuple[Excess, ...]:
    """Return the limits that a request goes beyond; one whose rate is missing counts as gone beyond."""
    found: list[Excess] = []
    for limit in limits:
        if not limit.binds(facts.who):
            continue
        before = used(limit, facts.who, spent, rates, now=now, zone=zone)
        asked = total_in(limit.amount.currency, facts.new, rates)
        if before is None or asked is None or before + asked > limit.amount:
            found.append(Excess(limit, before))
    return tuple(found)
