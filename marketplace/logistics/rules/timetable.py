"""When a weekly service runs, when it takes what, and when it is where."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.kernel.quantity import Load

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Hours before departure by which papers and cargo must be there."""

    documents_hours: int
    cargo_hours: int


@dataclass(frozen=True, slots=True)
class LegTime:
    """Where a leg ends and how long it takes; where that is a side of a ``crossing``, a wait for it comes on top."""

    to_code: str
    minutes: int
    is_border: bool
    crossing: str | None = None


@dataclass(frozen=True, slots=True)
class StopTime:
    """A place on the way and the planned instant of being there, so many minutes of them before a closed border."""

    place_code: str
    eta: datetime
    is_border: bool
    wait_minutes: int = 0


def runs(*, weekday: int, minute_of_day: int, zone: str, start: datetime, days: int) -> Iterator[datetime]:
    """Yield the departures (UTC) of a weekly service after ``start`` within so many days; Monday is 0.

    The wall clock of the hub decides, so that a change of its zone's offset moves the instant, not the timetable.
    """
    local = ZoneInfo(zone)
    day = start.astimezone(local).date()
    at = time(*divmod(minute_of_day, 60))
    for _ in range(days + 1):
        if day.weekday() == weekday:
            departs_at = datetime.combine(day, at, local).astimezone(UTC)
            if start < departs_at <= start + days * _DAY:
                yield departs_at
        day += _DAY


def in_force(departs_at: datetime, begins_at: datetime | None, *ends: datetime | None) -> bool:
    """Tell whether a departure is planned: from a beginning on and before each end, where there are any."""
    return (begins_at is None or departs_at >= begins_at) and all(end is None or departs_at < end for end in ends)


def _always(_crossing: str, instant: datetime) -> datetime:
    return instant


def stops(
    hub_code: str,
    departs_at: datetime,
    legs: Sequence[LegTime],
    opens: Callable[[str, datetime], datetime | None] = _always,
) -> tuple[StopTime, ...]:
    """Return where a lorry is when, the hub first.

    ``opens`` says when a crossing next lets through whoever is there at an instant, None where it is not known: arrive,
    then wait. A lorry counts as being at a side of a border only while both are open.
    """
    found = [StopTime(hub_code, departs_at, is_border=False)]
    for leg in legs:
        arrives = found[-1].eta + timedelta(minutes=leg.minutes)
        eta = arrives if leg.crossing is None else opens(leg.crossing, arrives) or arrives
        wait = (eta - arrives) // timedelta(minutes=1)
        found.append(StopTime(leg.to_code, eta, leg.is_border, wait))
    return tuple(found)


def cutoff(departs_at: datetime, hours: int) -> datetime:
    """Return the instant so many hours before a departure."""
    return departs_at - timedelta(hours=hours)


def bookable_until(*, cutoff_documents_at: datetime, cutoff_cargo_at: datetime) -> datetime:
    """Return when booking ends: whoever books later could not hand in papers and cargo in time."""
    return min(cutoff_documents_at, cutoff_cargo_at)


def sellable(capacity: Load, overbooking_percent: int) -> Load:
    """Return the room that is sold of a lorry's capacity, each dimension rounded down."""
    return Load(
        grams=capacity.grams * overbooking_percent // 100,
        cm3=capacity.cm3 * overbooking_percent // 100,
        ldm_mm=capacity.ldm_mm * overbooking_percent // 100,
        pallets=capacity.pallets * overbooking_percent // 100,
    )
