"""Read rotations: what a vehicle runs out and home, where it is empty, and when it is back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.logistics.fleet.models import FleetRotation, FleetRotationLeg, FleetVehicle
from marketplace.logistics.fleet.rules.rotations import Point, Run, Stretch, empty_km, road_km, stretches
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Leg
from marketplace.logistics.queries.departures import DepartureRow, departures_of
from marketplace.logistics.rules.states import TAKING
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class RotationRow:
    """The departures of a vehicle in their order, its ways with the empty ones, and when it is back."""

    id: UUID
    reference: str
    vehicle_id: UUID
    vehicle_reference: str
    company_id: UUID
    departures: tuple[DepartureRow, ...]
    ways: tuple[Stretch, ...]
    empty_km: int
    km: int

    @property
    def returns_at(self) -> datetime:
        """When the last departure has arrived."""
        return self.departures[-1].arrives_at


def rotations(
    session: Session, *, now: datetime, company_id: UUID | None = None, cursor: str | None = None
) -> Page[RotationRow]:
    """Return rotations, the latest first; of one keeper's vehicles where one is named."""
    wanted = _ROTATIONS.order_by(FleetRotation.id.desc()).limit(PAGE + 1)
    if company_id is not None:
        wanted = wanted.where(FleetVehicle.company_id == company_id)
    if cursor is not None:
        wanted = wanted.where(FleetRotation.id < decode_id(cursor))
    page = page_of(session.execute(wanted).all(), PAGE, lambda row: (str(row.id),))
    whole = _whole(session, page.items, now)
    return page.map(lambda row: whole[row.id])


def rotation(session: Session, *, rotation_id: UUID, now: datetime, company_id: UUID | None = None) -> RotationRow:
    """Return one rotation; NotFound for an unknown one and for that of another keeper's vehicle."""
    row = session.execute(_ROTATIONS.where(FleetRotation.id == rotation_id)).one_or_none()
    if row is None or company_id not in (None, row.company_id):
        raise NotFound("rotation")
    return _whole(session, [row], now)[rotation_id]


def chained_return(session: Session, *, vehicle_ids: Collection[UUID], departure_id: UUID) -> datetime | None:
    """Return when the rotation that a departure of one of these vehicles belongs to ends; None without any."""
    mine = sa.select(FleetRotationLeg.rotation_id).where(
        FleetRotationLeg.departure_id == departure_id, FleetRotationLeg.vehicle_id.in_(vehicle_ids)
    )
    return session.scalar(
        sa.select(sa.func.max(Departure.arrives_at))
        .join(FleetRotationLeg, FleetRotationLeg.departure_id == Departure.id)
        .where(FleetRotationLeg.rotation_id.in_(mine))
    )


def runs_of(session: Session, *, departures: Collection[DepartureRow]) -> tuple[Run, ...]:
    """Return departures as the rules of rotations see them, the one that leaves first at the front."""
    legs = _kilometres(session, [row.id for row in departures])
    booked = _booked(session, [row.id for row in departures])
    return tuple(
        Run(
            row.reference,
            start=point(row.stops[0].place),
            end=point(row.stops[-1].place),
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            km=legs[row.id][0],
            is_derived=legs[row.id][1],
            bookings=booked.get(row.id, 0),
        )
        for row in sorted(departures, key=lambda row: (row.departs_at, row.id))
    )


def point(place: PlaceRow) -> Point:
    """Return where a place is."""
    return Point(place.code, place.latitude_e6, place.longitude_e6)


_ROTATIONS: Final = sa.select(
    FleetRotation.id,
    FleetRotation.reference,
    FleetRotation.vehicle_id,
    FleetVehicle.reference.label("vehicle_reference"),
    FleetVehicle.company_id,
).join(FleetVehicle, FleetVehicle.id == FleetRotation.vehicle_id)


def _whole(session: Session, rows: Collection[Any], now: datetime) -> dict[UUID, RotationRow]:
    pairs = session.execute(
        sa.select(FleetRotationLeg.rotation_id, FleetRotationLeg.departure_id).where(
            FleetRotationLeg.rotation_id.in_([row.id for row in rows])
        )
    ).all()
    departures = departures_of(session, departure_ids={pair.departure_id for pair in pairs}, now=now)
    runs = {run.reference: run for run in runs_of(session, departures=departures.values())}
    found: dict[UUID, RotationRow] = {}
    for row in rows:
        mine = [departures[pair.departure_id] for pair in pairs if pair.rotation_id == row.id]
        mine.sort(key=lambda departure: (departure.departs_at, departure.id))
        ways = stretches([runs[departure.reference] for departure in mine])
        empty, whole = empty_km(ways)
        found[row.id] = RotationRow(
            id=row.id,
            reference=row.reference,
            vehicle_id=row.vehicle_id,
            vehicle_reference=row.vehicle_reference,
            company_id=row.company_id,
            departures=tuple(mine),
            ways=ways,
            empty_km=empty,
            km=whole,
        )
    return found


def _kilometres(session: Session, departure_ids: Collection[UUID]) -> dict[UUID, tuple[int, bool]]:
    """Return how long the ways of departures are, and whether some leg's length is derived."""
    rows = session.execute(
        sa.select(Departure.id, Leg.from_code, Leg.to_code, Leg.km)
        .join(Leg, Leg.line_id == Departure.line_id)
        .where(Departure.id.in_(departure_ids))
    ).all()
    places = reference.places_by_code(session, {code for row in rows for code in (row.from_code, row.to_code)})
    found: dict[UUID, tuple[int, bool]] = {}
    for row in rows:
        km, is_derived = found.get(row.id, (0, False))
        derived = row.km is None
        length = road_km(point(places[row.from_code]), point(places[row.to_code])) if derived else row.km
        found[row.id] = (km + length, is_derived or derived)
    return found


def _booked(session: Session, departure_ids: Collection[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        sa.select(Booking.departure_id, sa.func.count())
        .where(Booking.departure_id.in_(departure_ids), Booking.state.in_(TAKING))
        .group_by(Booking.departure_id)
    )
    return dict(rows.all())
