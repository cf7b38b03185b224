"""Forget what an erased person remarked while handling cargo; the act stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.logistics.handling.models import HandlingAct, HandlingRemark
from marketplace.logistics.models.cargo import HandlingUnit


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the person's remarks on acts, and what units keep of them as why they came late."""
    session.execute(sa.delete(HandlingRemark).where(HandlingRemark.person_id == event.person_id))
    brought = sa.select(HandlingAct.unit_id).where(
        HandlingAct.person_id == event.person_id, HandlingAct.unit_id.is_not(None)
    )
    session.execute(
        sa.update(HandlingUnit)
        .where(HandlingUnit.id.in_(brought), HandlingUnit.late_reason.is_not(None))
        .values(late_reason=None)
        .execution_options(synchronize_session="fetch")
    )
