"""Find lots near their last day in bond and tell their owners once of each stage."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.kernel.events import record
from marketplace.logistics.centres.events import BondsEnding
from marketplace.logistics.centres.models import BondNotice
from marketplace.logistics.centres.queries import lots
from marketplace.logistics.centres.queries.centres import centres_by_id
from marketplace.logistics.centres.rules.lots import STAGES, stage_of


def ending(session: Session, *, now: datetime) -> dict[UUID, list[tuple[UUID, int]]]:
    """Return the lots with their stage of which their owner was not told yet, by owner; by each centre's own day."""
    # A centre's day may be tomorrow's already.
    found = lots.ending(session, within=now.date() + timedelta(days=max(STAGES) + 1))
    centres = centres_by_id(session, centre_ids={row.centre_id for row in found})
    notices = session.execute(
        sa.select(BondNotice.lot_id, BondNotice.stage).where(BondNotice.lot_id.in_([row.id for row in found]))
    )
    told = {(row.lot_id, row.stage) for row in notices}
    by_owner: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in found:
        if row.bonded_until is None:
            continue
        stage = stage_of(row.bonded_until, centres[row.centre_id].today(now))
        if stage is not None and (row.id, stage) not in told:
            by_owner.setdefault(row.company_id, []).append((row.id, stage))
    return by_owner


def tell(session: Session, *, company_id: UUID, ends: Sequence[tuple[UUID, int]], now: datetime) -> bool:
    """Tell an owner once of each stage of its lots, of all of them together; tell whether there was any."""
    new = [lot_id for lot_id, stage in ends if insert_if_new(session, BondNotice, lot_id=lot_id, stage=stage, at=now)]
    if new:
        record(session, BondsEnding(at=now, company_id=company_id, lot_ids=tuple(new)))
    return bool(new)
