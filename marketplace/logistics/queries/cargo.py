"""Read what hubs took in, what consignees counted, and what a sealed lorry carries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.cargo import HandlingUnit, Manifest, Receipt, ReceiptRemark


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """What a hub took in of a booking."""

    cartons: int
    grams: int
    cm3: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """What the consignee's side counted at once."""

    id: UUID
    cartons: int
    damaged_cartons: int
    remarks: str
    received_at: datetime
    by_default: bool


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What is on a sealed lorry, with the SHA-256 of its canonical JSON."""

    content: Mapping[str, Any]
    sha256: str
    frozen_at: datetime


def received(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, ReceivedRow]:
    """Return what the hub counted, weighed and measured of each booking; one without cargo is missing."""
    sums = [sa.func.sum(getattr(HandlingUnit, name)) for name in ("cartons", "grams", "cm3")]
    rows = session.execute(
        sa.select(HandlingUnit.booking_id, *sums)
        .where(HandlingUnit.booking_id.in_(booking_ids))
        .group_by(HandlingUnit.booking_id)
    )
    return {booking_id: ReceivedRow(*map(int, found)) for booking_id, *found in rows}


def receipts(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[ReceiptRow, ...]]:
    """Return what the consignees' side counted of each booking, earliest first."""
    found: dict[UUID, list[ReceiptRow]] = {}
    remarked = sa.select(Receipt, ReceiptRemark.body).outerjoin(ReceiptRemark, ReceiptRemark.receipt_id == Receipt.id)
    for row, remarks in session.execute(remarked.where(Receipt.booking_id.in_(booking_ids)).order_by(Receipt.id)):
        found.setdefault(row.booking_id, []).append(
            ReceiptRow(row.id, row.cartons, row.damaged_cartons, remarks or "", row.received_at, row.by_default)
        )
    return {booking_id: tuple(rows) for booking_id, rows in found.items()}


def manifest(session: Session, *, departure_id: UUID) -> ManifestRow | None:
    """Return the frozen manifest of a sealed departure."""
    found = session.get(Manifest, departure_id)
    return None if found is None else ManifestRow(found.content, found.sha256, found.frozen_at)
