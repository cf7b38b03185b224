"""The manifest of a lorry, frozen when its doors are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.cargo import Consignment, HandlingUnit, Manifest
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.cargo import manifest_hash


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
    ids = [booking.id for booking in loaded]
    waybills = {
        row.booking_id: row.house_waybill
        for row in session.execute(
            sa.select(Consignment.booking_id, Consignment.house_waybill).where(Consignment.booking_id.in_(ids))
        )
    }
    units: dict[UUID, list[dict[str, Any]]] = {booking_id: [] for booking_id in ids}
    for unit in session.scalars(
        sa.select(HandlingUnit).where(HandlingUnit.booking_id.in_(ids)).order_by(HandlingUnit.sscc)
    ):
        units[unit.booking_id].append({"sscc": unit.sscc, "cartons": unit.cartons, "grams": unit.grams})
    return {
        "departure": departure.reference,
        "hub": departure.hub_code,
        "seal": seal_number,
        "consignments": [
            {
                "booking": booking.reference,
                "house_waybill": waybills[booking.id],
                "to": booking.to_place,
                "shipper": str(booking.shipper_company_id),
                "consignee": str(booking.consignee_company_id),
                "units": units[booking.id],
            }
            for booking in loaded
        ],
    }
