"""Forget what an erased person wrote about costs and invoices; the figures stay."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.distribution.costs.models import CostNote, PartnerInvoiceNote


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the person's notes."""
    for entity in (CostNote, PartnerInvoiceNote):
        session.execute(sa.delete(entity).where(entity.person_id == event.person_id))
