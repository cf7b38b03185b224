"""Pass on what a leaver has in hand; questions go with their duty."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import HandedOver
from marketplace.exchange.models.leads import Lead
from marketplace.exchange.models.lists import SavedList
from marketplace.exchange.rules.leads import LeadState


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Let the successor answer the leaver's leads and keep the leaver's lists; who saved what stays as it was."""
    session.execute(
        sa.update(Lead)
        .where(
            Lead.merchant_id == event.company_id,
            Lead.owner_id == event.leaver_id,
            Lead.state != LeadState.CLOSED,
        )
        .values(owner_id=event.successor_id, changed_at=event.at)
    )
    session.execute(
        sa.update(SavedList)
        .where(SavedList.company_id == event.company_id, SavedList.person_id == event.leaver_id)
        .values(person_id=event.successor_id, changed_at=event.at)
    )
