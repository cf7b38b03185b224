"""Read departures as everybody sees them, with what can still be booked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Leg, Line
from marketplace.logistics.queries.room import lapsed_holds, room_columns
from marketplace.logistics.rules import timetable
from marketplace.logistics.rules.states import DepartureState, HoldCause
from marketplace.reference import queries as reference
from marketplace.reference.models import Place
from marketplace.reference.queries import PlaceRow

PAGE: Final = 24
_OF_LINE: Final = (
    Line.code.label("line_code"),
    Line.name.label("line_name"),
    Line.names.label("line_names"),
    Line.carrier_company_id,
)


@dataclass(frozen=True, slots=True)
class StopRow:
    """A place on the way of a departure, with the instant it is planned or was reached."""

    place: PlaceRow
    eta: datetime
    reached_at: datetime | None
    is_border: bool
    # So many minutes of the way to it are planned as waiting for the border to open.
    wait_minutes: int = 0


@dataclass(frozen=True, slots=True)
class DepartureName:
    """What a departure is called, and when it leaves by the clock of its hub."""

    id: UUID
    reference: str
    departs_at: datetime
    zone: str
    line: str
    line_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DepartureRow:
    """A departure as everybody sees it; ``room`` is what can still be booked."""

    id: UUID
    reference: str
    state: DepartureState
    hold_cause: HoldCause | None
    held_by: UUID | None  # the company that said so
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    carrier_company_id: UUID
    hub_code: str
    departs_at: datetime
    cutoff_documents_at: datetime
    cutoff_cargo_at: datetime
    border_eta: datetime | None
    arrives_at: datetime
    capacity: Load
    room: Load
    # Whether holds that are over still stand: their room is free, though nobody has released it yet.
    has_lapsed: bool
    stops: tuple[StopRow, ...]
    vehicle_type_id: UUID
    # How full it was with a lorry that was changed for another: shares of the freight fall no less than by that.
    filled_percent: int

    def stop_at(self, place_code: str) -> StopRow | None:
        """Return the stop where goods for a place are unloaded, None where this departure does not bring any."""
        return next((stop for stop in self.stops[1:] if stop.place.code == place_code and not stop.is_border), None)

    @property
    def border_ahead(self) -> bool:
        """Whether a side of a border lies before the lorry."""
        return any(stop.is_border and stop.reached_at is None for stop in self.stops)

    def is_bookable(self, now: datetime) -> bool:
        """Tell whether a booking is taken at this instant, room aside."""
        until = timetable.bookable_until(
            cutoff_documents_at=self.cutoff_documents_at, cutoff_cargo_at=self.cutoff_cargo_at
        )
        return self.state is DepartureState.OPEN and now < until

    def shown_state(self, now: datetime) -> DepartureState:
        """Return the state as people read it: after a cut-off nothing can be booked, whether the hub closed or not."""
        is_over = self.state is DepartureState.OPEN and not self.is_bookable(now)
        return DepartureState.CLOSED if is_over else self.state


def departures(
    session: Session,
    *,
    after: datetime,
    now: datetime,
    to: str | None = None,
    hub_code: str | None = None,
    from_country: str | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[DepartureRow]:
    """Return the departures that leave after an instant, from a hub or country and to a place where these are given."""
    wanted = departure_rows(now).where(Departure.departs_at > after, Departure.state != DepartureState.CANCELLED)
    if hub_code is not None:
        wanted = wanted.where(Departure.hub_code == hub_code)
    if from_country is not None:
        wanted = wanted.where(Departure.hub_code.in_(sa.select(Place.code).where(Place.country == from_country)))
    if to is not None:
        serves = sa.select(DepartureStop.departure_id).where(
            DepartureStop.place_code == to, DepartureStop.position > 0, ~DepartureStop.is_border
        )
        wanted = wanted.where(Departure.id.in_(serves))
    if cursor is not None:
        at, last = decode_moment(cursor)
        later = sa.and_(Departure.departs_at == at, Departure.id > last)
        wanted = wanted.where(sa.or_(Departure.departs_at > at, later))
    rows = session.execute(wanted.order_by(Departure.departs_at, Departure.id).limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row.departs_at.isoformat(), str(row.id)))
    stops = stops_of(session, [row.id for row in page.items])
    return page.map(lambda row: departure_row(row, stops))


def coming(session: Session, *, after: datetime, size: int) -> tuple[UUID, ...]:
    """Return the ids of so many departures that leave after an instant, the next one first."""
    wanted = (
        sa.select(Departure.id)
        .where(Departure.departs_at > after, Departure.state != DepartureState.CANCELLED)
        .order_by(Departure.departs_at, Departure.id)
        .limit(size)
    )
    return tuple(session.scalars(wanted))


def departure(session: Session, *, departure_id: UUID, now: datetime) -> DepartureRow:
    """Return one departure, also a cancelled one; NotFound for an unknown one."""
    found = departures_of(session, departure_ids=[departure_id], now=now)
    if departure_id not in found:
        raise NotFound("departure")
    return found[departure_id]


def departures_of(session: Session, *, departure_ids: Collection[UUID], now: datetime) -> dict[UUID, DepartureRow]:
    """Return departures by id, in as many questions for one as for many; unknown ids are left out."""
    found = session.execute(_some_departures(), {"now": now, "ids": list(departure_ids)}).all()
    stops = stops_of(session, [row.id for row in found])
    return {row.id: departure_row(row, stops) for row in found}


@cache
def _some_departures() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement, put together once: it takes longer than to ask it."""
    now = sa.bindparam("now", type_=UtcDateTime())
    return departure_rows(now).where(Departure.id.in_(sa.bindparam("ids", expanding=True)))


def named(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, DepartureName]:
    """Return what these departures are called, and by the clock of which place they leave."""
    rows = session.execute(
        sa.select(Departure.id, Departure.reference, Departure.departs_at, Place.zone, Line.name, Line.names)
        .join(Line, Line.id == Departure.line_id)
        .join(Place, Place.code == Departure.hub_code)
        .where(Departure.id.in_(departure_ids))
    )
    return {row.id: DepartureName(*row) for row in rows}


def destinations(session: Session) -> tuple[str, ...]:
    """Return the codes of the places that some departure reaches as more than a border."""
    return tuple(
        session.scalars(
            sa.select(DepartureStop.place_code)
            .where(DepartureStop.position > 0, ~DepartureStop.is_border)
            .distinct()
            .order_by(DepartureStop.place_code)
        )
    )


def main_destination(session: Session, among: Collection[str]) -> str | None:
    """Return the place that most lines run to, of several that last on its way; None where no line does."""
    return session.scalar(
        sa.select(Leg.to_code)
        .where(Leg.to_code.in_(among))
        .group_by(Leg.to_code)
        .order_by(sa.func.count().desc(), sa.func.max(Leg.position).desc(), Leg.to_code)
        .limit(1)
    )


def hubs(session: Session) -> tuple[str, ...]:
    """Return the codes of the hubs that lines start from."""
    return tuple(session.scalars(sa.select(Line.hub_code).distinct().order_by(Line.hub_code)))


def departure_rows(now: datetime | sa.BindParameter[datetime]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement whose rows ``departure_row`` reads."""
    lapsed = lapsed_holds(now)
    room = [column.label(f"room_{name}") for name, column in zip(DIMENSIONS, room_columns(lapsed), strict=True)]
    return (
        sa.select(Departure.__table__, *_OF_LINE, *room, lapsed.c.departure_id.is_not(None).label("has_lapsed"))
        .join(Line, Line.id == Departure.line_id)
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
    )


def departure_row(row: Any, stops: Mapping[UUID, tuple[StopRow, ...]]) -> DepartureRow:
    """Return the row of one departure."""
    return DepartureRow(
        id=row.id,
        reference=row.reference,
        state=row.state,
        hold_cause=row.hold_cause,
        held_by=row.held_by,
        line_code=row.line_code,
        line_name=row.line_name,
        line_names=row.line_names,
        carrier_company_id=row.carrier_company_id,
        hub_code=row.hub_code,
        departs_at=row.departs_at,
        cutoff_documents_at=row.cutoff_documents_at,
        cutoff_cargo_at=row.cutoff_cargo_at,
        border_eta=row.border_eta,
        arrives_at=row.arrives_at,
        capacity=Load(*(getattr(row, f"capacity_{name}") for name in DIMENSIONS)),
        room=Load(*(getattr(row, f"room_{name}") for name in DIMENSIONS)),
        has_lapsed=row.has_lapsed,
        stops=stops[row.id],
        vehicle_type_id=row.vehicle_type_id,
        filled_percent=row.filled_percent,
    )


def stops_of(session: Session, departure_ids: Sequence[UUID]) -> dict[UUID, tuple[StopRow, ...]]:
    """Return the stops of departures, in their order."""
    rows = session.execute(_STOPS, {"ids": list(departure_ids)}).all()
    places = {place.code: place for place in reference.places(session)}
    found: dict[UUID, list[StopRow]] = {}
    for row in rows:
        stop = StopRow(places[row.place_code], row.eta, row.reached_at, row.is_border, row.wait_minutes)
        found.setdefault(row.departure_id, []).append(stop)
    return {departure_id: tuple(stops) for departure_id, stops in found.items()}


_STOPS: Final = (
    sa.select(DepartureStop.__table__)
    .where(DepartureStop.departure_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(DepartureStop.departure_id, DepartureStop.position)
)
