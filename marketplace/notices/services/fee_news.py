"""Hear of fees for lorries, and write of them to whoever owes them and to the carrier."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.fees import events
from marketplace.distribution.fees.queries import charged as queries
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.outbox import services as outbox

JOB: Final = "tell"


def on_fee_charged(session: Session, event: events.FeeCharged) -> None:
    """Tell both sides of it."""
    _later(session, event, News.FEE_CHARGED)


def on_fee_waived(session: Session, event: events.FeeWaived) -> None:
    """Tell both sides that it is not owed."""
    _later(session, event, News.FEE_WAIVED)


def charged(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell what is charged, for which booking, and by which cut-off; nothing of what was let off meanwhile."""
    row = queries.fee(session, fee_id=UUID(job["fee"]))
    if row.state is not FeeState.WAIVED:
        yield from _letters(row)


def waived(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell that a fee is let off, and for whose doing."""
    yield from _letters(queries.fee(session, fee_id=UUID(job["fee"])))


def _letters(row: queries.FeeRow) -> Iterator[Letter]:
    facts: dict[str, Any] = {
        "reference": row.reference,
        "kind": row.kind.value,
        "amount": str(row.amount),
        "item": row.sku,
        "lorry": row.departure,
        "until": row.cutoff_at,
        "cause": row.waiver_cause.value if row.waiver_cause else "",
        "path": f"/fees/{row.id}",
    }
    # A carrier has the freight and not the order behind it.
    yield Letter(row.payer_id, facts | {"order": row.order, "is_payer": True})
    yield Letter(row.carrier_id, facts | {"order": "", "is_payer": False})


def _later(session: Session, event: events.FeeCharged | events.FeeWaived, news: News) -> None:
    if is_fresh(event.at, clock.now()):
        args = {"id": str(new_id()), "news": news.value, "fee": str(event.fee_id)}
        outbox.enqueue(session, JOB, args, now=event.at)
