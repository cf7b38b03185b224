"""What is kept of a person about fees, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import FeeWaiver
from marketplace.kernel.exports import rows


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person wrote who would let fees off, earliest first."""
    wanted = sa.select(FeeWaiver.fee_id, FeeWaiver.cause, FeeWaiver.body, FeeWaiver.at)
    return {"fee_waivers": rows(session, wanted.where(FeeWaiver.person_id == person_id).order_by(FeeWaiver.at))}
