"""Forget what an erased person wrote about fees; whose doing it was stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.distribution.fees.models import FeeWaiver


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Empty the person's words."""
    session.execute(sa.update(FeeWaiver).where(FeeWaiver.person_id == event.person_id).values(body="", person_id=None))
