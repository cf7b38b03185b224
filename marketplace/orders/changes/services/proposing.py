"""Propose a change of an order to its other side."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.changes import queries, rules
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeKind, ChangeState, Terms
from marketplace.orders.changes.services.shared import Standing, check_right, note
from marketplace.orders.models import OrderLine
from marketplace.orders.rules.cancelling import stage_of
from marketplace.orders.services.deciding import own_order
from marketplace.reference.rules import Setting


def propose(session: Session, *, order_id: UUID, terms: Terms, actor: Actor, now: datetime) -> UUID:
    """Propose a change of an order as one of its sides and return its id; the other accepts it or it expires.

    Nothing changes by it. Conflict ``change_open`` while another about the same is open, ``state`` for an order that
    is past it, and what ``delta_of`` refuses; NotFound for another's order or line.
    """
    terms.check()
    order = own_order(session, actor=actor, order_id=order_id)
    check_right(actor, order)
    standing = Standing.of(session, order)
    delta = delta_of(session, standing, terms, side="merchant" if actor.company == order.merchant_id else "buyer")
    if before := queries.open_changes(session, order_id=order.id, line_ids=[terms.line]):
        raise Conflict("change_open", change=before[0])
    answerer_id = order.buyer_id if actor.company == order.merchant_id else order.merchant_id
    change = OrderChange(
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        order_id=order.id,
        line_id=terms.line,
        kind=terms.kind,
        proposer_id=actor.company,
        answerer_id=answerer_id,
        terms=terms.as_json(),
        currency=order.currency,
        delta_minor=delta.minor,
        content_hash=standing.hash(terms, delta),
        state=ChangeState.PROPOSED,
        deadline_at=accounts.days_of(
            session, company_id=answerer_id, setting=Setting.CHANGE_ANSWER_WORKING_DAYS, now=now
        ),
        proposed_at=now,
    )
    session.add(change)
    session.flush()
    facts = {"order": order.id, "kind": str(terms.kind), "minor": delta.minor, "currency": order.currency}
    note(session, change, "propose", facts, actor=actor, now=now)
    return change.id


def delta_of(session: Session, standing: Standing, terms: Terms, *, side: str) -> Money:
    """Return what the order's price would change by, signed, or refuse what cannot be done to it now."""
    order = standing.order
    rules.check_state(terms.kind, order.state)
    if terms.kind is ChangeKind.CANCEL:
        lines = [(standing.parts[line.id], line.lead_days is not None) for line in standing.lines.values()]
        rules.check_cancellable(stage_of(order.state, lines), side)
        left = sum(standing.left(session, line).minor for line in standing.lines.values())
        return Money(-left, order.currency)
    line = standing.line(terms.line)
    price = UnitPrice(line.agreed_price_micro, order.currency)
    if terms.kind is ChangeKind.ADD:
        # An order whose pro-forma ends waits for a deposit by bank.
        owes_deposit = order.proforma_ends_at is not None
        rules.check_addable(mode=order.mode, owes_deposit=owes_deposit, is_secured=order.secured_at is not None)
        return rules.added(price, terms.quantity or 0)
    return -_taken_off(session, standing, line, price, terms)


def _taken_off(session: Session, standing: Standing, line: OrderLine, price: UnitPrice, terms: Terms) -> Money:
    parts, left = standing.parts[line.id], standing.left(session, line)
    if terms.kind is ChangeKind.REDUCE:
        return rules.reduced(price, parts, terms.quantity or 0, left)
    return rules.discounted(price, terms.unit_price or price, parts, left)
