"""The timetable: departures made from weekly services, opened and closed in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import BorderCrossing, Leg, Line, ServicePattern, VehicleType
from marketplace.logistics.rules import timetable
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.rules.timetable import Cutoffs, LegTime, StopTime
from marketplace.merchants.queries import levels
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind, Setting


def roll(session: Session, *, now: datetime) -> int:
    """Make the departures of the coming weeks that are missing, open for booking; return how many were made.

    None for a carrier that may not be given new work; what was made before runs as it stands.
    """
    days = reference.setting(session, Setting.TIMETABLE_DAYS, at=now)
    overbooking = reference.setting(session, Setting.OVERBOOKING_PERCENT, at=now)
    cutoffs = Cutoffs(
        documents_hours=reference.setting(session, Setting.CUTOFF_DOCUMENTS_HOURS, at=now),
        cargo_hours=reference.setting(session, Setting.CUTOFF_CARGO_HOURS, at=now),
    )
    patterns = session.execute(
        sa.select(ServicePattern, Line, VehicleType)
        .join(Line, Line.id == ServicePattern.line_id)
        .join(VehicleType, VehicleType.id == ServicePattern.vehicle_type_id)
        .where(
            sa.or_(ServicePattern.ended_at.is_(None), ServicePattern.ended_at > now),
            levels.is_admitted(Line.carrier_company_id, now=now),
        )
        .order_by(ServicePattern.id)
    ).all()
    zones = {code: place.zone for code, place in reference.places_by_code(session, _hubs(patterns)).items()}
    legs = _legs(session)
    borders = calendars(session)
    made = 0
    for pattern, line, vehicle in patterns:
        capacity = Load(vehicle.grams, vehicle.cm3, vehicle.ldm_mm, vehicle.pallets)
        for departs_at in timetable.runs(
            weekday=pattern.weekday,
            minute_of_day=pattern.minute_of_day,
            zone=zones[line.hub_code],
            start=now,
            days=days,
        ):
            if pattern.ended_at is not None and departs_at >= pattern.ended_at:
                continue
            way = timetable.stops(line.hub_code, departs_at, legs.get(line.id, []), borders.opens)
            made += _make(session, pattern, line, timetable.sellable(capacity, overbooking), way, cutoffs)
    return made


def _make(
    session: Session,
    pattern: ServicePattern,
    line: Line,
    capacity: Load,
    stops: Sequence[StopTime],
    cutoffs: Cutoffs,
) -> bool:
    departure_id, departs_at = new_id(), stops[0].eta
    is_new = insert_if_new(
        session,
        Departure,
        id=departure_id,
        reference=new_reference("DEP"),
        line_id=line.id,
        pattern_id=pattern.id,
        vehicle_type_id=pattern.vehicle_type_id,
        hub_code=line.hub_code,
        state=DepartureState.OPEN,
        departs_at=departs_at,
        cutoff_documents_at=timetable.cutoff(departs_at, cutoffs.documents_hours),
        cutoff_cargo_at=timetable.cutoff(departs_at, cutoffs.cargo_hours),
        border_eta=next((stop.eta for stop in stops if stop.is_border), None),
        arrives_at=stops[-1].eta,
        capacity_grams=capacity.grams,
        capacity_cm3=capacity.cm3,
        capacity_ldm_mm=capacity.ldm_mm,
        capacity_pallets=capacity.pallets,
        taken_grams=0,
        taken_cm3=0,
        taken_ldm_mm=0,
        taken_pallets=0,
    )
    if is_new:
        session.execute(
            sa.insert(DepartureStop),
            [
                {
                    "id": new_id(),
                    "departure_id": departure_id,
                    "position": position,
                    "place_code": stop.place_code,
                    "is_border": stop.is_border,
                    "eta": stop.eta,
                    "wait_minutes": stop.wait_minutes,
                }
                for position, stop in enumerate(stops)
            ],
        )
    return is_new


def _hubs(patterns: Sequence[sa.Row[ServicePattern, Line, VehicleType]]) -> set[str]:
    return {line.hub_code for _, line, _ in patterns}


def _legs(session: Session) -> dict[UUID, list[LegTime]]:
    """Return the legs of each line; one that ends before a crossing waits for it as does the one over it."""
    rows = session.execute(
        sa.select(Leg.line_id, Leg.to_code, Leg.minutes, BorderCrossing.code.label("crossing"))
        .outerjoin(BorderCrossing, BorderCrossing.id == Leg.crossing_id)
        .order_by(Leg.line_id, Leg.position)
    ).all()
    borders = {place.code for place in reference.places(session, kind=PlaceKind.BORDER_SIDE)}
    found: dict[UUID, list[LegTime]] = {}
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        onward = following.crossing if following is not None and following.line_id == row.line_id else None
        leg = LegTime(row.to_code, row.minutes, row.to_code in borders, row.crossing or onward)
        found.setdefault(row.line_id, []).append(leg)
    return found
