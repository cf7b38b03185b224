"""When both sides of a crossing are open, each by its own clock."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.kernel.errors import FieldError, Refused

ALL_DAYS: Final = 0b111_1111
DAY_MINUTES: Final = 24 * 60
# Nobody plans a lorry for a border that stays shut for longer.
HORIZON: Final = timedelta(days=400)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the local day between which a side is open, on the weekdays of a mask (Monday is the lowest bit).

    Where ``closes`` is not after ``opens`` the side closes on the next day. ``valid_to`` is the last day, None for
    hours without an end.
    """

    weekdays: int
    opens: int
    closes: int
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether these hours are those of a local day, whether it is one of their weekdays or not."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a crossing: its clock, its hours and its closures, as spans of instants in UTC.

    On a day for which no hours are known the side counts as open.
    """

    zone: str
    hours: tuple[Hours, ...] = ()
    closures: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A span in which both sides are open; ``until`` is None where they do not close within a week."""

    since: datetime
    until: datetime | None


def check_hours(hours: Hours) -> None:
    """Refuse hours on no weekday, at no minute of a day, or that end before they begin."""
    errors: list[FieldError] = []
    if not 1 <= hours.weekdays <= ALL_DAYS:
        errors.append(FieldError("weekdays", "required", "one weekday or more"))
    if not 0 <= hours.opens < DAY_MINUTES:
        errors.append(FieldError("opens", "clock_time", "a time such as 08:00"))
    if not 0 < hours.closes <= DAY_MINUTES:
        errors.append(FieldError("closes", "clock_time", "a time such as 08:00"))
    if hours.valid_to is not None and hours.valid_to < hours.valid_from:
        errors.append(FieldError("valid_to", "day_within", f"{hours.valid_from} or later"))
    if errors:
        raise Refused.fields(*errors)


def opening(sides: Sequence[Side], instant: datetime) -> datetime | None:
    """Return the first instant, not before this one, at which every side is open: whoever comes earlier waits.

    None where there is none within ``HORIZON``. Who arrives later never gets through earlier.
    """
    latest = instant + HORIZON
    found = instant
    while found <= latest:
        moved = found
        for side in sides:
            moved = _side_opening(side, moved)
        if moved == found:
            return found
        found = moved
    return None


def is_open(sides: Sequence[Side], instant: datetime) -> bool:
    """Tell whether every side is open at an instant."""
    return opening(sides, instant) == instant


def next_span(sides: Sequence[Side], instant: datetime) -> Opening | None:
    """Return the span in which every side is open that holds this instant or is the first after it."""
    since = opening(sides, instant)
    if since is None:
        return None
    ends = [end for side in sides if (end := _side_closing(side, since)) is not None]
    return Opening(since, min(ends, default=None))


def _side_opening(side: Side, instant: datetime) -> datetime:
    """Return when a side is open next; closures and hours push in turn until neither does."""
    found = instant
    while True:
        moved = found
        for since, until in side.closures:
            if since <= moved < until:
                moved = until
        moved = next((max(span[0], moved) for span in _windows(side, moved) if span[1] > moved), moved)
        if moved == found:
            return found
        found = moved


def _side_closing(side: Side, instant: datetime) -> datetime | None:
    """Return when a side that is open at an instant closes next, None where it does not within a week."""
    closes = instant
    for since, until in _windows(side, instant):
        if since <= closes < until:
            closes = until
    shut = [since for since, _until in side.closures if since > instant]
    if closes >= instant + 7 * _DAY:
        return min((each for each in shut if each < closes), default=None)
    return min([closes, *shut])


def _windows(side: Side, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans of the days around an instant, by their beginning: hours repeat within a week."""
    zone = ZoneInfo(side.zone)
    first = instant.astimezone(zone).date() - _DAY
    for number in range(10):
        day = first + number * _DAY
        yield from sorted(_of_day(day, zone, side.hours))


def _of_day(day: date, zone: ZoneInfo, hours: Iterable[Hours]) -> Iterator[tuple[datetime, datetime]]:
    held = [each for each in hours if each.holds(day)]
    if not held:
        yield _instant(day, 0, zone), _instant(day, DAY_MINUTES, zone)
    for each in held:
        if each.weekdays >> day.weekday() & 1:
            closes = each.closes if each.closes > each.opens else each.closes + DAY_MINUTES
            yield _instant(day, each.opens, zone), _instant(day, closes, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minute, DAY_MINUTES)
    return datetime.combine(day + days * _DAY, time(*divmod(rest, 60)), zone).astimezone(UTC)
