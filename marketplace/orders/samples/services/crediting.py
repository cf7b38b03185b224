"""The credit of a sample: taken once by a line of a checkout, given back when nothing came of that line."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Conflict
from marketplace.orders.events import LineLessened, OrderCancelled
from marketplace.orders.rules.samples import Credited
from marketplace.orders.samples.models import SampleOrder


def take(session: Session, *, credited: Sequence[Credited], now: datetime) -> None:
    """Take the credits of a checkout's lines, each if nobody has it; nothing is asked where there are none.

    Conflict ``sample_credit_used`` when another checkout was first: the cart costs more than it showed.
    """
    for one in sorted(credited, key=lambda one: one.sample_id):
        taken = session.execute(
            sa.update(SampleOrder)
            .where(
                SampleOrder.id == one.sample_id,
                SampleOrder.credited_order_id.is_(None),
                SampleOrder.credit_until > now,
                SampleOrder.goods_minor >= one.amount.minor,
            )
            .values(
                credited_order_id=one.order_id,
                credited_line_id=one.line_id,
                credited_minor=one.amount.minor,
                credited_at=now,
            )
            .returning(SampleOrder.id),
            execution_options={"synchronize_session": False},
        ).one_or_none()
        if taken is None:
            raise Conflict("sample_credit_used", sample=one.sample_id)


def give_back(session: Session, *, order_ids: Collection[UUID] = (), line_ids: Collection[UUID] = ()) -> None:
    """Let the credits be taken again that these orders or lines took."""
    session.execute(
        sa.update(SampleOrder)
        .where(sa.or_(SampleOrder.credited_order_id.in_(order_ids), SampleOrder.credited_line_id.in_(line_ids)))
        .values(credited_order_id=None, credited_line_id=None, credited_minor=0, credited_at=None),
        execution_options={"synchronize_session": False},
    )


def on_order_cancelled(session: Session, event: OrderCancelled) -> None:
    """Give the credit back of an order that ended before anything of it left: all that was paid for it goes back."""
    give_back(session, order_ids=[event.order_id])


def on_line_lessened(session: Session, event: LineLessened) -> None:
    """Give the credit back of a line of which nothing is left to be brought, and nothing to be paid."""
    if not event.left:
        give_back(session, line_ids=[event.line_id])
