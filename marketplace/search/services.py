"""Note that a listing changed; a job re-indexes it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.ids import new_id
from marketplace.outbox import services as outbox
from marketplace.search.models import StaleListing

JOB: Final = "index_listings"
_ASKED: Final = "search.asked"


def touch(session: Session, *, listing_id: UUID, now: datetime) -> None:
    """Have a listing re-indexed, or taken out of the index, soon after the commit."""
    touch_all(session, listing_ids=(listing_id,), now=now)


def touch_all(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> None:
    """Have several listings re-indexed; one job for all that a unit of work touches."""
    if not listing_ids:
        return
    rows = [{"id": new_id(), "listing_id": listing_id, "touched_at": now} for listing_id in listing_ids]
    session.execute(sa.insert(StaleListing), rows)
    transaction = session.get_transaction()
    # A job of an earlier transaction may be running already, before this one commits: it does not count.
    if session.info.get(_ASKED) is not transaction:
        session.info[_ASKED] = transaction
        outbox.enqueue(session, JOB, {}, now=now)


def settle(session: Session, *, ids: Collection[UUID]) -> None:
    """Forget changes that are in the index now."""
    session.execute(sa.delete(StaleListing).where(StaleListing.id.in_(ids)))
