"""The timetable: departures made from weekly services, opened and closed in time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_new
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.fleet.services import cutoffs as kinds
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
    there = _there(session, now)
    made: dict[UUID, tuple[dict[str, Any], tuple[StopTime, ...]]] = {}
    for pattern, line, vehicle in patterns:
        capacity = Load(vehicle.grams, vehicle.cm3, vehicle.ldm_mm, vehicle.pallets)
        for departs_at in timetable.runs(
            weekday=pattern.weekday,
            minute_of_day=pattern.minute_of_day,
            zone=zones[line.hub_code],
            start=now,
            days=days,
        ):
            is_planned = timetable.in_force(departs_at, line.begins_at, pattern.ended_at, line.ended_at)
            if not is_planned or (pattern.id, departs_at) in there:
                continue
            stops = timetable.stops(line.hub_code, departs_at, legs.get(line.id, []), borders.opens)
            sold = timetable.sellable(capacity, overbooking)
            row = _row(pattern.id, vehicle.id, line, sold, overbooking, departs_at, stops, cutoffs)
            made[row["id"]] = (row, stops)
    # Whoever rolls at the same time has made some of them.
    new = insert_new(session, Departure, [row for row, _ in made.values()])
    if new:
        stops_made = [each for key, (_, stops) in made.items() if key in new for each in _stop_rows(key, stops)]
        session.execute(sa.insert(DepartureStop), stops_made)
    kinds.fix(session, now=now)
    return len(new)


def add(session: Session, *, line_id: UUID, vehicle_type_id: UUID, departs_at: datetime, now: datetime) -> UUID:
    """Let a lorry run beside the weekly services of a line, open for booking; return the departure."""
    overbooking = reference.setting(session, Setting.OVERBOOKING_PERCENT, at=now)
    cutoffs = Cutoffs(
        documents_hours=reference.setting(session, Setting.CUTOFF_DOCUMENTS_HOURS, at=now),
        cargo_hours=reference.setting(session, Setting.CUTOFF_CARGO_HOURS, at=now),
    )
    line, vehicle = session.get_one(Line, line_id), session.get_one(VehicleType, vehicle_type_id)
    stops = timetable.stops(line.hub_code, departs_at, _legs(session).get(line.id, []), calendars(session).opens)
    sold = timetable.sellable(Load(vehicle.grams, vehicle.cm3, vehicle.ldm_mm, vehicle.pallets), overbooking)
    row = _row(None, vehicle.id, line, sold, overbooking, departs_at, stops, cutoffs)
    session.execute(sa.insert(Departure), [row])
    session.execute(sa.insert(DepartureStop), _stop_rows(row["id"], stops))
    kinds.fix(session, now=now)
    departure_id: UUID = row["id"]
    return departure_id


def _row(
    pattern_id: UUID | None,
    vehicle_type_id: UUID,
    line: Line,
    capacity: Load,
    overbooking_percent: int,
    departs_at: datetime,
    stops: Sequence[StopTime],
    cutoffs: Cutoffs,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reference": new_reference("DEP"),
        "line_id": line.id,
        "pattern_id": pattern_id,
        "vehicle_type_id": vehicle_type_id,
        "hub_code": line.hub_code,
        "state": DepartureState.OPEN,
        "departs_at": departs_at,
        "cutoff_documents_at": timetable.cutoff(departs_at, cutoffs.documents_hours),
        "cutoff_cargo_at": timetable.cutoff(departs_at, cutoffs.cargo_hours),
        "border_eta": next((stop.eta for stop in stops if stop.is_border), None),
        "arrives_at": stops[-1].eta,
        "capacity_grams": capacity.grams,
        "capacity_cm3": capacity.cm3,
        "capacity_ldm_mm": capacity.ldm_mm,
        "capacity_pallets": capacity.pallets,
        "overbooking_percent": overbooking_percent,
        "taken_grams": 0,
        "taken_cm3": 0,
        "taken_ldm_mm": 0,
        "taken_pallets": 0,
    }


def _stop_rows(departure_id: UUID, stops: Sequence[StopTime]) -> list[dict[str, Any]]:
    return [
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
    ]


def _there(session: Session, now: datetime) -> set[tuple[UUID | None, datetime]]:
    """Return the departures ahead, so that a timetable that is whole costs one question."""
    rows = session.execute(sa.select(Departure.pattern_id, Departure.departs_at).where(Departure.departs_at > now))
    return {(row.pattern_id, row.departs_at) for row in rows}


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
