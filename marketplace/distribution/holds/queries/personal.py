"""What is kept of a person about holds, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.holds.models import BearingRuleVersion, HoldWaiver
from marketplace.kernel.exports import rows


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person wrote who would let charges off, and the rules that it proposed, earliest first."""
    waivers = sa.select(HoldWaiver.share_id, HoldWaiver.cause, HoldWaiver.body, HoldWaiver.at)
    rules = sa.select(BearingRuleVersion.id, BearingRuleVersion.cause, BearingRuleVersion.created_at)
    mine = rules.where(BearingRuleVersion.person_id == person_id)
    return {
        "held_charge_waivers": rows(session, waivers.where(HoldWaiver.person_id == person_id).order_by(HoldWaiver.at)),
        "bearing_rules": rows(session, mine.order_by(BearingRuleVersion.created_at)),
    }
