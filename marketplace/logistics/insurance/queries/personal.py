"""What is kept of a person about insurance, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows
from marketplace.logistics.insurance.models import InsuranceClaimText, InsuranceSurvey


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person wrote about claims against insurers, earliest first."""
    texts = (
        sa.select(InsuranceClaimText.claim_id, InsuranceClaimText.body, InsuranceClaimText.written_at)
        .where(InsuranceClaimText.person_id == person_id)
        .order_by(InsuranceClaimText.id)
    )
    surveys = (
        sa.select(
            InsuranceSurvey.claim_id,
            InsuranceSurvey.surveyed_on,
            InsuranceSurvey.surveyor,
            InsuranceSurvey.findings,
            InsuranceSurvey.written_at,
        )
        .where(InsuranceSurvey.person_id == person_id)
        .order_by(InsuranceSurvey.id)
    )
    return {"insurance_claim_texts": rows(session, texts), "insurance_surveys": rows(session, surveys)}
