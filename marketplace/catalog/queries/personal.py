"""What is kept of a person about offers, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import ChangeSet, CommodityProposal
from marketplace.kernel.exports import rows


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the changes and the shared pages proposed, earliest first."""
    return {
        "listing_changes": rows(
            session,
            sa.select(ChangeSet.listing_id, ChangeSet.state, ChangeSet.proposed_at, ChangeSet.resolved_at)
            .where(ChangeSet.proposed_by == person_id)
            .order_by(ChangeSet.id),
        ),
        "commodity_proposals": rows(
            session,
            sa.select(
                CommodityProposal.names, CommodityProposal.hs6, CommodityProposal.state, CommodityProposal.proposed_at
            )
            .where(CommodityProposal.proposed_by == person_id)
            .order_by(CommodityProposal.id),
        ),
    }
