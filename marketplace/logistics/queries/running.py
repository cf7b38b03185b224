"""Departures for those who run them: by line, state, days and number, the cancelled ones too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries.departures import (
    PAGE,
    DepartureRow,
    departure_row,
    departure_rows,
    hubs,
    stops_of,
)
from marketplace.logistics.rules.states import DepartureState
from marketplace.reference import queries as reference

# Where clocks are ahead of UTC the day before this one begins before time does.
_FIRST_DAY: Final = date(1, 1, 2)


@dataclass(frozen=True, slots=True)
class LineOfRoad:
    """A line by its code and its names."""

    code: str
    name: str
    names: Mapping[str, str]

    def called(self, locale: str) -> str:
        """Return the name in this language, the English one where there is none."""
        return self.names.get(locale, self.name)


def lines(session: Session) -> tuple[LineOfRoad, ...]:
    """Return every line, by name."""
    found = session.execute(sa.select(Line.code, Line.name, Line.names).order_by(Line.name, Line.code))
    return tuple(LineOfRoad(*row) for row in found)


def running(
    session: Session,
    *,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
    line_code: str | None = None,
    carrier_id: UUID | None = None,
    state: DepartureState | None = None,
    is_over: bool | None = None,
    reference: str | None = None,
    latest_first: bool = False,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[DepartureRow]:
    """Return departures by time; a departure whose cut-off has passed counts as closed, as it is shown.

    ``since`` and ``until``: the first and the last day on which they leave, on the clock of their hub.
    ``is_over``: those that have settled or do not run, or all others. ``carrier_id``: those of its own lines.
    """
    wanted = departure_rows(now)
    if since is not None or until is not None:
        wanted = wanted.where(_leaves(session, since, until))
    if line_code is not None:
        wanted = wanted.where(Line.code == line_code)
    if carrier_id is not None:
        wanted = wanted.where(Line.carrier_company_id == carrier_id)
    if reference is not None:
        wanted = wanted.where(Departure.reference.contains(reference.upper(), autoescape=True))
    if is_over is not None:
        over = Departure.state.in_((DepartureState.SETTLED, DepartureState.CANCELLED))
        wanted = wanted.where(over if is_over else ~over)
    if state is not None:
        wanted = wanted.where(_is_shown_as(state, now))
    if cursor is not None:
        wanted = wanted.where(_behind(*decode_moment(cursor), latest_first=latest_first))
    order = (Departure.departs_at, Departure.id)
    ordered = wanted.order_by(*(column.desc() for column in order) if latest_first else order)
    rows = session.execute(ordered.limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row.departs_at.isoformat(), str(row.id)))
    stops = stops_of(session, [row.id for row in page.items])
    return page.map(lambda row: departure_row(row, stops))


def _leaves(session: Session, since: date | None, until: date | None) -> sa.ColumnElement[bool]:
    """Tell a departure that leaves its hub between two days, both included, on the clock there."""
    by_zone: dict[str, list[str]] = {}
    for place in reference.places_by_code(session, hubs(session)).values():
        by_zone.setdefault(place.zone, []).append(place.code)
    days: list[sa.ColumnElement[bool]] = [sa.false()]
    for zone, codes in by_zone.items():
        there: list[sa.ColumnElement[bool]] = [Departure.hub_code.in_(codes)]
        if since is not None:
            there.append(Departure.departs_at >= _begins(since, zone))
        if until is not None:
            there.append(Departure.departs_at < _begins(until + timedelta(days=1), zone))
        days.append(sa.and_(*there))
    return sa.or_(*days)


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(max(day, _FIRST_DAY), time(), ZoneInfo(zone)).astimezone(UTC)


def _is_shown_as(state: DepartureState, now: datetime) -> sa.ColumnElement[bool]:
    is_over = sa.or_(Departure.cutoff_documents_at <= now, Departure.cutoff_cargo_at <= now)
    if state is DepartureState.OPEN:
        return sa.and_(Departure.state == state, ~is_over)
    if state is DepartureState.CLOSED:
        return sa.or_(Departure.state == state, sa.and_(Departure.state == DepartureState.OPEN, is_over))
    return Departure.state == state


def _behind(at: datetime, last: UUID, *, latest_first: bool) -> sa.ColumnElement[bool]:
    here = Departure.departs_at == at
    if latest_first:
        return sa.or_(Departure.departs_at < at, sa.and_(here, Departure.id < last))
    return sa.or_(Departure.departs_at > at, sa.and_(here, Departure.id > last))
