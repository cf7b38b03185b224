"""What of received goods waits for its buyer's word, and what nobody can claim any more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.models import Acceptance, AcceptanceWindow, Claim, LinePart, Order, OrderLine
from marketplace.orders.rules.acceptance import RECEIVED
from marketplace.orders.rules.claims import OPEN, holds_payment, unclaimed, waiting
from marketplace.orders.rules.states import LineState


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """What of a line waits for the buyer to accept or claim; after ``due_at`` his silence accepts it as it is.

    ``due_at`` is None until everything of the line is received. ``faulty`` are units that stand damaged or lost and
    that nobody claims; ``holds_payment`` tells whether the merchant's money waits.
    """

    due_at: datetime | None
    delivered: int
    faulty: dict[LineState, int]
    holds_payment: bool


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A line of which something waits for its buyer's word, and when his silence accepts it."""

    order_id: UUID
    line_id: UUID
    due_at: datetime | None


def answers_due(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, AnswerDue]:
    """Return what of these lines waits for the buyer's word, for lines of which something does."""
    found = session.execute(_RECEIVED, {"lines": list(line_ids)}).all() if line_ids else []
    claimed = _claimed(session, {row.line_id for row in found}) if found else {}
    due: dict[UUID, AnswerDue] = {}
    for line_id, rows in groupby(found, key=lambda row: row.line_id):
        of_line = list(rows)
        parts = {row.state: row.quantity for row in of_line}
        incoterm, ends_at = of_line[0].incoterm, of_line[0].ends_at
        faulty = waiting(unclaimed(parts, claimed.get(line_id, {})), incoterm)
        delivered = parts.get(LineState.DELIVERED, 0)
        if delivered or faulty:
            holds = bool(delivered) or any(holds_payment(state, incoterm) for state in faulty)
            due[line_id] = AnswerDue(ends_at, delivered, faulty, holds)
    return due


def to_answer(session: Session, *, buyer_id: UUID) -> tuple[ToAnswer, ...]:
    """Return the lines of a buyer of which something waits to be accepted or claimed, oldest order first."""
    open_lines = session.execute(
        sa.select(OrderLine.id, OrderLine.order_id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(AcceptanceWindow, AcceptanceWindow.line_id == OrderLine.id)
        .where(
            Order.buyer_id == buyer_id,
            AcceptanceWindow.ended_at.is_(None),
            sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(RECEIVED)),
        )
        .order_by(OrderLine.order_id, OrderLine.position)
    ).all()
    due = answers_due(session, line_ids=[row.id for row in open_lines])
    return tuple(ToAnswer(row.order_id, row.id, due[row.id].due_at) for row in open_lines if row.id in due)


def unanswered(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return lines whose buyers let the time to accept or claim pass."""
    found = session.scalars(
        sa.select(AcceptanceWindow.line_id)
        .where(AcceptanceWindow.ended_at.is_(None), AcceptanceWindow.ends_at <= now)
        .order_by(AcceptanceWindow.ends_at)
        .limit(limit)
    )
    return tuple(found)


def hidden_days(session: Session) -> tuple[int, ...]:
    """Return the times for hidden defects that lines with accepted units keep, each once."""
    days = OrderLine.windows["hidden_days"].as_integer()
    accepted = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state == LineState.ACCEPTED)
    return tuple(session.scalars(sa.select(days).where(accepted, days.is_not(None)).distinct().order_by(days)))


def lines_to_close(
    session: Session, *, before: Mapping[int, datetime], after: UUID | None = None, limit: int = 200
) -> tuple[UUID, ...]:
    """Return lines with accepted units, the last accepted before the instant of their own time, that nobody claims.

    ``before`` has an instant for each time for hidden defects; a line that keeps none of these may have waited long
    enough at any of them. In the order of their ids, those behind ``after``: a line whose money has not come keeps
    none behind it waiting.
    """
    over = sa.case(
        *((OrderLine.windows["hidden_days"].as_integer() == days, instant) for days, instant in before.items()),
        else_=max(before.values()),
    )
    later = sa.select(Acceptance.id).where(Acceptance.line_id == LinePart.line_id, Acceptance.at >= over)
    claimed = sa.select(Claim.id).where(Claim.line_id == LinePart.line_id, Claim.state.in_(OPEN))
    statement = (
        sa.select(LinePart.line_id)
        .join(OrderLine, OrderLine.id == LinePart.line_id)
        .where(LinePart.state == LineState.ACCEPTED, ~later.exists(), ~claimed.exists())
        .order_by(LinePart.line_id)
        .limit(limit)
    )
    return tuple(session.scalars(statement if after is None else statement.where(LinePart.line_id > after)))


def _claimed(session: Session, line_ids: Collection[UUID]) -> dict[UUID, dict[LineState, int]]:
    claimed: dict[UUID, dict[LineState, int]] = {}
    for row in session.execute(_CLAIMED, {"lines": list(line_ids)}):
        claimed.setdefault(row.line_id, {})[row.units_in] = int(row.units)
    return claimed


_CLAIMED: Final = (
    sa.select(Claim.line_id, Claim.units_in, sa.func.sum(Claim.quantity).label("units"))
    .where(Claim.line_id.in_(sa.bindparam("lines", expanding=True)), Claim.state.in_(OPEN), Claim.units_in.is_not(None))
    .group_by(Claim.line_id, Claim.units_in)
)


_ENDED: Final = sa.select(AcceptanceWindow.line_id).where(AcceptanceWindow.ended_at.is_not(None))
_RECEIVED: Final = (
    sa.select(LinePart.line_id, LinePart.state, LinePart.quantity, Order.incoterm, AcceptanceWindow.ends_at)
    .join(OrderLine, OrderLine.id == LinePart.line_id)
    .join(Order, Order.id == OrderLine.order_id)
    .outerjoin(AcceptanceWindow, AcceptanceWindow.line_id == LinePart.line_id)
    .where(
        LinePart.line_id.in_(sa.bindparam("lines", expanding=True)),
        LinePart.state.in_(RECEIVED),
        LinePart.line_id.not_in(_ENDED),
    )
    .order_by(LinePart.line_id)
)
