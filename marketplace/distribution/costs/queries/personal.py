"""What is kept of a person about costs, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem, CostNote, PartnerInvoiceLine, PartnerInvoiceNote
from marketplace.kernel.exports import rows


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person wrote about costs and about lines of invoices, earliest first."""
    costs = (
        sa.select(CostItem.departure_id, CostItem.kind, CostNote.body, CostItem.entered_at)
        .join(CostItem, CostItem.id == CostNote.item_id)
        .where(CostNote.person_id == person_id)
        .order_by(CostNote.item_id)
    )
    lines = (
        sa.select(PartnerInvoiceLine.invoice_id, PartnerInvoiceLine.position, PartnerInvoiceNote.body)
        .join(PartnerInvoiceLine, PartnerInvoiceLine.id == PartnerInvoiceNote.line_id)
        .where(PartnerInvoiceNote.person_id == person_id)
        .order_by(PartnerInvoiceNote.line_id)
    )
    return {"cost_notes": rows(session, costs), "partner_invoice_notes": rows(session, lines)}
