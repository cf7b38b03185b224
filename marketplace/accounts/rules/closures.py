"""When a company works: its country's calendar and its own closures; when goods are ready, and by when to order.

Days are local days of the company's country, see ``reference.rules.zone_of``; closures hold from their first to their
last day, both included.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from marketplace.kernel.errors import FieldError, Refused
from marketplace.reference.rules import WORKING_DAY_ENDS, is_working_day, working_deadline, zone_of

LONGEST: Final = 60  # days of one closure
# All that a company has ahead: who is closed for ever answers nobody.
MOST_AHEAD: Final = 120
# How long before it begins a closure is shown to buyers, and how far ahead one may be entered.
SHOWN_AHEAD: Final = timedelta(days=90)
FURTHEST: Final = timedelta(days=366)
LONGEST_WORDS: Final = 200
_DAY: Final = timedelta(days=1)


class Part(StrEnum):
    """What of a company is closed: where goods are made, where ready ones are handed over, where people answer."""

    FACTORY = "factory"
    WAREHOUSE = "warehouse"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Closed:
    """Parts of a company that are closed from a day to a day, and what it says of it, by language."""

    parts: tuple[Part, ...]
    first: date
    last: date
    words: tuple[tuple[str, str], ...] = ()

    def days(self) -> Iterable[date]:
        """Give its days."""
        return (self.first + each * _DAY for each in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Works:
    """The calendar of one company: its country, its own closures, and the days its country is closed beside feasts."""

    country: str
    closures: tuple[Closed, ...] = ()
    free: frozenset[date] = frozenset()

    @property
    def zone(self) -> str:
        """The zone its days run in."""
        return zone_of(self.country)

    def closed(self, part: Part) -> frozenset[date]:
        """Return the days on which a part of it is closed of its own accord."""
        return _days(self.closures, part)


@dataclass(frozen=True, slots=True)
class Notice:
    """A closure that a buyer should know of; ``order_by`` is the last day to order for before it, None when over."""

    first: date
    last: date
    order_by: date | None
    words: Mapping[str, str]


@lru_cache(maxsize=1_024)
def _days(closures: tuple[Closed, ...], part: Part) -> frozenset[date]:
    return frozenset(day for each in closures if part in each.parts for day in each.days())


def deadline(works: Works, start: datetime, days: int) -> datetime:
    """Return the end of the so-many-th day on which the company's people answer, after the local day of ``start``."""
    closures = works.closed(Part.OFFICE) | works.free
    return working_deadline(start, days, country=works.country, zone=works.zone, closures=closures)


def calendar_deadline(works: Works, start: datetime, days: int) -> datetime:
    """Return the end of the so-many-th day, worked or not, after the company's local day of ``start``."""
    local = ZoneInfo(works.zone)
    day = start.astimezone(local).date() + days * _DAY
    return datetime.combine(day, WORKING_DAY_ENDS, local).astimezone(UTC)


def ready_at(works: Works, lead_days: int | None, now: datetime) -> datetime:
    """Return from when goods ordered now could be handed over, never on a day that is closed.

    Goods made to order take ``lead_days`` working days of the factory; those in stock (None) wait while the warehouse
    is closed.
    """
    local = ZoneInfo(works.zone)
    today = now.astimezone(local).date()
    if lead_days is not None:
        made = _made_on(today, lead_days, works.country, works.closed(Part.FACTORY) | works.free)
        return datetime.combine(made, WORKING_DAY_ENDS, local).astimezone(UTC)
    day, closed = today, works.closed(Part.WAREHOUSE)
    while day in closed:
        day += _DAY
    return now if day == today else _begin(day, local)


def order_before(works: Works, lead_days: int | None, cutoff: datetime) -> datetime:
    """Return the instant before which an order has its goods ready before ``cutoff``, and from which on not."""
    local = ZoneInfo(works.zone)
    day = cutoff.astimezone(local).date()
    if lead_days is not None:
        if datetime.combine(day, WORKING_DAY_ENDS, local) < cutoff:
            day += _DAY
        closed = works.closed(Part.FACTORY) | works.free
        return _begin(_begun_on(day, lead_days, works.country, closed), local)
    closed = works.closed(Part.WAREHOUSE)
    if day not in closed:
        return cutoff
    while day - _DAY in closed:
        day -= _DAY
    return _begin(day, local)


def order_by(works: Works, lead_days: int | None, first: date) -> date:
    """Return the last local day on which an order is still ready before a closure that begins on ``first``."""
    if lead_days is None:
        return first - _DAY
    closed = works.closed(Part.FACTORY) | works.free
    return _begun_on(first, lead_days, works.country, closed) - _DAY


def notice(works: Works, lead_days: int | None, now: datetime) -> Notice | None:
    """Return the closure that touches goods next, None when none does within 90 days."""
    if not works.closures:
        return None
    today = now.astimezone(ZoneInfo(works.zone)).date()
    part = Part.WAREHOUSE if lead_days is None else Part.FACTORY
    near = [
        each
        for each in works.closures
        if part in each.parts and each.last >= today and each.first <= today + SHOWN_AHEAD
    ]
    if not near:
        return None
    found = min(near, key=lambda each: each.first)
    last = order_by(works, lead_days, found.first)
    return Notice(found.first, found.last, last if last >= today else None, dict(found.words))


def check(
    parts: Sequence[str], first: date, last: date, words: Mapping[str, str], *, kept: Iterable[Closed], today: date
) -> Closed:
    """Return a closure that a company enters, or refuse each field; ``kept``: those that it has ahead."""
    ahead = list(kept)
    known = {part.value for part in Part}
    errors: list[FieldError] = []
    if not parts or not set(parts) <= known:
        errors.append(FieldError("parts", "choice", ", ".join(sorted(known))))
    if not today <= first <= today + FURTHEST:
        errors.append(FieldError("first_day", "day_within", f"{today} to {today + FURTHEST}"))
    elif not first <= last < first + LONGEST * _DAY:
        errors.append(FieldError("last_day", "day_within", f"{first} to {first + (LONGEST - 1) * _DAY}"))
    if errors:
        raise Refused.fields(*errors)
    made = Closed(tuple(sorted(Part(each) for each in set(parts))), first, last, tuple(sorted(words.items())))
    for each in ahead:
        if set(each.parts) & set(made.parts) and each.first <= last and first <= each.last:
            raise Refused.field("first_day", "closed_already", f"{each.first} – {each.last}")
    for part in made.parts:
        if len(_days((*ahead, made), part)) > MOST_AHEAD:
            raise Refused.field("last_day", "closed_too_long", f"{MOST_AHEAD}")
    return made


def stored(closures: Iterable[Closed]) -> list[list[Any]]:
    """Return closures as the JSON that a company's row keeps."""
    rows = sorted(closures, key=lambda each: (each.first, each.last, each.parts))
    return [[[*map(str, each.parts)], each.first.isoformat(), each.last.isoformat(), dict(each.words)] for each in rows]


@lru_cache(maxsize=2_048)
def read(text: str) -> tuple[Closed, ...]:
    """Return the closures that a company's row keeps, from their text."""
    return tuple(
        Closed(
            tuple(Part(part) for part in parts),
            date.fromisoformat(first),
            date.fromisoformat(last),
            tuple(sorted(words.items())),
        )
        for parts, first, last, words in json.loads(text)
    )


def still_ahead(closures: Iterable[Closed], today: date) -> list[Closed]:
    """Return what is not over."""
    return [each for each in closures if each.last >= today]


@lru_cache(maxsize=8_192)
def _made_on(day: date, lead_days: int, country: str, closed: frozenset[date]) -> date:
    """Return the so-many-th working day after a day."""
    for _ in range(lead_days):
        day += _DAY
        while not is_working_day(day, country, closed):
            day += _DAY
    return day


@lru_cache(maxsize=8_192)
def _begun_on(day: date, lead_days: int, country: str, closed: frozenset[date]) -> date:
    """Return the first of the so-many working days that end before a day."""
    for _ in range(lead_days):
        day -= _DAY
        while not is_working_day(day, country, closed):
            day -= _DAY
    return day


def _begin(day: date, local: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, local).astimezone(UTC)
