"""Forget what an erased person remarked about cargo; the count stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.logistics.models.cargo import ReceiptRemark


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the person's remarks on receipts."""
    session.execute(sa.delete(ReceiptRemark).where(ReceiptRemark.person_id == event.person_id))
