"""Places, rates, settings and working days, as they hold at an instant."""

import functools
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.db import instant, remembered
from marketplace.kernel.editions import kept, kept_each
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.reference import rules
from marketplace.reference.models import Closure, DatedSetting, FxRate, Place
from marketplace.reference.rules import PlaceKind

Kept = TypeVar("Kept")

# Days are reckoned from now on, and back from a lorry by which goods can hardly be made any more.
_CLOSURES_BEHIND: Final = timedelta(days=400)
# Under which names a transaction remembers, and a process keeps, what it read of these; whoever writes them forgets it.
REMEMBERED_PLACES: Final = "places"
REMEMBERED_DATED: Final = "settings and closures"


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place; ``names`` holds it in other languages by locale."""

    code: str
    name: str
    names: Mapping[str, str]
    country: str
    kind: PlaceKind
    zone: str
    unlocode: str | None
    latitude_e6: int
    longitude_e6: int

    def called(self, locale: str) -> str:
        """Return the name in this language, the English one where there is none."""
        return self.names.get(locale, self.name)


@dataclass(frozen=True, slots=True)
class FxRow:
    """How many units of ``quote`` one unit of ``base`` is, who says so and from which day."""

    base: str
    quote: str
    rate: Decimal
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class SettingRow:
    """What a setting is at an instant, since when (None: from the beginning), and what it will be next."""

    key: rules.Setting
    value: rules.Value
    since: datetime | None
    next_value: rules.Value | None
    next_from: datetime | None


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A day on which nobody works in a country though its calendar does not say so."""

    country: str
    day: date
    source: str


def get_place(session: Session, code: str) -> PlaceRow:
    """Return the place; NotFound for a code we do not have."""
    found = next((row for row in places(session) if row.code == code), None)
    if found is None:
        raise NotFound("place")
    return found


def places(session: Session, kind: PlaceKind | str | None = None) -> tuple[PlaceRow, ...]:
    """Return the places of a kind, or all, by country and name; as long as they stay as they are, the same tuple."""
    if kind is None:
        return _kept(session, REMEMBERED_PLACES, lambda: _read_places(session))
    return places_read(session.execute(_PLACES_OF_KIND, {"kind": PlaceKind(kind)}).scalar_one())


def _read_places(session: Session) -> tuple[PlaceRow, ...]:
    """Read the places, and with them what else most acts want of this feature."""
    found = session.execute(_PLACES_AND_DATED).one()
    _kept(session, REMEMBERED_DATED, lambda: (_settings_read(found.settings or ""), _closed(found.closed or "")))
    return places_read(found.places)


def places_by_code(session: Session, codes: Iterable[str]) -> dict[str, PlaceRow]:
    """Return the places of these codes that exist."""
    wanted = set(codes)
    return {row.code: row for row in places(session) if row.code in wanted}


def fx(session: Session, *, base: str, quote: str, on: date) -> FxRow | None:
    """Return the rate of a pair on a day: the last one published by then, crossed where nobody quotes it; else None."""
    if base == quote:
        return FxRow(base, quote, Decimal(1), "", on)
    return fx_of(session, pairs=[(base, quote)], on=on).get((base, quote))


def fx_of(session: Session, *, pairs: Collection[tuple[str, str]], on: date) -> dict[tuple[str, str], FxRow]:
    """Return the rates of pairs of two currencies on a day, in one question; those without are left out."""
    return kept_each(("fx", on), pairs, lambda missing: _read_rates(session, missing, on))


def _read_rates(session: Session, pairs: Collection[tuple[str, str]], on: date) -> dict[tuple[str, str], FxRow]:
    codes = {*rules.PIVOTS, *(code for pair in pairs for code in pair)}
    quotes = {
        (row.base, row.quote): rules.Quoted(row.rate, row.source, row.effective_date)
        for row in session.execute(_newest_quotes(), {"codes": list(codes), "on": on})
    }
    crossed = ((pair, rules.cross(*pair, quotes)) for pair in pairs)
    return {
        pair: FxRow(*pair, rules.to_places(found.rate), found.source, found.date)
        for pair, found in crossed
        if found is not None
    }


@functools.cache
def _newest_quotes() -> sa.Select[*tuple[Any, ...]]:
    """Return the last quote by a day of each pair of some currencies."""
    codes = sa.bindparam("codes", expanding=True)
    newest = (
        sa.select(FxRate.base, FxRate.quote, sa.func.max(FxRate.effective_date).label("day"))
        .where(FxRate.base.in_(codes), FxRate.quote.in_(codes), FxRate.effective_date <= sa.bindparam("on"))
        .group_by(FxRate.base, FxRate.quote)
        .subquery()
    )
    same = sa.and_(newest.c.base == FxRate.base, newest.c.quote == FxRate.quote, newest.c.day == FxRate.effective_date)
    columns = (FxRate.base, FxRate.quote, FxRate.rate, FxRate.source, FxRate.effective_date)
    return sa.select(*columns).join(newest, same)


def convert(amount: Money, row: FxRow) -> Money:
    """Return the amount in the rate's quote currency, rounded half up; an approximation to be shown with its rate."""
    if amount.currency != row.base:
        msg = f"{amount.currency} by a rate for {row.base}"
        raise ValueError(msg)
    return Money.rounded(amount.amount * row.rate, row.quote)


def setting(session: Session, key: str, *, at: datetime) -> int:
    """Return a setting that is a number, as valid at an instant."""
    value = _value(session, key, at)
    if isinstance(value, Money):
        msg = f"{key} is money"
        raise TypeError(msg)
    return value


def settings_of(session: Session, *keys: rules.Setting, at: datetime) -> tuple[int, ...]:
    """Return settings that are numbers, as valid at an instant, in this order: one query, however many."""
    dated, _ = _dated(session)
    values = tuple(_setting_row(key, dated.get(key.value, []), at).value for key in keys)
    numbers = tuple(value for value in values if not isinstance(value, Money))
    if len(numbers) < len(values):
        msg = "one of these is money"
        raise TypeError(msg)
    return numbers


def money_setting(session: Session, key: str, *, at: datetime) -> Money:
    """Return a setting that is an amount of money, as valid at an instant."""
    value = _value(session, key, at)
    if not isinstance(value, Money):
        msg = f"{key} is a number"
        raise TypeError(msg)
    return value


def settings(session: Session, *, at: datetime) -> tuple[SettingRow, ...]:
    """Return every setting as it is at an instant, with its next change."""
    dated, _ = _dated(session)
    return tuple(_setting_row(key, dated.get(key.value, []), at) for key in rules.Setting)


# What was ever set, by key and in order of time, and the days on which countries do not work, by country.
_Dated: TypeAlias = tuple[Mapping[str, list[tuple[datetime, Any]]], Mapping[str, frozenset[date]]]


def _dated(session: Session) -> _Dated:
    """Return settings and closed days: read once in a transaction, for acts ask many of them."""
    return _kept(session, REMEMBERED_DATED, lambda: _read_dated(session))


def _kept(session: Session, key: str, read: Callable[[], Kept]) -> Kept:
    return kept(key, lambda: remembered(session, key, read))


def _read_dated(session: Session) -> _Dated:
    found = session.execute(_SETTINGS_AND_CLOSED).one()
    return _settings_read(found.settings or ""), _closed(found.closed or "")


@lru_cache(maxsize=16)
def _settings_read(stored: str) -> Mapping[str, list[tuple[datetime, Any]]]:
    """Return what is stored; the stored text is the key, so nothing is ever out of date."""
    rows = (row.split(_COLUMN) for row in stored.split(_ROW) if row)
    found: dict[str, list[tuple[datetime, Any]]] = {}
    for start, key, value in sorted((instant(at), key, json.loads(value)) for key, at, value in rows):
        found.setdefault(key, []).append((start, value))
    return found


@lru_cache(maxsize=16)
def _closed(stored: str) -> Mapping[str, frozenset[date]]:
    found: dict[str, set[date]] = {}
    for row in stored.split(_ROW) if stored else ():
        country, day = row.split(_COLUMN)
        found.setdefault(country, set()).add(date.fromisoformat(day))
    return {country: frozenset(days) for country, days in found.items()}


def _setting_row(key: rules.Setting, dated: list[tuple[datetime, Any]], at: datetime) -> SettingRow:
    since, value = next(((start, kept) for start, kept in reversed(dated) if start <= at), (None, None))
    later = next(((start, rules.read(key, kept)) for start, kept in dated if start > at), (None, None))
    now_valid = rules.DEFAULTS[key] if since is None else rules.read(key, value)
    return SettingRow(key, now_valid, since, later[1], later[0])


def newest_rates(session: Session, *, size: int = 60) -> tuple[FxRow, ...]:
    """Return the exchange rates as published, the newest day first."""
    rows = session.execute(
        sa.select(FxRate.base, FxRate.quote, FxRate.rate, FxRate.source, FxRate.effective_date)
        .order_by(FxRate.effective_date.desc(), FxRate.base, FxRate.quote)
        .limit(size)
    )
    return tuple(FxRow(*row) for row in rows)


def closures(session: Session, *, since: date) -> tuple[ClosureRow, ...]:
    """Return the closed days from a day on."""
    rows = session.execute(
        sa.select(Closure.country, Closure.day, Closure.source)
        .where(Closure.day >= since)
        .order_by(Closure.day, Closure.country)
    )
    return tuple(ClosureRow(*row) for row in rows)


def free_days(session: Session, *, countries: Collection[str], now: datetime) -> dict[str, frozenset[date]]:
    """Return the days, not long past, on which countries do not work though their calendars do not say so.

    One query, however many countries, and none where settings were asked before.
    """
    _, closed = _dated(session)
    since = now.date() - _CLOSURES_BEHIND
    return {country: _since(closed[country], since) if country in closed else frozenset() for country in countries}


@lru_cache(maxsize=64)
def _since(days: frozenset[date], first: date) -> frozenset[date]:
    return frozenset(day for day in days if day >= first)


def breaches(session: Session) -> list[Breach]:
    """Return settings that nobody can read: a key we do not know, or a value of another type."""
    found: list[Breach] = []
    for row in session.execute(sa.select(DatedSetting.id, DatedSetting.key, DatedSetting.value)):
        try:
            key = rules.Setting(row.key)
            rules.stored(key, rules.read(key, row.value))
        except (ValueError, TypeError, KeyError) as error:
            found.append(Breach("settings", "dated_setting", row.id, type(error).__name__))
    return found


# Most pages offer the city's places to choose from, so they are read often and change hardly ever: all of them come as
# one text, between whose columns and rows stand control characters, which no name has.
_COLUMN, _ROW = "\x1f", "\x1e"
# Written into the statement: as parameters they would be put together anew each time that it is asked.
_BETWEEN, _BEHIND = (sa.literal_column(f"'{mark}'", sa.Text) for mark in (_COLUMN, _ROW))
_STORED: Final[tuple[Any, ...]] = (
    Place.code,
    Place.name,
    Place.names,
    Place.country,
    Place.kind,
    Place.zone,
    sa.func.coalesce(Place.unlocode, ""),
    Place.latitude_e6,
    Place.longitude_e6,
)


def _as_text(*columns: Any) -> sa.Select[str | None]:
    """Select all rows of a table as one text."""
    row = functools.reduce(
        lambda before, column: before + _BETWEEN + column, (sa.cast(column, sa.Text) for column in columns)
    )
    return sa.select(sa.func.aggregate_strings(row, cast("Any", _BEHIND)))


_ALL_PLACES: Final = _as_text(*_STORED).select_from(Place)
_PLACES_OF_KIND: Final = _ALL_PLACES.where(Place.kind == sa.bindparam("kind"))
# A column for whoever asks for something else on the way; `places_read` reads it.
PLACES: Final = _ALL_PLACES.scalar_subquery()
# Settings and closed days are few, and whoever reckons a deadline asks for both.
_SETTINGS_AND_CLOSED: Final = sa.select(
    _as_text(DatedSetting.key, DatedSetting.valid_from, DatedSetting.value).scalar_subquery().label("settings"),
    _as_text(Closure.country, Closure.day).scalar_subquery().label("closed"),
)
_PLACES_AND_DATED: Final = _SETTINGS_AND_CLOSED.add_columns(PLACES.label("places"))


def places_read(stored: str | None) -> tuple[PlaceRow, ...]:
    """Return the places that are stored in such a column; for the same text the same tuple."""
    return _places(stored or "")


@lru_cache(maxsize=16)
def _places(stored: str) -> tuple[PlaceRow, ...]:
    """Return the rows for what is stored: the stored text is the key, so nothing is ever out of date."""
    rows = (row.split(_COLUMN) for row in stored.split(_ROW) if row)
    found = (
        PlaceRow(code, name, json.loads(names), country, PlaceKind(kind), zone, unlocode or None, int(north), int(east))
        for code, name, names, country, kind, zone, unlocode, north, east in rows
    )
    return tuple(sorted(found, key=lambda place: (place.country, place.name)))


def _value(session: Session, key: str, at: datetime) -> rules.Value:
    known = rules.Setting(key)
    return _setting_row(known, _dated(session)[0].get(known.value, []), at).value
