"""The one place that writes the state of a sample."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.orders.events import SampleMoved
from marketplace.orders.models import Order
from marketplace.orders.rules.samples import SAMPLE
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.services.moves import locked_order


def locked(session: Session, sample_id: UUID, actor: Actor | None = None) -> tuple[SampleOrder, Order]:
    """Return a sample and its order, both locked, the order first; NotFound for one of other companies."""
    found = session.get(SampleOrder, sample_id)
    if found is None or (actor is not None and actor.company not in (found.buyer_id, found.merchant_id)):
        raise NotFound("sample")
    order = locked_order(session, order_id=found.order_id)
    session.refresh(found, with_for_update=True)
    return found, order


def find_of_order(session: Session, *, order_id: UUID) -> SampleOrder | None:
    """Return the sample that an order is, locked, None for any other order."""
    return session.scalars(
        sa.select(SampleOrder)
        .where(SampleOrder.order_id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def move(session: Session, sample: SampleOrder, action: str, *, actor: Actor, now: datetime, **facts: Any) -> None:
    """Take a locked sample along a drawn transition and note it."""
    sample.state = SAMPLE.apply(sample.state, action)
    session.flush()
    note(session, sample, action, actor=actor, now=now, **facts)


def note(session: Session, sample: SampleOrder, act: str, *, actor: Actor, now: datetime, **facts: Any) -> None:
    """Write down and tell what happened to a sample."""
    audit.record(
        session, actor=actor, action=f"sample.{act}", subject="sample", subject_id=sample.id,
        facts={"order": sample.order_id, **facts}, now=now,
    )  # fmt: skip
    events.record(session, SampleMoved(at=now, order_id=sample.order_id, sample_id=sample.id, act=act))
