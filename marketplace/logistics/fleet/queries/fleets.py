"""Read vehicles and drivers with their papers: a keeper its own, the operator everybody's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.kernel.quantity import Load
from marketplace.logistics.fleet.models import (
    FleetDriver,
    FleetDriverName,
    FleetPaper,
    FleetPlate,
    FleetVehicle,
)
from marketplace.logistics.fleet.rules.papers import Kind, Paper, PaperKind
from marketplace.logistics.models.network import VehicleType

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that counts, with its file where one was handed in."""

    id: UUID
    kind: PaperKind
    number: str | None
    country: str | None
    valid_from: date | None
    valid_until: date
    file_id: UUID | None

    @property
    def paper(self) -> Paper:
        """What the rules look at."""
        return Paper(self.kind, self.country, self.valid_from, self.valid_until)


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A tractor or trailer, its numbers by country, and its papers, the one that ends first at the front."""

    id: UUID
    reference: str
    company_id: UUID
    contractor_id: UUID | None
    kind: Kind
    type_code: str | None
    is_reefer: bool
    euro_class: int | None
    co2_grams_km: int | None
    retired_at: datetime | None
    plates: Mapping[str, str]
    papers: tuple[PaperRow, ...]

    @property
    def ends_on(self) -> date | None:
        """The first day on which one of its papers ends."""
        return min((each.valid_until for each in self.papers), default=None)


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A driver; the name is gone once it was erased."""

    id: UUID
    reference: str
    company_id: UUID
    contractor_id: UUID | None
    country: str
    retired_at: datetime | None
    name: str | None
    phone: str | None
    person_id: UUID | None
    papers: tuple[PaperRow, ...]

    @property
    def ends_on(self) -> date | None:
        """The first day on which one of the driver's papers ends."""
        return min((each.valid_until for each in self.papers), default=None)


def vehicles(
    session: Session,
    *,
    company_id: UUID | None = None,
    kind: Kind | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[VehicleRow]:
    """Return the vehicles at work of a keeper, or of all, in the order in which they were entered."""
    wanted = _VEHICLES.where(FleetVehicle.retired_at.is_(None)).order_by(FleetVehicle.id).limit(size + 1)
    if company_id is not None:
        wanted = wanted.where(FleetVehicle.company_id == company_id)
    if kind is not None:
        wanted = wanted.where(FleetVehicle.kind == kind)
    if cursor is not None:
        wanted = wanted.where(FleetVehicle.id > decode_id(cursor))
    page = page_of(session.execute(wanted).all(), size, lambda row: (str(row.id),))
    whole = _whole_vehicles(session, page.items)
    return page.map(lambda row: whole[row.id])


def vehicle(session: Session, *, vehicle_id: UUID, company_id: UUID | None = None) -> VehicleRow:
    """Return one vehicle, retired ones too; NotFound for an unknown one and for another keeper's."""
    row = session.execute(_VEHICLES.where(FleetVehicle.id == vehicle_id)).one_or_none()
    if row is None or company_id not in (None, row.company_id):
        raise NotFound("fleet_vehicle")
    return _whole_vehicles(session, [row])[vehicle_id]


def vehicles_by_id(session: Session, *, vehicle_ids: Collection[UUID]) -> dict[UUID, VehicleRow]:
    """Return vehicles by id, retired ones too."""
    return _whole_vehicles(session, session.execute(_VEHICLES.where(FleetVehicle.id.in_(vehicle_ids))).all())


def drivers(
    session: Session, *, company_id: UUID | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[DriverRow]:
    """Return the drivers at work of a keeper, or of all, in the order in which they were entered."""
    wanted = _DRIVERS.where(FleetDriver.retired_at.is_(None)).order_by(FleetDriver.id).limit(size + 1)
    if company_id is not None:
        wanted = wanted.where(FleetDriver.company_id == company_id)
    if cursor is not None:
        wanted = wanted.where(FleetDriver.id > decode_id(cursor))
    page = page_of(session.execute(wanted).all(), size, lambda row: (str(row.id),))
    whole = _whole_drivers(session, page.items)
    return page.map(lambda row: whole[row.id])


def driver(session: Session, *, driver_id: UUID, company_id: UUID | None = None) -> DriverRow:
    """Return one driver, retired ones too; NotFound for an unknown one and for another keeper's."""
    row = session.execute(_DRIVERS.where(FleetDriver.id == driver_id)).one_or_none()
    if row is None or company_id not in (None, row.company_id):
        raise NotFound("fleet_driver")
    return _whole_drivers(session, [row])[driver_id]


def drivers_by_id(session: Session, *, driver_ids: Collection[UUID]) -> dict[UUID, DriverRow]:
    """Return drivers by id, retired ones too."""
    return _whole_drivers(session, session.execute(_DRIVERS.where(FleetDriver.id.in_(driver_ids))).all())


def papers_named(session: Session, *, paper_ids: Collection[UUID]) -> tuple[tuple[str, PaperRow], ...]:
    """Return papers that count still with the reference of whose they are, the one that ends first at the front."""
    reference = sa.func.coalesce(FleetVehicle.reference, FleetDriver.reference)
    rows = session.execute(
        sa.select(reference.label("reference"), *_PAPER)
        .outerjoin(FleetVehicle, FleetVehicle.id == FleetPaper.vehicle_id)
        .outerjoin(FleetDriver, FleetDriver.id == FleetPaper.driver_id)
        .where(FleetPaper.id.in_(paper_ids), FleetPaper.withdrawn_at.is_(None))
        .order_by(FleetPaper.valid_until, FleetPaper.id)
    )
    return tuple((row[0], PaperRow(*row[1:])) for row in rows)


def scan_of(session: Session, *, paper_id: UUID, company_id: UUID | None = None) -> UUID:
    """Return the file of a paper of this keeper, of any for None; NotFound for another's and for one without."""
    keeper = sa.func.coalesce(FleetVehicle.company_id, FleetDriver.company_id, type_=sa.Uuid())
    wanted = (
        sa.select(FleetPaper.file_id)
        .outerjoin(FleetVehicle, FleetVehicle.id == FleetPaper.vehicle_id)
        .outerjoin(FleetDriver, FleetDriver.id == FleetPaper.driver_id)
        .where(FleetPaper.id == paper_id)
    )
    found = session.scalar(wanted if company_id is None else wanted.where(keeper == company_id))
    if found is None:
        raise NotFound("fleet_paper")
    return found


def types(session: Session) -> tuple["TypeRow", ...]:
    """Return the kinds of lorries by code."""
    return tuple(TypeRow(*row) for row in session.execute(_TYPES.order_by(VehicleType.code)))


def vehicle_type(session: Session, *, type_id: UUID) -> "TypeRow":
    """Return one kind of lorry; NotFound for an unknown one."""
    row = session.execute(_TYPES.where(VehicleType.id == type_id)).one_or_none()
    if row is None:
        raise NotFound("vehicle_type")
    return TypeRow(*row)


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A kind of lorry: what it holds, hundredths of a TEU, who says so, and whether it keeps goods cold."""

    id: UUID
    code: str
    name: str
    grams: int
    cm3: int
    ldm_mm: int
    pallets: int
    teu_hundredths: int
    source: str
    is_reefer: bool

    @property
    def capacity(self) -> Load:
        """What it holds."""
        return Load(self.grams, self.cm3, self.ldm_mm, self.pallets)


_PAPER: Final = (
    FleetPaper.id,
    FleetPaper.kind,
    FleetPaper.number,
    FleetPaper.country,
    FleetPaper.valid_from,
    FleetPaper.valid_until,
    FleetPaper.file_id,
)
_TYPES: Final = sa.select(
    VehicleType.id,
    VehicleType.code,
    VehicleType.name,
    VehicleType.grams,
    VehicleType.cm3,
    VehicleType.ldm_mm,
    VehicleType.pallets,
    VehicleType.teu_hundredths,
    VehicleType.source,
    VehicleType.is_reefer,
)
_VEHICLES: Final = sa.select(
    FleetVehicle.id,
    FleetVehicle.reference,
    FleetVehicle.company_id,
    FleetVehicle.contractor_id,
    FleetVehicle.kind,
    VehicleType.code.label("type_code"),
    FleetVehicle.is_reefer,
    FleetVehicle.euro_class,
    FleetVehicle.co2_grams_km,
    FleetVehicle.retired_at,
).outerjoin(VehicleType, VehicleType.id == FleetVehicle.vehicle_type_id)
_DRIVERS: Final = sa.select(
    FleetDriver.id,
    FleetDriver.reference,
    FleetDriver.company_id,
    FleetDriver.contractor_id,
    FleetDriver.country,
    FleetDriver.retired_at,
    FleetDriverName.name,
    FleetDriverName.phone,
    FleetDriverName.person_id,
).outerjoin(FleetDriverName, FleetDriverName.driver_id == FleetDriver.id)


def _whole_vehicles(session: Session, rows: Collection[Any]) -> dict[UUID, VehicleRow]:
    ids = [row.id for row in rows]
    plates: dict[UUID, dict[str, str]] = {}
    for plate in session.execute(
        sa.select(FleetPlate.vehicle_id, FleetPlate.country, FleetPlate.number)
        .where(FleetPlate.vehicle_id.in_(ids))
        .order_by(FleetPlate.country)
    ):
        plates.setdefault(plate.vehicle_id, {})[plate.country] = plate.number
    papers = _papers(session, FleetPaper.vehicle_id, ids)
    return {row.id: VehicleRow(*row, plates=plates.get(row.id, {}), papers=papers.get(row.id, ())) for row in rows}


def _whole_drivers(session: Session, rows: Collection[Any]) -> dict[UUID, DriverRow]:
    papers = _papers(session, FleetPaper.driver_id, [row.id for row in rows])
    return {row.id: DriverRow(*row, papers=papers.get(row.id, ())) for row in rows}


def _papers(session: Session, owner: Any, ids: Collection[UUID]) -> dict[UUID, tuple[PaperRow, ...]]:
    found: dict[UUID, tuple[PaperRow, ...]] = {}
    rows = session.execute(
        sa.select(owner.label("owner"), *_PAPER)
        .where(owner.in_(ids), FleetPaper.withdrawn_at.is_(None))
        .order_by(FleetPaper.valid_until, FleetPaper.id)
    )
    for row in rows:
        found[row.owner] = (*found.get(row.owner, ()), PaperRow(*row[1:]))
    return found
