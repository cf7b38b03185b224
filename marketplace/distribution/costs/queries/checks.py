"""What must hold of cost sheets and partners' invoices."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.distribution.costs.models import CostItem, PartnerInvoice, PartnerInvoiceLine
from marketplace.distribution.costs.queries import ledger
from marketplace.distribution.costs.rules.planning import Basis
from marketplace.kernel.checks import Breach, Promise, Promises


def breaches(session: Session) -> list[Breach]:
    """Return sheets that are not what the ledger has earned, and invoice lines that are not one actual cost each."""
    return [*ledger.breaches(session), *_PROMISES.breaches(session)]


def _uneven() -> sa.Select[UUID]:
    """Find decided lines whose accepted part is no actual cost of the same departure, kind, partner and amount."""
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
    return (
        sa.select(PartnerInvoiceLine.id)
        .join(PartnerInvoice, PartnerInvoice.id == PartnerInvoiceLine.invoice_id)
        .outerjoin(CostItem, sa.and_(CostItem.invoice_line_id == PartnerInvoiceLine.id, same))
        .where(sa.or_(sa.and_(accepted > 0, CostItem.id.is_(None)), sa.and_(accepted == 0, booked)))
    )


_PROMISES: Final = Promises(
    "1 cost sheet", Promise("partner_invoice_line", "what was accepted of it is not one actual cost", _uneven)
)
