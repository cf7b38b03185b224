"""Take the shares of a cost back that was entered wrongly."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.holds.models import HoldSetOff, HoldShare
from marketplace.distribution.holds.services import waiving
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict


def take_back(session: Session, *, item_id: UUID, actor: Actor, now: datetime) -> int:
    """End every share of a cost; return how many there were.

    Conflict ``held_set_off`` where a carrier's share was taken off its invoice already.
    """
    shares = session.scalars(
        sa.select(HoldShare)
        .where(HoldShare.item_id == item_id, HoldShare.voided_at.is_(None))
        .order_by(HoldShare.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    taken = sa.select(HoldSetOff.share_id).where(HoldSetOff.share_id.in_([share.id for share in shares]))
    if session.scalars(taken.limit(1)).first() is not None:
        raise Conflict("held_set_off")
    for share in shares:
        if share.state is not None and share.state is not FeeState.WAIVED:
            waiving.end(session, share, share.state, {"taken_back": True}, actor=actor, now=now)
        share.voided_at = now
    session.flush()
    return len(shares)
