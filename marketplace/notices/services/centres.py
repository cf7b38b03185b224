"""Hear of goods that must leave bond, and write to their owner."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.events import BondsEnding
from marketplace.logistics.centres.queries.centres import centres_by_id
from marketplace.logistics.centres.queries.lots import lots_by_id
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.notices.services.passing import JOB
from marketplace.outbox import services as outbox

_TOLD_AT_ONCE: Final = 20


def on_bonds_ending(session: Session, event: BondsEnding) -> None:
    """Tell the owner, of all of them in one letter."""
    if not is_fresh(event.at, clock.now()):
        return
    told = {"company": str(event.company_id), "lots": [str(lot_id) for lot_id in event.lot_ids]}
    # The letters of a job are known by its own id: it may run twice.
    outbox.enqueue(session, JOB, {"id": str(new_id()), "news": News.BOND_ENDS.value, **told}, now=event.at)


def bonds_end(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell an owner of lots near their last day in bond, the first at the front; not of those that left meanwhile."""
    found = lots_by_id(session, lot_ids=[UUID(lot) for lot in job["lots"]])
    rows = sorted(
        (row for row in found.values() if row.on_hand), key=lambda row: (row.bonded_until or date.max, row.id)
    )
    centres = centres_by_id(session, centre_ids={row.centre_id for row in rows})
    if rows:
        ends = [
            {
                "reference": row.reference,
                "place": centres[row.centre_id].place.name,
                "until": row.bonded_until.isoformat() if row.bonded_until else "",
                "left": row.days_left(centres[row.centre_id].today(now)) or 0,
                "quantity": row.on_hand,
            }
            for row in rows[:_TOLD_AT_ONCE]
        ]
        facts = {"ends": ends, "more": max(0, len(rows) - _TOLD_AT_ONCE), "path": "/merchant/centres"}
        yield Letter(UUID(job["company"]), facts)
