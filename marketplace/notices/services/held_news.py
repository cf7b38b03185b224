"""Hear of what held lorries cost, and write of it to whoever bears it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.holds import events
from marketplace.distribution.holds.queries import shares as queries
from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.outbox import services as outbox

JOB: Final = "tell"


def on_charged(session: Session, event: events.HeldCostCharged) -> None:
    """Tell both sides of it."""
    _later(session, event, News.HELD_CHARGED)


def on_waived(session: Session, event: events.HeldCostWaived) -> None:
    """Tell both sides that it is not owed."""
    _later(session, event, News.HELD_WAIVED)


def on_borne(session: Session, event: events.HeldCostBorne) -> None:
    """Tell the carrier what it bears."""
    _later(session, event, News.HELD_BORNE)


def charged(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell what is charged, of which cost and why the lorry stood; nothing of what was let off meanwhile."""
    row = queries.share(session, share_id=UUID(job["share"]))
    if row.state is not FeeState.WAIVED:
        yield from _letters(row)


def waived(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell that a charge is not owed any more."""
    yield from _letters(queries.share(session, share_id=UUID(job["share"])))


def borne(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the carrier what is set off against its invoices; nothing of a cost that was taken back."""
    row = queries.share(session, share_id=UUID(job["share"]))
    if row.carrier_id is not None and row.voided_at is None:
        yield Letter(row.carrier_id, _facts(row) | {"order": "", "is_payer": False})


def _letters(row: queries.ShareRow) -> Iterator[Letter]:
    # A carrier has the freight and not the order behind it.
    if row.payer_id is not None and row.carrier_id is not None:
        yield Letter(row.payer_id, _facts(row) | {"order": row.order, "is_payer": True})
        yield Letter(row.carrier_id, _facts(row) | {"order": "", "is_payer": False})


def _facts(row: queries.ShareRow) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "act": row.act.value,
        "cause": row.cause.value,
        "amount": str(row.amount),
        "whole": str(row.cost),
        "item": row.sku or "",
        "lorry": row.departure,
        "path": f"/held-charges/{row.id}",
    }


def _later(
    session: Session, event: events.HeldCostCharged | events.HeldCostWaived | events.HeldCostBorne, news: News
) -> None:
    if is_fresh(event.at, clock.now()):
        args = {"id": str(new_id()), "news": news.value, "share": str(event.share_id)}
        outbox.enqueue(session, JOB, args, now=event.at)
