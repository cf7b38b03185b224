"""Give a checkout up: nothing is ordered, and what it held is free again. Its charges end after the transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.checkout.queries import AttemptRow
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.states import OPEN, in_checkout, superseded
from marketplace.checkout.services import approving, attempts, holding
from marketplace.orders.samples.services import crediting


def abandon(session: Session, *, attempt_id: UUID, refusal: dict[str, Any], now: datetime) -> None:
    """End an open attempt for a reason and give its holds back; one that is over stays as it is."""
    attempt = attempts.locked(session, attempt_id=attempt_id)
    if attempt.state in OPEN:
        attempts.move(session, attempt=attempt, action="abandon", refusal=refusal)
        plan = plans.from_json(attempt.plan)
        holding.release(session, plan=plan, now=now)
        approving.give_back(session, plan=plan)
        crediting.give_back(session, order_ids=[order.id for order in plan.group.orders])


def make_way(session: Session, *, rivals: Sequence[AttemptRow], attempt_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """End the other checkouts of the same cart that claim what this one takes; return them, whose charges must end.

    The cart is locked by the caller, so that none of them becomes an order meanwhile. Conflict ``cart_in_checkout``
    for one that a request is placing just now.
    """
    for rival in rivals:
        if rival.is_at_work(now):
            raise in_checkout(rival.id, rival.state)
        abandon(session, attempt_id=rival.id, refusal=superseded(attempt_id), now=now)
    return tuple(rival.id for rival in rivals)
