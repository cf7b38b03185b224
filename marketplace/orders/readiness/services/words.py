"""Keep what a merchant says about a day, and let it answer what was asked."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.orders.events import LineReadyDateMoved
from marketplace.orders.models import OrderLine
from marketplace.orders.readiness.models import ReadyAsk, ReadyWord
from marketplace.orders.readiness.rules import ASK, SlipReason, Word, word


def say(session: Session, *, line: OrderLine, day: date, reason: SlipReason | None, today: date, now: datetime) -> Word:
    """Write down a day that is named for a line; its ``ready_date`` is still the one before.

    Refused ``reason`` for a later day without one.
    """
    said = word(line.ready_date, day, reason)
    is_later = line.ready_date is not None and day > line.ready_date
    session.add(
        ReadyWord(
            line_id=line.id,
            word=said,
            day=day,
            before=line.ready_date,
            reason=reason if is_later else None,
            said_on=today,
            at=now,
        )
    )
    answer(session, line_id=line.id, action="stand" if said is Word.CONFIRMED else "move", now=now)
    if is_later and reason is not None:
        events.record(
            session,
            LineReadyDateMoved(at=now, order_id=line.order_id, line_id=line.id, ready_date=day, reason=reason),
        )
    return said


def answer(session: Session, *, line_id: UUID, action: str, now: datetime) -> None:
    """Let every question about a line that waits, or was let pass, have this answer."""
    for ask in session.scalars(sa.select(ReadyAsk).where(ReadyAsk.line_id == line_id)):
        if ASK.allows(ask.state, action):
            ask.state = ASK.apply(ask.state, action)
            ask.ended_at = now
    session.flush()
