"""Forget what an erased person remarked about a discrepancy; the counts stay."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.distribution.models import Discrepancy


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank the person's remarks on discrepancies."""
    session.execute(sa.update(Discrepancy).where(Discrepancy.remarked_by == event.person_id).values(remarks=""))
