"""Check out: one transaction when everything is paid by bank, a chain of them with a card."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.checkout import queries
from marketplace.checkout.flows import finishing
from marketplace.checkout.flows.finishing import Outcome
from marketplace.checkout.rules.wanted import Wanted
from marketplace.checkout.services import attempts, holding, ordering, planning
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.orders.services import carts
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def place(*, actor: Actor, wanted: Wanted, key: str, return_url: str, now: datetime) -> Outcome:
    """Check the actor's cart out, once per key: a key that was used goes on where it stood.

    ``return_url`` is where a payment page sends the buyer back to, ``{checkout}`` standing for the attempt's id.
    Conflict ``expected_totals``, ``cart_empty``, ``cart_changed``, ``stock``, ``capacity``, ``cutoff``,
    ``no_payee``; Refused ``card_declined``.
    """
    attempt_id = in_unit_of_work(
        lambda session: _begin(session, actor=actor, wanted=wanted, key=key, return_url=return_url, now=now)
    )
    return finishing.advance(attempt_id=attempt_id, now=now)


def _begin(session: Session, *, actor: Actor, wanted: Wanted, key: str, return_url: str, now: datetime) -> UUID:
    """Claim the key and hold everything; by bank the orders are placed at once. Returns the attempt of the key."""
    carts.lock(session, actor=actor)
    known = queries.attempt_under(session, company_id=actor.company, key=key)
    if known is not None:
        return known
    attempt_id = new_id()
    plan = planning.plan(session, actor=actor, wanted=wanted, attempt_id=attempt_id, now=now)
    expires_at = now + timedelta(minutes=reference.setting(session, Setting.HOLD_CARD_MINUTES, at=now))
    address = return_url.replace("{checkout}", str(attempt_id)) if plan.charges else None
    is_mine = attempts.claim(
        session, attempt_id=attempt_id, plan=plan, key=key, return_url=address, expires_at=expires_at, now=now
    )
    if not is_mine:
        found = queries.attempt_under(session, company_id=actor.company, key=key)
        if found is None:
            raise AssertionError(key)
        return found
    if plan.charges:
        holding.hold(session, plan=plan, expires_at=expires_at, now=now)
        return attempt_id
    attempts.move(session, attempt=attempts.locked(session, attempt_id=attempt_id), action="order")
    ordering.write(session, plan=plan, actor=actor, now=now)
    holding.hold(session, plan=plan, expires_at=None, now=now)
    ordering.bind(session, plan=plan, actor=actor, now=now)
    attempts.settle(session, attempt_id=attempt_id, now=now)
    return attempt_id
