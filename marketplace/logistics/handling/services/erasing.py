"""Forget what an erased person remarked while handling cargo; the act stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.logistics.handling.models import HandlingRemark


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the person's remarks on acts."""
    session.execute(sa.delete(HandlingRemark).where(HandlingRemark.person_id == event.person_id))
