"""Assign crews to departures, so that nobody and nothing drives two at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import DepartureCancelled
from marketplace.logistics.fleet.models import CrewAssignment, CrewDriver, FleetDriver, FleetVehicle
from marketplace.logistics.fleet.queries import crews as queries
from marketplace.logistics.fleet.queries import fleets, hauls, rotations
from marketplace.logistics.fleet.queries.fleets import DriverRow, VehicleRow
from marketplace.logistics.fleet.rules.assigning import Member, Span, check_crew, planned_return, span_of
from marketplace.logistics.fleet.rules.papers import Kind, Trip
from marketplace.logistics.queries.departures import departure
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.services.departures import acting

_OVER = frozenset({DepartureState.ARRIVED, DepartureState.STRIPPED, DepartureState.SETTLED, DepartureState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Crew:
    """Who and what is to drive, from which stop to which (positions; the whole way where left out), back when."""

    tractor_id: UUID
    trailer_id: UUID
    driver_ids: tuple[UUID, ...]
    first_stop: int | None = None
    last_stop: int | None = None
    returns_at: datetime | None = None
    is_dangerous: bool = False
    is_cooled: bool = False


def assign(
    session: Session, *, actor: Actor, departure_id: UUID, crew: Crew, now: datetime, carrier_id: UUID | None = None
) -> UUID:
    """Let a crew drive a departure, or some legs of it, and return the assignment's id.

    The departure is locked, then the vehicles and drivers in the order of their ids: of two who assign the same driver
    at once the second waits, and finds the driver taken. Refused by field with the paper and the day, with what
    somebody drives meanwhile, for a trailer that does not cool, for dangerous goods without certificate. Conflict
    ``crew_legs`` for legs that another crew drives, ``departure_over`` once it has arrived or was cancelled.

    A carrier (``carrier_id``) assigns what it keeps itself to departures of its own lines: NotFound for any other
    departure, and what others keep is refused like what there is not.
    """
    actor.must(Permission.PARTNER_FLEET_KEEP if carrier_id else Permission.LOGISTICS_DEPARTURE_OPERATE)
    row = departure(session, departure_id=departure_id, now=now)
    if carrier_id not in (None, row.carrier_company_id):
        raise NotFound("departure")
    return put_on(session, actor=actor, departure_id=departure_id, crew=crew, keeper_id=carrier_id, now=now)


def put_on(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    crew: Crew,
    keeper_id: UUID | None = None,
    takes_over_at: datetime | None = None,
    shared: frozenset[UUID] = frozenset(),
    now: datetime,
) -> UUID:
    """Do what ``assign`` does for an actor whom the caller asked; ``takes_over_at``: not at its first stop's time.

    ``shared`` are vehicles that the keeper may use although another keeps them.
    """
    acting.lock(session, departure_id=departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    if row.state in _OVER:
        raise Conflict("departure_over", departure=departure_id)
    span = span_of([stop.eta for stop in row.stops], crew.first_stop, crew.last_stop)
    if takes_over_at is not None:
        span = replace(span, starts_at=takes_over_at, ends_at=max(span.ends_at, takes_over_at))
    for other in queries.crews_of(session, departure_ids=[departure_id]).get(departure_id, ()):
        if span.shares_legs(other.span):
            raise Conflict("crew_legs", crew=other.id)
    _keep_off(session, departure_id, span, crew.tractor_id, keeper_id)
    if not crew.driver_ids or len(set(crew.driver_ids)) != len(crew.driver_ids):
        raise Refused.field("drivers", "required" if not crew.driver_ids else "taken", "one or more")
    vehicle_ids = (crew.tractor_id, crew.trailer_id)
    _take_turns(session, crew, keeper_id, shared)
    # Who hands over on the way goes home from there; who drives to the end comes back with the rotation.
    is_whole = span.last == len(row.stops) - 1
    chained = (
        rotations.chained_return(session, vehicle_ids=vehicle_ids, departure_id=departure_id) if is_whole else None
    )
    returns_at = planned_return(span, given=crew.returns_at, chained=chained)
    home = ZoneInfo(row.stops[span.first].place.zone)
    trip = Trip(
        first=span.starts_at.astimezone(home).date(),
        last=returns_at.astimezone(home).date(),
        countries=tuple(dict.fromkeys(stop.place.country for stop in row.stops[span.first : span.last + 1])),
        is_dangerous=crew.is_dangerous,
        is_cooled=crew.is_cooled,
    )
    taken = queries.taken_by(session, vehicle_ids=vehicle_ids, driver_ids=crew.driver_ids)
    check_crew(_members(session, crew), trip, span, taken)
    assignment = CrewAssignment(
        id=new_id(),
        departure_id=departure_id,
        first_stop=span.first,
        last_stop=span.last,
        tractor_id=crew.tractor_id,
        trailer_id=crew.trailer_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        returns_at=returns_at,
        is_dangerous=crew.is_dangerous,
        is_cooled=crew.is_cooled,
        created_at=now,
    )
    session.add(assignment)
    session.flush()
    session.add_all(CrewDriver(assignment_id=assignment.id, driver_id=driver_id) for driver_id in crew.driver_ids)
    session.flush()
    facts = {
        "crew": assignment.id,
        "tractor": crew.tractor_id,
        "trailer": crew.trailer_id,
        "drivers": list(crew.driver_ids),
        "legs": f"{span.first}-{span.last}",
    }
    _audit(session, actor, "departure.crew_assigned", departure_id, facts, now)
    return assignment.id


def withdraw(
    session: Session, *, actor: Actor, assignment_id: UUID, now: datetime, carrier_id: UUID | None = None
) -> None:
    """Take a crew off its departure before it has driven; NotFound for one that does not stand, or is another's.

    Conflict ``crew_drove`` once the lorry has passed the stop at which the crew begins.
    """
    actor.must(Permission.PARTNER_FLEET_KEEP if carrier_id else Permission.LOGISTICS_DEPARTURE_OPERATE)
    departure_id = queries.departure_of(session, assignment_id=assignment_id, company_id=carrier_id)
    acting.lock(session, departure_id=departure_id)
    queries.departure_of(session, assignment_id=assignment_id)
    row = session.get_one(CrewAssignment, assignment_id)
    stops = departure(session, departure_id=departure_id, now=now).stops
    if any(stop.reached_at is not None for stop in stops[row.first_stop + 1 :]):
        raise Conflict("crew_drove", crew=assignment_id)
    row.withdrawn_at = now
    session.flush()
    _audit(session, actor, "departure.crew_withdrawn", departure_id, {"crew": assignment_id}, now)


def on_departure_cancelled(session: Session, event: DepartureCancelled) -> None:
    """Set the crews of a departure that does not run free."""
    session.execute(
        sa.update(CrewAssignment)
        .where(CrewAssignment.departure_id == event.departure_id, CrewAssignment.withdrawn_at.is_(None))
        .values(withdrawn_at=event.at)
    )


def _keep_off(session: Session, departure_id: UUID, span: Span, tractor_id: UUID, keeper_id: UUID | None) -> None:
    """Refuse legs that another carrier than the keeper, or else the tractor's, has been offered or has taken."""
    for haul in hauls.hauls_of(session, departure_id=departure_id):
        if haul.stands and haul.first_stop < span.last and span.first < haul.last_stop:
            kept = fleets.vehicles_by_id(session, vehicle_ids=(tractor_id,)).get(tractor_id)
            if haul.company_id not in (keeper_id, kept.company_id if kept else None):
                raise Conflict("haul_taken", departure=departure_id)


def _take_turns(session: Session, crew: Crew, keeper_id: UUID | None, shared: frozenset[UUID]) -> None:
    """Raise the turn of every vehicle and driver that is at work still, in the order of ids; Refused for any other.

    ``keeper_id``: any that this company does not keep, and that is not ``shared``, is refused, too.
    """
    # A vehicle that is named as both is refused as the trailer, which no tractor is.
    vehicles = {crew.tractor_id: "tractor", crew.trailer_id: "trailer"}
    for entity, members in ((FleetVehicle, vehicles), (FleetDriver, dict.fromkeys(crew.driver_ids, "drivers"))):
        for member_id, field in sorted(members.items()):
            done: Any = session.execute(
                sa.update(entity)
                .where(entity.id == member_id, entity.retired_at.is_(None))
                .where(sa.true() if keeper_id is None or member_id in shared else entity.company_id == keeper_id)
                .values(turn=entity.turn + 1)
                .execution_options(synchronize_session=False)
            )
            if done.rowcount == 0:
                raise Refused.field(field, "unknown")


def _members(session: Session, crew: Crew) -> Sequence[Member]:
    vehicles = fleets.vehicles_by_id(session, vehicle_ids=(crew.tractor_id, crew.trailer_id))
    drivers = fleets.drivers_by_id(session, driver_ids=crew.driver_ids)
    return (
        _vehicle("tractor", Kind.TRACTOR, vehicles[crew.tractor_id]),
        _vehicle("trailer", Kind.TRAILER, vehicles[crew.trailer_id]),
        *(_driver(drivers[driver_id]) for driver_id in crew.driver_ids),
    )


def _vehicle(field: str, kind: Kind, row: VehicleRow) -> Member:
    if row.kind is not kind:
        raise Refused.field(field, "crew_kind")
    papers = tuple(each.paper for each in row.papers)
    return Member(field, row.id, kind, row.reference, frozenset(row.plates), papers, row.is_reefer)


def _driver(row: DriverRow) -> Member:
    papers = tuple(each.paper for each in row.papers)
    return Member("drivers", row.id, Kind.DRIVER, row.reference, frozenset({row.country}), papers)


def _audit(
    session: Session, actor: Actor, action: str, departure_id: UUID, facts: dict[str, Any], now: datetime
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="departure", subject_id=departure_id, facts=facts, now=now
    )
