"""Lines, crossings, lorries and weekly services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.services import tracks
from marketplace.logistics.models.network import BorderCrossing, Leg, Line, ServicePattern, VehicleType
from marketplace.logistics.rules.freight import check_load
from marketplace.logistics.rules.states import GENERAL_LANE, Carriage, Mode


@dataclass(frozen=True, slots=True)
class LegPlan:
    """A leg as planned: from where the line stood to a place; ``crossing`` by code, in one of its lanes.

    ``minutes`` are without the wait for a border whose hours are known. A sea leg without ``km`` is measured.
    """

    to_code: str
    minutes: int
    source: str
    km: int | None = None
    crossing: str | None = None
    mode: Mode = Mode.ROAD
    carriage: Carriage = Carriage.THROUGH
    lane: str = GENERAL_LANE
    is_assumed: bool = False


def add_crossing(session: Session, *, code: str, one_side: str, other_side: str) -> UUID:
    """Add a border crossing between two places."""
    crossing = BorderCrossing(id=new_id(), code=code, one_side=one_side, other_side=other_side)
    session.add(crossing)
    session.flush()
    return crossing.id


def add_vehicle_type(
    session: Session,
    *,
    code: str,
    name: str,
    capacity: Load,
    source: str,
    teu_hundredths: int = 225,
    is_reefer: bool = False,
) -> UUID:
    """Add a kind of lorry: what it holds, hundredths of a TEU, where the figures come from, whether it keeps cold."""
    check_load(capacity)
    vehicle = VehicleType(
        id=new_id(),
        code=code,
        name=name,
        grams=capacity.grams,
        cm3=capacity.cm3,
        ldm_mm=capacity.ldm_mm,
        pallets=capacity.pallets,
        teu_hundredths=teu_hundredths,
        source=source,
        is_reefer=is_reefer,
    )
    session.add(vehicle)
    session.flush()
    return vehicle.id


def add_line(
    session: Session,
    *,
    actor: Actor,
    code: str,
    name: str,
    names: Mapping[str, str],
    hub_code: str,
    carrier_company_id: UUID,
    legs: Sequence[LegPlan],
    now: datetime,
) -> UUID:
    """Add a line from a hub by its legs, run by a carrier."""
    if not legs:
        raise Refused.field("legs", "required", "one or more")
    line = Line(
        id=new_id(), code=code, name=name, names=dict(names), hub_code=hub_code, carrier_company_id=carrier_company_id
    )
    session.add(line)
    session.flush()
    crossings = {row.code: row.id for row in session.execute(sa.select(BorderCrossing.code, BorderCrossing.id))}
    at = hub_code
    for position, leg in enumerate(legs):
        row = Leg(
            id=new_id(),
            line_id=line.id,
            position=position,
            from_code=at,
            to_code=leg.to_code,
            crossing_id=crossings[leg.crossing] if leg.crossing else None,
            mode=leg.mode,
            carriage=leg.carriage,
            minutes=leg.minutes,
            km=leg.km,
            source=leg.source,
            is_assumed=leg.is_assumed,
            lane=leg.lane,
        )
        session.add(row)
        session.flush()
        if leg.mode is Mode.SEA:
            length = tracks.draw(session, row)
            row.km = length if leg.km is None else leg.km
        at = leg.to_code
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="line.added",
        subject="line",
        subject_id=line.id,
        facts={"code": code, "carrier": carrier_company_id},
        now=now,
    )
    return line.id


def add_service(session: Session, *, line_id: UUID, vehicle_type_id: UUID, weekday: int, minute_of_day: int) -> UUID:
    """Let a line run every week on a day (Monday is 0) at a minute of the hub's day."""
    pattern = ServicePattern(
        id=new_id(), line_id=line_id, vehicle_type_id=vehicle_type_id, weekday=weekday, minute_of_day=minute_of_day
    )
    session.add(pattern)
    session.flush()
    return pattern.id
