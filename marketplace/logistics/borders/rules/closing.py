"""Closures of borders: why, who says so, and which feasts may close a side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle

# A closure is announced for a time; what lasts longer is entered again.
LONGEST: Final = timedelta(days=370)


class ClosureReason(StrEnum):
    """Why a border is closed."""

    HOLIDAY = "holiday"
    EPIDEMIC = "epidemic"
    WEATHER = "weather"
    SECURITY = "security"
    WORKS = "works"
    SYSTEMS = "systems"
    OTHER = "other"


class ClosureState(StrEnum):
    """Whether a closure counts: a proposal does not until an operator confirms it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


CLOSURE: Final = Lifecycle(
    "border_closure",
    {
        ClosureState.PROPOSED: {"confirm": ClosureState.CONFIRMED, "drop": ClosureState.DROPPED},
        ClosureState.CONFIRMED: {"withdraw": ClosureState.WITHDRAWN},
        # Who enters what was dropped knows better by now.
        ClosureState.DROPPED: {"confirm": ClosureState.CONFIRMED},
    },
)


@dataclass(frozen=True, slots=True)
class Feast:
    """Days in a row on which a country celebrates, the last one included."""

    first: date
    last: date
    name: str


def feasts(days: Mapping[date, str]) -> Iterator[Feast]:
    """Yield public holidays as runs of days, each named after its first."""
    run: list[date] = []
    for day in sorted(days):
        if run and day - run[-1] > timedelta(days=1):
            yield Feast(run[0], run[-1], days[run[0]])
            run = []
        run.append(day)
    if run:
        yield Feast(run[0], run[-1], days[run[0]])


def span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the instants (UTC) between which days of a side lie, the last one included."""
    local = ZoneInfo(zone)
    return (
        datetime.combine(first, time(), local).astimezone(UTC),
        datetime.combine(last + timedelta(days=1), time(), local).astimezone(UTC),
    )


def check_closure(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Refuse a closure that ends before it begins, lasts too long or is over."""
    soonest = max(starts_at, now) + timedelta(minutes=1)
    latest = starts_at + LONGEST
    if not soonest <= ends_at <= latest:
        raise Refused.field("ends_at", "day_within", f"{soonest:%Y-%m-%dT%H:%MZ} to {latest:%Y-%m-%dT%H:%MZ}")
