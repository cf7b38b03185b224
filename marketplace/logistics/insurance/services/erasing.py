"""Forget what an erased person wrote about claims against insurers; the decisions stay."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.logistics.insurance.models import InsuranceClaimText, InsuranceSurvey


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the person's texts, and empty what it wrote of surveys: that there was one, and when, stays."""
    session.execute(sa.delete(InsuranceClaimText).where(InsuranceClaimText.person_id == event.person_id))
    session.execute(
        sa.update(InsuranceSurvey)
        .where(InsuranceSurvey.person_id == event.person_id)
        .values(surveyor="", findings="", person_id=None)
    )
