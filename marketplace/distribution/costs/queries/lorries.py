"""Departures as cost sheets need them: whose, of which line and kind, how long their way, how full."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostRate, CostSheet
from marketplace.distribution.costs.rules.planning import CostKind, Rate, SheetState, Trip, Unit
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Leg, Line, Tariff, VehicleType
from marketplace.logistics.rules.states import TAKING, Carriage, DepartureState, Mode
from marketplace.reference.models import Place

# What a line's freight is in where it has no tariff yet.
FALLBACK: Final = "CNY"
# No clock is further from UTC.
_FURTHEST: Final = timedelta(hours=15)
_BOOKABLE: Final = (DepartureState.PLANNED, DepartureState.OPEN)
_LEFT: Final = (
    DepartureState.DEPARTED,
    DepartureState.AT_BORDER,
    DepartureState.CLEARED,
    DepartureState.ARRIVED,
    DepartureState.STRIPPED,
    DepartureState.SETTLED,
)
# The lorry is where it goes, or nowhere: all its costs can be known.
OVER: Final = (
    DepartureState.ARRIVED,
    DepartureState.STRIPPED,
    DepartureState.SETTLED,
    DepartureState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Lorry:
    """A departure by what its costs and its margin are reckoned on."""

    id: UUID
    reference: str
    state: DepartureState
    departs_at: datetime
    zone: str
    line_id: UUID
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    carrier_company_id: UUID
    vehicle_id: UUID
    vehicle: str
    floor_mm: int  # of the kind of lorry
    capacity: Load
    taken: Load

    @property
    def day(self) -> date:
        """The day on which it leaves, by the clock of its hub."""
        return self.departs_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def has_left(self) -> bool:
        """Whether it drove: a lorry that did and earned nothing was an empty one."""
        return self.state in _LEFT


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line that costs are kept for."""

    id: UUID
    code: str
    name: str
    names: Mapping[str, str]
    carrier_company_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A kind of lorry."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """A cost rate with where its figure comes from."""

    rate: Rate
    line_id: UUID
    vehicle: str
    source: str
    created_at: datetime


def lorries(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, Lorry]:
    """Return these departures by id, in the order in which they leave; unknown ids are left out."""
    found = session.execute(_lorries().where(Departure.id.in_(departure_ids)))
    return {row.id: _lorry(row) for row in found}


def lorry(session: Session, *, departure_id: UUID) -> Lorry:
    """Return one departure; NotFound for an unknown one."""
    found = lorries(session, departure_ids=[departure_id]).get(departure_id)
    if found is None:
        raise NotFound("departure")
    return found


def named(session: Session, *, references: Collection[str]) -> dict[str, Lorry]:
    """Return the departures of these references, by reference; unknown ones are left out."""
    found = session.execute(_lorries().where(Departure.reference.in_(references)))
    return {row.reference: _lorry(row) for row in found}


def leaving(session: Session, *, first: date, last: date, line_code: str | None = None) -> tuple[Lorry, ...]:
    """Return the departures of some days that take no more bookings; a cancelled one where it has a cost sheet."""
    begins, ends = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    sheet = sa.exists().where(CostSheet.departure_id == Departure.id)
    wanted = _lorries().where(
        Departure.departs_at >= begins - _FURTHEST,
        Departure.departs_at < ends + _FURTHEST,
        Departure.state.not_in(_BOOKABLE),
        sa.or_(Departure.state != DepartureState.CANCELLED, sheet),
    )
    if line_code is not None:
        wanted = wanted.where(Line.code == line_code)
    found = (_lorry(row) for row in session.execute(wanted))
    return tuple(one for one in found if first <= one.day <= last)


def unplanned(session: Session, *, limit: int = 500, departure_id: UUID | None = None) -> tuple[UUID, ...]:
    """Return the departures that take no more bookings and were not planned yet, earliest first; or only this one."""
    done = sa.or_(CostSheet.is_planned, CostSheet.state == SheetState.CLOSED)
    sheet = sa.exists().where(CostSheet.departure_id == Departure.id, done)
    gone = (*_BOOKABLE, DepartureState.CANCELLED)
    priced = sa.exists().where(CostRate.line_id == Departure.line_id)
    wanted = sa.select(Departure.id).where(Departure.state.not_in(gone), ~sheet, priced)
    if departure_id is not None:
        wanted = wanted.where(Departure.id == departure_id)
    return tuple(session.scalars(wanted.order_by(Departure.departs_at, Departure.id).limit(limit)))


def plan_comes() -> sa.ColumnElement[bool]:
    """Tell of a departure, beside its sheet, that the clock has yet to plan it: once it takes no more bookings."""
    priced = sa.exists().where(CostRate.line_id == Departure.line_id)
    return sa.and_(
        ~CostSheet.is_planned,
        CostSheet.state != SheetState.CLOSED,
        sa.or_(Departure.state.in_(_BOOKABLE), sa.and_(Departure.state != DepartureState.CANCELLED, priced)),
    )


def to_be_planned(session: Session, *, departure_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some departures that have a sheet and whose plan is yet to come."""
    wanted = sa.select(Departure.id).join(CostSheet, CostSheet.departure_id == Departure.id)
    return set(session.scalars(wanted.where(Departure.id.in_(departure_ids), plan_comes())))


def trip(session: Session, *, lorry: Lorry) -> Trip:
    """Return what rates of a departure are reckoned on: the legs of its line, and what is booked on it."""
    legs = session.scalars(sa.select(Leg).where(Leg.line_id == lorry.line_id).order_by(Leg.position)).all()
    road = [leg.km for leg in legs if leg.mode is Mode.ROAD]
    known = [km for km in road if km is not None]
    aboard = session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Booking.grams), 0), sa.func.count(Booking.to_place.distinct())).where(
            Booking.departure_id == lorry.id, Booking.state.in_(TAKING)
        )
    ).one()
    return Trip(
        km=sum(known) if len(known) == len(road) else None,
        legs=len(road),
        waits=tuple(leg.minutes for leg in legs if leg.crossing_id is not None),
        swaps=sum(leg.carriage is Carriage.SWAP for leg in legs),
        transhipments=sum(leg.carriage is Carriage.TRANSHIP for leg in legs),
        grams=int(aboard[0]),
        stops=int(aboard[1]),
    )


def lines(session: Session) -> tuple[LineRow, ...]:
    """Return every line, by name, with the currency of its freight."""
    currencies = line_currencies(session)
    wanted = sa.select(Line.id, Line.code, Line.name, Line.names, Line.carrier_company_id)
    found = session.execute(wanted.order_by(Line.name, Line.code))
    return tuple(LineRow(*row, currency=currencies.get(row.id, FALLBACK)) for row in found)


def line_currency(session: Session, *, line_id: UUID) -> str:
    """Return the currency that a line's freight is in, by its newest tariff."""
    return line_currencies(session).get(line_id, FALLBACK)


def line_currencies(session: Session) -> dict[UUID, str]:
    """Return the currency of every line that has a tariff, by its newest one."""
    wanted = sa.select(Tariff.line_id, Tariff.currency).order_by(Tariff.valid_from, Tariff.to_place.desc())
    return {row.line_id: row.currency for row in session.execute(wanted)}


def vehicles(session: Session) -> tuple[VehicleRow, ...]:
    """Return the kinds of lorries, by name."""
    wanted = sa.select(VehicleType.id, VehicleType.code, VehicleType.name).order_by(VehicleType.name, VehicleType.code)
    return tuple(VehicleRow(*row) for row in session.execute(wanted))


def rates(session: Session, *, line_id: UUID) -> tuple[RateRow, ...]:
    """Return all rates of a line, oldest entry first: of two from the same day the later counts."""
    wanted = (
        sa.select(CostRate, VehicleType.name)
        .outerjoin(VehicleType, VehicleType.id == CostRate.vehicle_type_id)
        .where(CostRate.line_id == line_id)
        .order_by(CostRate.id)
    )
    return tuple(
        RateRow(rate_of(row), row.line_id, vehicle or "", row.source, row.created_at)
        for row, vehicle in session.execute(wanted)
    )


def rate_of(row: CostRate) -> Rate:
    """Return a stored rate as rules reckon with it."""
    return Rate(
        id=row.id,
        kind=CostKind(row.kind),
        unit=Unit(row.unit),
        vehicle_id=row.vehicle_type_id,
        company_id=row.company_id,
        price=UnitPrice(row.price_micro, row.currency),
        free_hours=row.free_hours,
        valid_from=row.valid_from,
    )


def by_line(found: Collection[Lorry]) -> dict[UUID, list[Lorry]]:
    """Return lorries by their line, in the order given."""
    grouped: dict[UUID, list[Lorry]] = defaultdict(list)
    for one in found:
        grouped[one.line_id].append(one)
    return grouped


def _lorries() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Departure.id,
            Departure.reference,
            Departure.state,
            Departure.departs_at,
            Place.zone,
            Departure.line_id,
            Line.code,
            Line.name,
            Line.names,
            Line.carrier_company_id,
            Departure.vehicle_type_id,
            VehicleType.name.label("vehicle"),
            VehicleType.ldm_mm.label("floor_mm"),
            *(getattr(Departure, f"capacity_{name}") for name in DIMENSIONS),
            *(getattr(Departure, f"taken_{name}") for name in DIMENSIONS),
        )
        .join(Line, Line.id == Departure.line_id)
        .join(Place, Place.code == Departure.hub_code)
        .join(VehicleType, VehicleType.id == Departure.vehicle_type_id)
        .order_by(Departure.departs_at, Departure.id)
    )


def _lorry(row: Any) -> Lorry:
    return Lorry(
        id=row.id,
        reference=row.reference,
        state=row.state,
        departs_at=row.departs_at,
        zone=row.zone,
        line_id=row.line_id,
        line_code=row.code,
        line_name=row.name,
        line_names=row.names,
        carrier_company_id=row.carrier_company_id,
        vehicle_id=row.vehicle_type_id,
        vehicle=row.vehicle,
        floor_mm=row.floor_mm,
        capacity=Load(*(getattr(row, f"capacity_{name}") for name in DIMENSIONS)),
        taken=Load(*(getattr(row, f"taken_{name}") for name in DIMENSIONS)),
    )
