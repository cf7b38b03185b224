"""Vehicles and drivers of a keeper: entered, retired, and of drivers the name forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.fleet.models import (
    CrewAssignment,
    CrewDriver,
    FleetDriver,
    FleetDriverName,
    FleetPaper,
    FleetPlate,
    FleetVehicle,
)
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.fleet.rules.vehicles import check_build
from marketplace.logistics.models.network import VehicleType


@dataclass(frozen=True, slots=True)
class Build:
    """What a vehicle is: its type, whether it cools, and the classes that somebody may ask for."""

    kind: Kind
    vehicle_type_id: UUID | None = None
    is_reefer: bool = False
    euro_class: int | None = None
    co2_grams_km: int | None = None


def add_vehicle(
    session: Session,
    *,
    actor: Actor,
    build: Build,
    plates: Mapping[str, str],
    contractor_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Enter a vehicle of the actor's company and return its id; ``plates`` are its numbers by country.

    Refused for a type or contractor that there is not, and for a number that another of its vehicles has.
    """
    actor.must(Permission.PARTNER_FLEET_KEEP)
    check_build(build.kind, build.vehicle_type_id, is_reefer=build.is_reefer)
    if build.vehicle_type_id is not None and session.get(VehicleType, build.vehicle_type_id) is None:
        raise Refused.field("vehicle_type", "unknown")
    _check_contractor(session, actor, contractor_id)
    same = sa.select(FleetPlate.country).where(
        FleetPlate.company_id == actor.company,
        sa.or_(*(sa.and_(FleetPlate.country == key, FleetPlate.number == number) for key, number in plates.items())),
    )
    if session.scalars(same).first() is not None:
        raise Refused.field("plates", "taken")
    row = FleetVehicle(
        id=new_id(),
        reference=new_reference("VEH"),
        company_id=actor.company,
        contractor_id=contractor_id,
        kind=build.kind,
        vehicle_type_id=build.vehicle_type_id,
        is_reefer=build.is_reefer,
        euro_class=build.euro_class,
        co2_grams_km=build.co2_grams_km,
        turn=0,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        FleetPlate(vehicle_id=row.id, country=country, company_id=actor.company, number=number)
        for country, number in plates.items()
    )
    session.flush()
    _audit(session, actor, "fleet_vehicle.added", row.id, now, kind=build.kind, type=build.vehicle_type_id)
    return row.id


def add_driver(
    session: Session,
    *,
    actor: Actor,
    name: str,
    country: str,
    phone: str | None = None,
    person_id: UUID | None = None,
    contractor_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Enter a driver of the actor's company and return its id; ``country`` is that of the passport.

    ``person_id``: the driver's own account, of a member of the company; Refused for anybody else.
    """
    actor.must(Permission.PARTNER_FLEET_KEEP)
    _check_contractor(session, actor, contractor_id)
    if person_id is not None:
        members = {each.person_id for each in accounts.members_of(session, company_id=actor.company)}
        if person_id not in members:
            raise Refused.field("person", "unknown")
    row = FleetDriver(
        id=new_id(),
        reference=new_reference("DRV"),
        company_id=actor.company,
        contractor_id=contractor_id,
        country=country,
        turn=0,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add(FleetDriverName(driver_id=row.id, person_id=person_id, name=name, phone=phone))
    session.flush()
    _audit(session, actor, "fleet_driver.added", row.id, now, country=country)
    return row.id


def retire_vehicle(session: Session, *, actor: Actor, vehicle_id: UUID, now: datetime) -> None:
    """Assign a vehicle no more; Conflict ``fleet_in_use`` while it has a departure ahead or under way."""
    row = locked_vehicle(session, actor, vehicle_id)
    mine = sa.or_(CrewAssignment.tractor_id == row.id, CrewAssignment.trailer_id == row.id)
    _check_idle(session, sa.select(CrewAssignment.id).where(mine), now)
    if row.retired_at is None:
        row.retired_at = now
        session.flush()
        _audit(session, actor, "fleet_vehicle.retired", row.id, now)


def retire_driver(session: Session, *, actor: Actor, driver_id: UUID, now: datetime) -> None:
    """Assign a driver no more and forget the name; Conflict ``fleet_in_use`` with a departure ahead or under way."""
    row = locked_driver(session, actor, driver_id)
    mine = sa.select(CrewAssignment.id).join(CrewDriver, CrewDriver.assignment_id == CrewAssignment.id)
    _check_idle(session, mine.where(CrewDriver.driver_id == row.id), now)
    if row.retired_at is None:
        row.retired_at = now
        forget(session, driver_id=row.id)
        _audit(session, actor, "fleet_driver.retired", row.id, now)


def forget(session: Session, *, driver_id: UUID) -> None:
    """Erase a driver's name and the numbers and scans of the papers; what was driven, and until when it held, stays."""
    session.execute(sa.delete(FleetDriverName).where(FleetDriverName.driver_id == driver_id))
    session.execute(sa.update(FleetPaper).where(FleetPaper.driver_id == driver_id).values(number=None, file_id=None))
    session.flush()


def locked_vehicle(session: Session, actor: Actor, vehicle_id: UUID) -> FleetVehicle:
    """Return a vehicle of the actor's company, locked against whoever assigns it; NotFound for any other."""
    actor.must(Permission.PARTNER_FLEET_KEEP)
    wanted = sa.select(FleetVehicle).where(FleetVehicle.id == vehicle_id, FleetVehicle.company_id == actor.company)
    found = session.scalars(
        wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("fleet_vehicle")
    return found


def locked_driver(session: Session, actor: Actor, driver_id: UUID) -> FleetDriver:
    """Return a driver of the actor's company, locked against whoever assigns it; NotFound for any other."""
    actor.must(Permission.PARTNER_FLEET_KEEP)
    wanted = sa.select(FleetDriver).where(FleetDriver.id == driver_id, FleetDriver.company_id == actor.company)
    found = session.scalars(
        wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("fleet_driver")
    return found


def _check_idle(session: Session, assignments: sa.Select[UUID], now: datetime) -> None:
    ahead = assignments.where(CrewAssignment.withdrawn_at.is_(None), CrewAssignment.ends_at > now)
    if session.scalars(ahead).first() is not None:
        raise Conflict("fleet_in_use")


def _check_contractor(session: Session, actor: Actor, contractor_id: UUID | None) -> None:
    """Refuse what is no other carrier of the city."""
    if contractor_id is None:
        return
    carriers = accounts.companies_of_kind(session, kind=CompanyKind.CARRIER)
    if contractor_id == actor.company or contractor_id not in {each.id for each in carriers}:
        raise Refused.field("contractor", "unknown")


def _audit(session: Session, actor: Actor, action: str, subject_id: UUID, now: datetime, **facts: object) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=action.partition(".")[0],
        subject_id=subject_id,
        facts=facts,
        now=now,
    )
