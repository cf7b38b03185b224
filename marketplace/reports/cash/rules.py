"""How open money is told: whose side, how it stands, on which day it is expected, and what moves in which week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.accounts.rules.closures import Works
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import Stage, due_at
from marketplace.payments.rules.terms import MilestoneEvent

MOST_WEEKS: Final = 53
BEFORE, AHEAD = timedelta(weeks=4), timedelta(weeks=9)
# Within this of the first and the last day there are, no weeks stand before and after.
_MARGIN: Final = timedelta(weeks=53)
_WEEK: Final = timedelta(days=7)


class Side(StrEnum):
    """Whether the company pays or is paid."""

    OUT = "out"
    IN = "in"


class Standing(StrEnum):
    """How a share stands that is not settled."""

    OVERDUE = "overdue"
    DUE = "due"
    SLIP_RECEIVED = "slip_received"
    PART_PAID = "part_paid"
    HELD = "held"
    PENDING = "pending"


OPEN: Final = tuple(MilestoneState(each.value) for each in Standing)


class Basis(StrEnum):
    """What the day of a share is taken from."""

    DUE = "due"  # it was asked for, until then
    CONFIRMATION = "confirmation"
    READY = "ready"
    CUTOFF = "cutoff"
    BORDER = "border"
    ARRIVAL = "arrival"
    ACCEPTANCE = "acceptance"
    NONE = "none"  # nobody has named a day yet


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days that are known of a line: promised, planned, or running."""

    confirm_by: datetime | None = None
    ready: datetime | None = None
    cutoff: datetime | None = None
    border: datetime | None = None
    arrival: datetime | None = None
    acceptance: datetime | None = None


_DAYS: Final[Mapping[MilestoneEvent, tuple[Basis, ...]]] = {
    MilestoneEvent.DEPOSIT: (Basis.CONFIRMATION,),
    MilestoneEvent.READY: (Basis.READY, Basis.CUTOFF),
    MilestoneEvent.HANDED_OVER: (Basis.CUTOFF, Basis.READY),
    MilestoneEvent.EXPORT_RELEASED: (Basis.BORDER,),
    MilestoneEvent.BORDER_CROSSED: (Basis.BORDER,),
    MilestoneEvent.DELIVERED: (Basis.ARRIVAL,),
    MilestoneEvent.ACCEPTED: (Basis.ACCEPTANCE, Basis.ARRIVAL),
}


def expected(stage: Stage, ahead: Ahead, *, at_once: bool, payer: Works) -> tuple[datetime | None, Basis]:
    """Return when a share that nobody asked for yet is expected, and what that is taken from.

    The event first; where the payer is asked then, and not released or owed ``at_once``, the days of the plan after it.
    """
    known = {
        Basis.CONFIRMATION: ahead.confirm_by,
        Basis.READY: ahead.ready,
        Basis.CUTOFF: ahead.cutoff,
        Basis.BORDER: ahead.border,
        Basis.ARRIVAL: ahead.arrival,
        Basis.ACCEPTANCE: ahead.acceptance,
    }
    for basis in _DAYS[stage.event]:
        at = known[basis]
        if at is not None:
            return (at if at_once else due_at(stage, payer, at)), basis
    return None, Basis.NONE


@dataclass(frozen=True, slots=True)
class Flow:
    """Money of one side on a day; None for a day that nobody knows."""

    side: Side
    day: date | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a currency: what moved by the books, and what is to move."""

    first: date
    moved_out: Money
    moved_in: Money
    planned_out: Money
    planned_in: Money

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a picture, whole weeks: from a Monday to a Sunday."""

    first: date
    last: date

    @property
    def mondays(self) -> tuple[date, ...]:
        """The first days of its weeks."""
        return tuple(self.first + number * _WEEK for number in range(((self.last - self.first).days + 1) // 7))

    def holds(self, day: date | None) -> bool:
        """Tell whether a day lies in it; a day that nobody knows does not lie outside."""
        return day is None or self.first <= day <= self.last


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def span(first: date | None, last: date | None, *, today: date) -> Span:
    """Return the weeks that were asked for: without days the last four, this one and eight more.

    Refused for a period that ends before it begins, has more than 53 weeks, or lies where the calendar begins or ends.
    """
    for name, day in (("from", first), ("to", last)):
        if day is not None and not date.min + _MARGIN <= day <= date.max - _MARGIN:
            raise Refused.field(name, "calendar_day", f"a day such as {today}")
    begins = monday(first) if first else min(monday(today), monday(last or today)) - BEFORE
    ends = monday(last) + timedelta(days=6) if last else max(monday(today), begins) + AHEAD - timedelta(days=1)
    if ends < begins:
        raise Refused.field("from", "period", f"a day up to {last}")
    found = Span(begins, ends)
    if len(found.mondays) > MOST_WEEKS:
        raise Refused.field("from", "too_long", f"a period of at most {7 * MOST_WEEKS} days")
    return found


def day_in(at: datetime, zone: str) -> date:
    """Return the day of an instant where a company is."""
    return at.astimezone(ZoneInfo(zone)).date()


def plan_day(day: date | None, *, today: date) -> date | None:
    """Return when money is to move that was to move on a day: what is late, today."""
    return None if day is None else max(day, today)


def weeks(
    over: Span, *, currency: str, moved: Iterable[Flow], planned: Iterable[Flow]
) -> tuple[tuple[Week, ...], tuple[Money, Money]]:
    """Return the weeks of a currency, and what is to go out and to come in on no known day."""
    sums: dict[tuple[date, str, Side], int] = {}
    undated = {Side.OUT: 0, Side.IN: 0}
    for kind, flows in (("moved", moved), ("planned", planned)):
        for flow in flows:
            if flow.amount.currency != currency:
                continue
            if flow.day is None:
                undated[flow.side] += flow.amount.minor
                continue
            key = (monday(flow.day), kind, flow.side)
            sums[key] = sums.get(key, 0) + flow.amount.minor

    def total(first: date, kind: str, side: Side) -> Money:
        return Money(sums.get((first, kind, side), 0), currency)

    found = tuple(
        Week(
            first,
            total(first, "moved", Side.OUT),
            total(first, "moved", Side.IN),
            total(first, "planned", Side.OUT),
            total(first, "planned", Side.IN),
        )
        for first in over.mondays
    )
    return found, (Money(undated[Side.OUT], currency), Money(undated[Side.IN], currency))


def open_parts(outstanding: Money, amounts: Sequence[Money]) -> list[Money]:
    """Divide what is left of a payment over the shares that it was asked for."""
    return outstanding.share([amount.minor for amount in amounts])
