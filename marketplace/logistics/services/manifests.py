"""What the hub has of each booking, and the manifest of a lorry, frozen when its doors are sealed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.cargo import Consignment, HandlingUnit, Manifest
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.cargo import manifest_hash

_BOOKINGS: Final = sa.bindparam("bookings", expanding=True)
_HOUSES: Final = sa.select(Consignment.booking_id, Consignment.house_waybill).where(
    Consignment.booking_id.in_(_BOOKINGS)
)
_UNITS: Final = (
    sa.select(HandlingUnit.__table__).where(HandlingUnit.booking_id.in_(_BOOKINGS)).order_by(HandlingUnit.sscc)
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A handling unit as the hub measured it."""

    sscc: str
    cartons: int
    grams: int
    cm3: int
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None


@dataclass(frozen=True, slots=True)
class CargoRow:
    """What is at the hub, or was, of a booking; no waybill and no units before the first lot came."""

    house_waybill: str
    units: tuple[UnitRow, ...]


def cargo_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, CargoRow]:
    """Return what the hub has of these bookings, empty where nothing came."""
    given = {"bookings": list(booking_ids)}
    houses = {row.booking_id: row.house_waybill for row in session.execute(_HOUSES, given)}
    units: dict[UUID, list[UnitRow]] = {booking_id: [] for booking_id in booking_ids}
    for unit in session.execute(_UNITS, given):
        units[unit.booking_id].append(
            UnitRow(unit.sscc, unit.cartons, unit.grams, unit.cm3, unit.length_mm, unit.width_mm, unit.height_mm)
        )
    return {booking_id: CargoRow(houses.get(booking_id, ""), tuple(rows)) for booking_id, rows in units.items()}


def freeze(
    session: Session, *, departure: Departure, loaded: Sequence[Booking], seal_number: str, now: datetime
) -> str:
    """Keep what is on the lorry, house by house, and return the SHA-256 of its canonical JSON."""
    content = _content(session, departure, loaded, seal_number)
    digest = manifest_hash(content)
    session.add(Manifest(departure_id=departure.id, content=content, sha256=digest, frozen_at=now))
    session.flush()
    return digest


def _content(session: Session, departure: Departure, loaded: Sequence[Booking], seal_number: str) -> dict[str, Any]:
    houses = cargo_of(session, booking_ids=[booking.id for booking in loaded])
    return {
        "departure": departure.reference,
        "hub": departure.hub_code,
        "seal": seal_number,
        "consignments": [
            {
                "booking": booking.reference,
                "house_waybill": houses[booking.id].house_waybill,
                "to": booking.to_place,
                "shipper": str(booking.shipper_company_id),
                "consignee": str(booking.consignee_company_id),
                "units": [
                    {"sscc": unit.sscc, "cartons": unit.cartons, "grams": unit.grams}
                    for unit in houses[booking.id].units
                ],
            }
            for booking in loaded
        ],
    }
