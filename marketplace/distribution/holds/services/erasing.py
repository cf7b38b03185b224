"""Forget what an erased person wrote about charges, and that it proposed rules; whose doing it was stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.distribution.holds.models import BearingRuleVersion, HoldWaiver


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Empty the person's words."""
    session.execute(
        sa.update(HoldWaiver).where(HoldWaiver.person_id == event.person_id).values(body="", person_id=None)
    )
    proposed = BearingRuleVersion.person_id == event.person_id
    session.execute(sa.update(BearingRuleVersion).where(proposed).values(person_id=None))
