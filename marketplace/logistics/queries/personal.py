"""What is kept of a person about cargo, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows
from marketplace.logistics.models.cargo import Receipt, ReceiptRemark, Seal


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the receipts recorded with their remarks, and the seals put on, earliest first."""
    return {
        "receipts": rows(
            session,
            sa.select(
                Receipt.booking_id,
                Receipt.cartons,
                Receipt.damaged_cartons,
                ReceiptRemark.body.label("remarks"),
                Receipt.received_at,
            )
            .outerjoin(ReceiptRemark, ReceiptRemark.receipt_id == Receipt.id)
            .where(Receipt.recorded_by == person_id)
            .order_by(Receipt.id),
        ),
        "seals": rows(
            session,
            sa.select(Seal.departure_id, Seal.number, Seal.affixed_at)
            .where(Seal.affixed_by == person_id)
            .order_by(Seal.id),
        ),
    }
