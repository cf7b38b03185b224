"""What must hold of cost sheets and partners' invoices."""

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.distribution.costs.models import CostItem, PartnerInvoice, PartnerInvoiceLine
from marketplace.distribution.costs.queries import ledger
from marketplace.distribution.costs.rules.planning import Basis
from marketplace.kernel.checks import Breach


def breaches(session: Session) -> list[Breach]:
    """Return sheets that are not what the ledger has earned, and invoice lines that are not one actual cost each."""
    return [*ledger.breaches(session), *_uneven(session)]


def _uneven(session: Session) -> list[Breach]:
    """Return decided lines whose accepted part is no actual cost of the same departure, kind, partner and amount."""
    same = sa.and_(
        CostItem.basis == Basis.ACTUAL,
        CostItem.voided_at.is_(None),
        CostItem.departure_id == PartnerInvoiceLine.departure_id,
        CostItem.kind == PartnerInvoiceLine.kind,
        CostItem.company_id == PartnerInvoice.company_id,
        CostItem.currency == PartnerInvoice.currency,
        CostItem.amount_minor == PartnerInvoiceLine.accepted_minor,
    )
    item = aliased(CostItem)
    booked = sa.exists().where(item.invoice_line_id == PartnerInvoiceLine.id)
    accepted = sa.func.coalesce(PartnerInvoiceLine.accepted_minor, 0)
    found = session.scalars(
        sa.select(PartnerInvoiceLine.id)
        .join(PartnerInvoice, PartnerInvoice.id == PartnerInvoiceLine.invoice_id)
        .outerjoin(CostItem, sa.and_(CostItem.invoice_line_id == PartnerInvoiceLine.id, same))
        .where(sa.or_(sa.and_(accepted > 0, CostItem.id.is_(None)), sa.and_(accepted == 0, booked)))
    )
    return [
        Breach("1 cost sheet", "partner_invoice_line", line_id, "what was accepted of it is not one actual cost")
        for line_id in found
    ]
