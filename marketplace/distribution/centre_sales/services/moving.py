"""The one place that writes the state of a sale from a distribution centre."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.centre_sales.events import CentreSaleMoved
from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centre_sales.rules import SALE
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.orders.models import Order
from marketplace.orders.services.moves import locked_order


def locked(session: Session, sale_id: UUID) -> tuple[CentreSale, Order]:
    """Return a sale and its order, both locked, the order first; NotFound."""
    found = session.get(CentreSale, sale_id)
    if found is None:
        raise NotFound("centre_sale")
    order = locked_order(session, order_id=found.order_id)
    session.refresh(found, with_for_update=True)
    return found, order


def sales_of(session: Session, order_id: UUID) -> list[CentreSale]:
    """Return the sales of a locked order, locked."""
    wanted = sa.select(CentreSale).where(CentreSale.order_id == order_id).order_by(CentreSale.id).with_for_update()
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def move(session: Session, sale: CentreSale, action: str, *, actor: Actor, now: datetime, **facts: Any) -> None:
    """Take a locked sale along a drawn transition and note it."""
    sale.state = SALE.apply(sale.state, action)
    session.flush()
    note(session, sale, action, actor=actor, now=now, **facts)
    events.record(session, CentreSaleMoved(at=now, sale_id=sale.id, order_id=sale.order_id, act=action))


def note(session: Session, sale: CentreSale, act: str, *, actor: Actor, now: datetime, **facts: Any) -> None:
    """Write down what happened to a sale."""
    audit.record(
        session,
        actor=actor,
        action=f"centre_sale.{act}",
        subject="centre_sale",
        subject_id=sale.id,
        facts={"order": sale.order_id, **facts},
        now=now,
    )
