"""Tables of fleets: vehicles, drivers, papers, crews of departures, rotations, and cut-offs by kind."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind
from marketplace.logistics.fleet.rules.hauls import HaulState
from marketplace.logistics.fleet.rules.papers import LONGEST_NUMBER, Kind, PaperKind


class DepartureCutoff(Base):
    """Until when a departure takes what; fixed when the departure is made, as the promise it is."""

    __tablename__ = "departure_cutoff"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True)
    kind: Mapped[CutoffKind] = mapped_column(StateColumn(CutoffKind), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FleetVehicle(Base):
    """A tractor or trailer in a carrier's account; ``contractor_id`` is the company that it is hired from.

    ``turn`` is raised by everybody who assigns it: the second waits for the first, and sees what that one did.
    """

    __tablename__ = "fleet_vehicle"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    contractor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[Kind] = mapped_column(StateColumn(Kind))
    vehicle_type_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("vehicle_type.id"))
    is_reefer: Mapped[bool] = mapped_column(sa.Boolean)
    euro_class: Mapped[int | None] = mapped_column(sa.Integer)
    co2_grams_km: Mapped[int | None] = mapped_column(sa.Integer)
    turn: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("kind IN ('tractor', 'trailer')", name="kind"),
        sa.CheckConstraint("kind <> 'trailer' OR vehicle_type_id IS NOT NULL", name="typed"),
        sa.CheckConstraint("kind = 'trailer' OR NOT is_reefer", name="reefer"),
        sa.CheckConstraint("euro_class IS NULL OR euro_class BETWEEN 1 AND 7", name="euro_class"),
        sa.CheckConstraint("co2_grams_km IS NULL OR co2_grams_km BETWEEN 1 AND 5000", name="co2"),
    )


class FleetPlate(Base):
    """A vehicle's number in a country where it is registered: there it needs no permit."""

    __tablename__ = "fleet_plate"

    vehicle_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_vehicle.id"), primary_key=True)
    country: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    number: Mapped[str] = mapped_column(sa.String(20))

    __table_args__ = (sa.UniqueConstraint("company_id", "country", "number", name="uq_fleet_plate_number"),)


class FleetDriver(Base):
    """Somebody who drives for a carrier, known elsewhere by this id and reference alone."""

    __tablename__ = "fleet_driver"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    contractor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    country: Mapped[str] = mapped_column(sa.String(2))
    turn: Mapped[int] = mapped_column(sa.Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FleetDriverName(Base):
    """What a driver is called and whose account it is: apart from the driver, because it can be erased."""

    __tablename__ = "fleet_driver_name"

    driver_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_driver.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    phone: Mapped[str | None] = mapped_column(sa.String(40))


class FleetPaper(Base):
    """A paper of a vehicle or a driver, with its last day; a withdrawn one no longer counts."""

    __tablename__ = "fleet_paper"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    vehicle_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fleet_vehicle.id"), index=True)
    driver_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fleet_driver.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(StateColumn(PaperKind))
    # Of a driver's paper it is erased with the driver's name.
    number: Mapped[str | None] = mapped_column(sa.String(LONGEST_NUMBER))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_until: Mapped[date] = mapped_column(sa.Date, index=True)
    file_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(vehicle_id IS NULL) <> (driver_id IS NULL)", name="whose"),
        sa.CheckConstraint("valid_from IS NULL OR valid_from <= valid_until", name="period"),
    )


class FleetPaperNotice(Base):
    """That a keeper was told, so many days before its end, of a paper."""

    __tablename__ = "fleet_paper_notice"

    paper_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_paper.id"), primary_key=True)
    stage: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CrewAssignment(Base):
    """A tractor and trailer that take a departure from one stop to another; ``returns_at``: when they are home."""

    __tablename__ = "crew_assignment"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    first_stop: Mapped[int] = mapped_column(sa.Integer)
    last_stop: Mapped[int] = mapped_column(sa.Integer)
    tractor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_vehicle.id"))
    trailer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_vehicle.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returns_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_dangerous: Mapped[bool] = mapped_column(sa.Boolean)
    is_cooled: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("first_stop >= 0 AND first_stop < last_stop", name="legs"),
        sa.CheckConstraint("starts_at <= ends_at AND ends_at <= returns_at", name="times"),
        sa.Index("ix_crew_assignment_tractor_id_starts_at", "tractor_id", "starts_at"),
        sa.Index("ix_crew_assignment_trailer_id_starts_at", "trailer_id", "starts_at"),
    )


class CrewDriver(Base):
    """A driver of a crew."""

    __tablename__ = "crew_driver"

    assignment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("crew_assignment.id"), primary_key=True)
    driver_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_driver.id"), primary_key=True, index=True)


class FleetRotation(Base):
    """Departures that a vehicle runs one after the other."""

    __tablename__ = "fleet_rotation"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    vehicle_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_vehicle.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FleetRotationLeg(Base):
    """A departure of a rotation; a vehicle has it in one rotation alone."""

    __tablename__ = "fleet_rotation_leg"

    rotation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_rotation.id"), primary_key=True)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True, index=True)
    vehicle_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fleet_vehicle.id"))

    __table_args__ = (sa.UniqueConstraint("vehicle_id", "departure_id", name="uq_fleet_rotation_leg_once"),)


class Haul(Base):
    """A range of stops of a departure (positions) that was offered to a carrier other than that of its line."""

    __tablename__ = "haul"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    first_stop: Mapped[int] = mapped_column(sa.Integer)
    last_stop: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[HaulState] = mapped_column(StateColumn(HaulState))
    offered_by: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("first_stop >= 0 AND last_stop > first_stop", name="stops"),)


insert_only(FleetPaperNotice)
