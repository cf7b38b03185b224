"""Build a network from a plan: what is there already stays, what is new or costs otherwise is taken up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.rules.hours import Hours
from marketplace.logistics.borders.rules.lanes import LaneRule
from marketplace.logistics.borders.services import hours, lanes
from marketplace.logistics.models.network import BorderCrossing, Line, ServicePattern, VehicleType
from marketplace.logistics.queries import tariffs
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight, network
from marketplace.logistics.services.network import LegPlan


@dataclass(frozen=True, slots=True)
class HoursPlan:
    """When a side of a crossing is open, and who says so."""

    place_code: str
    hours: Hours
    source: str
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class RulePlan:
    """What a lane of a crossing takes from a day on, and who says so."""

    lane: str
    rule: LaneRule
    valid_from: date
    source: str
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class CrossingPlan:
    """A border crossing between two places, when it is open, and what its lanes take."""

    code: str
    one_side: str
    other_side: str
    hours: tuple[HoursPlan, ...] = ()
    rules: tuple[RulePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class VehiclePlan:
    """A kind of lorry, what it holds, who says so, and how many hundredths of a twenty-foot unit it counts as."""

    code: str
    name: str
    capacity: Load
    source: str
    teu_hundredths: int = 225
    is_reefer: bool = False


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line: its legs, its weekly runs as (weekday, minute of the hub's day), and what it asks to which place."""

    code: str
    name: str
    names: Mapping[str, str]
    hub_code: str
    carrier_company_id: UUID
    vehicle: str
    legs: tuple[LegPlan, ...]
    runs: tuple[tuple[int, int], ...]
    rates: Mapping[str, Rates]
    note: str


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Everything that lorries run on."""

    crossings: tuple[CrossingPlan, ...]
    vehicles: tuple[VehiclePlan, ...]
    lines: tuple[LinePlan, ...]


@dataclass(slots=True)
class Built:
    """How much of a plan was new."""

    lines: int = 0
    services: int = 0
    tariffs: int = 0
    kept: list[str] = field(default_factory=list)


def build(session: Session, *, actor: Actor, plan: NetworkPlan, valid_from: datetime, now: datetime) -> Built:
    """Add what the city lacks of a plan and let changed tariffs hold from ``valid_from`` on.

    The legs of a line stay as they are: what was booked on them was promised so. A changed route is a new line. Hours
    and rules of a crossing that is there are its operator's.
    """
    made = Built()
    crossings = set(session.scalars(sa.select(BorderCrossing.code)))
    for crossing in plan.crossings:
        if crossing.code not in crossings:
            _cross(session, crossing, actor, now)
    vehicles = {row.code: row.id for row in session.execute(sa.select(VehicleType.code, VehicleType.id))}
    for vehicle in plan.vehicles:
        if vehicle.code not in vehicles:
            vehicles[vehicle.code] = network.add_vehicle_type(
                session,
                code=vehicle.code,
                name=vehicle.name,
                capacity=vehicle.capacity,
                source=vehicle.source,
                teu_hundredths=vehicle.teu_hundredths,
                is_reefer=vehicle.is_reefer,
            )
    lines = {row.code: row.id for row in session.execute(sa.select(Line.code, Line.id))}
    for line in plan.lines:
        line_id = lines.get(line.code)
        if line_id is None:
            line_id = _add(session, line, actor, now)
            made.lines += 1
        else:
            made.kept.append(line.code)
        made.services += _run(session, line, line_id, vehicles[line.vehicle])
        made.tariffs += _price(session, line, line_id, actor, valid_from, now)
    return made


def _cross(session: Session, crossing: CrossingPlan, actor: Actor, now: datetime) -> None:
    crossing_id = network.add_crossing(
        session, code=crossing.code, one_side=crossing.one_side, other_side=crossing.other_side
    )
    for each in crossing.hours:
        hours.add_hours(
            session,
            actor=actor,
            crossing_id=crossing_id,
            place_code=each.place_code,
            hours=each.hours,
            source=each.source,
            is_assumed=each.is_assumed,
            replaces=False,
            now=now,
        )
    for each in crossing.rules:
        lanes.add_rule(
            session,
            actor=actor,
            crossing_id=crossing_id,
            lane=each.lane,
            rule=each.rule,
            valid_from=each.valid_from,
            valid_to=None,
            source=each.source,
            is_assumed=each.is_assumed,
            now=now,
        )


def _add(session: Session, line: LinePlan, actor: Actor, now: datetime) -> UUID:
    return network.add_line(
        session,
        actor=actor,
        code=line.code,
        name=line.name,
        names=line.names,
        hub_code=line.hub_code,
        carrier_company_id=line.carrier_company_id,
        legs=line.legs,
        now=now,
    )


def _run(session: Session, line: LinePlan, line_id: UUID, vehicle_type_id: UUID) -> int:
    slots = session.execute(
        sa.select(ServicePattern.weekday, ServicePattern.minute_of_day).where(ServicePattern.line_id == line_id)
    )
    known = {(row.weekday, row.minute_of_day) for row in slots}
    missing = [run for run in line.runs if run not in known]
    for weekday, minute in missing:
        network.add_service(
            session, line_id=line_id, vehicle_type_id=vehicle_type_id, weekday=weekday, minute_of_day=minute
        )
    return len(missing)


def _price(session: Session, line: LinePlan, line_id: UUID, actor: Actor, valid_from: datetime, now: datetime) -> int:
    made = 0
    for to_place, rates in line.rates.items():
        found = tariffs.tariff(session, line_id=line_id, to_place=to_place, now=max(valid_from, now))
        # Terms that an operator put in on top of the same figures stay.
        if found is not None and (replace(found.rates, terms=rates.terms), found.note) == (rates, line.note):
            continue
        freight.set_tariff(
            session,
            actor=actor,
            line_id=line_id,
            to_place=to_place,
            rates=rates,
            valid_from=valid_from,
            note=line.note,
            now=now,
        )
        made += 1
    return made
