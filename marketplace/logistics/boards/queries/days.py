"""The days of lorries side by side: departures of a line or hub with their plan, what was, and their rotation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.boards.rules.strips import Call, Span, Strip, actual, planned, within
from marketplace.logistics.borders.queries import forecasts
from marketplace.logistics.fleet.models import FleetRotation, FleetRotationLeg, FleetVehicle
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries.departures import DepartureRow, departure_row, departure_rows, stops_of
from marketplace.logistics.rules.states import DepartureState

AT_MOST: Final = 100
_UNDER_WAY: Final = (
    DepartureState.DEPARTED,
    DepartureState.AT_BORDER,
    DepartureState.CLEARED,
    DepartureState.HELD,
)
_STANDS: Final = {DepartureState.HELD: Strip.HELD, DepartureState.AT_BORDER: Strip.BORDER}


@dataclass(frozen=True, slots=True)
class RotationName:
    """The rotation that a departure is part of, and its vehicle."""

    id: UUID
    reference: str
    vehicle_reference: str


@dataclass(frozen=True, slots=True)
class LorryDays:
    """A departure with strips within the days asked for; ``expected_at`` is its end while it is under way."""

    departure: DepartureRow
    planned: tuple[Span, ...]
    actual: tuple[Span, ...]
    expected_at: datetime | None
    rotations: tuple[RotationName, ...]

    @property
    def left_at(self) -> datetime | None:
        """When it left its hub."""
        return self.departure.stops[0].reached_at

    @property
    def arrived_at(self) -> datetime | None:
        """When it was at the end of its line."""
        return self.departure.stops[-1].reached_at

    @property
    def wait_minutes(self) -> int:
        """How long the plan has it wait for borders to open."""
        return sum(stop.wait_minutes for stop in self.departure.stops)


@dataclass(frozen=True, slots=True)
class DaysRow:
    """Lorries by departure, and whether more were found than are shown."""

    lorries: tuple[LorryDays, ...]
    has_more: bool


def days(
    session: Session,
    *,
    begin: datetime,
    end: datetime,
    now: datetime,
    line_code: str | None = None,
    hub_code: str | None = None,
) -> DaysRow:
    """Return the lorries that run between two instants, cancelled ones left out: as many questions for one as many."""
    runs = sa.or_(Departure.arrives_at > begin, Departure.state.in_(_UNDER_WAY))
    wanted = departure_rows(now).where(
        runs, Departure.cutoff_cargo_at < end, Departure.state != DepartureState.CANCELLED
    )
    if line_code is not None:
        wanted = wanted.where(Line.code == line_code)
    if hub_code is not None:
        wanted = wanted.where(Departure.hub_code == hub_code)
    rows = session.execute(wanted.order_by(Departure.departs_at, Departure.id).limit(AT_MOST + 1)).all()
    ids = [row.id for row in rows[:AT_MOST]]
    stops, expected = stops_of(session, ids), forecasts.expected(session, departure_ids=ids)
    rotations = _rotations(session, ids)
    found: list[LorryDays] = []
    for row in (departure_row(row, stops) for row in rows[:AT_MOST]):
        calls = [
            Call(stop.eta, stop.is_border, timedelta(minutes=stop.wait_minutes), stop.reached_at) for stop in row.stops
        ]
        last = row.stops[-1]
        is_under_way = row.state in _UNDER_WAY and calls[0].reached_at is not None
        expected_at = expected[row.id].get(last.place.code, last.eta) if is_under_way else None
        was = actual(calls, now, stands=_STANDS.get(row.state), expected_at=expected_at)
        found.append(
            LorryDays(
                departure=row,
                planned=within(planned(row.cutoff_cargo_at, calls), begin, end),
                actual=within(was, begin, end),
                expected_at=expected_at,
                rotations=rotations.get(row.id, ()),
            )
        )
    return DaysRow(tuple(found), len(rows) > AT_MOST)


def _rotations(session: Session, departure_ids: Collection[UUID]) -> dict[UUID, tuple[RotationName, ...]]:
    rows = session.execute(
        sa.select(
            FleetRotationLeg.departure_id,
            FleetRotation.id,
            FleetRotation.reference,
            FleetVehicle.reference.label("vehicle_reference"),
        )
        .join(FleetRotation, FleetRotation.id == FleetRotationLeg.rotation_id)
        .join(FleetVehicle, FleetVehicle.id == FleetRotationLeg.vehicle_id)
        .where(FleetRotationLeg.departure_id.in_(departure_ids))
        .order_by(FleetRotation.reference)
    )
    found: dict[UUID, tuple[RotationName, ...]] = {}
    for row in rows:
        name = RotationName(row.id, row.reference, row.vehicle_reference)
        found[row.departure_id] = (*found.get(row.departure_id, ()), name)
    return found
