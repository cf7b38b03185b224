"""Propose a change of an order to its other side."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.changes import queries, rules
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeKind, ChangeState, Terms
from marketplace.orders.changes.services.offered import check_offered
from marketplace.orders.changes.services.shared import Standing, check_right, note
from marketplace.orders.models import OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.rules.cancelling import stage_of
from marketplace.orders.services.deciding import own_order
from marketplace.payments.queries import agreed
from marketplace.payments.rules import replanning
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.reference.rules import Setting


def propose(session: Session, *, order_id: UUID, terms: Terms, actor: Actor, now: datetime) -> UUID:
    """Propose a change of an order as one of its sides and return its id; the other accepts it or it expires.

    Nothing changes by it. Conflict ``change_open`` while another about the same is open, ``state`` for an order that
    is past it, and what ``delta_of`` refuses; NotFound for another's order or line.
    """
    terms.check()
    if terms.kind is ChangeKind.PAYEE:
        # An account is proposed with proofs of who does: ``services.payees``.
        raise AssertionError(order_id)
    order = own_order(session, actor=actor, order_id=order_id)
    check_right(session, actor, order)
    standing = Standing.of(session, order)
    terms = _of_the_sale(session, standing, terms, actor=actor)
    delta = delta_of(session, standing, terms, side="merchant" if actor.company == order.merchant_id else "buyer")
    if terms.kind is ChangeKind.ADD:
        line = standing.line(terms.line)
        check_offered(session, order=order, line=line, quantity=terms.quantity or 0, now=now)
    return write_change(session, standing, terms, delta, actor=actor, now=now)


def write_change(
    session: Session,
    standing: Standing,
    terms: Terms,
    delta: Money,
    *,
    actor: Actor,
    now: datetime,
    binds_from: datetime | None = None,
) -> UUID:
    """Write a proposal about a locked order and tell its other side; Conflict ``change_open``."""
    order = standing.order
    if before := queries.open_change(session, order_id=order.id, terms=terms):
        raise Conflict("change_open", change=before)
    answerer_id = order.buyer_id if actor.company == order.merchant_id else order.merchant_id
    if (
        terms.kind in rules.OF_PAYMENT and order.seller_id is not None
    ):  # each contract has the trading company beside it
        answerer_id = order.seller_id
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
        content_hash=standing.hash(session, terms, delta),
        state=ChangeState.PROPOSED,
        deadline_at=accounts.days_of(
            session, company_id=answerer_id, setting=Setting.CHANGE_ANSWER_WORKING_DAYS, now=now
        ),
        proposed_at=now,
        binds_from=binds_from,
    )
    session.add(change)
    session.flush()
    facts = {"order": order.id, "kind": str(terms.kind), "minor": delta.minor, "currency": order.currency}
    note(session, change, "propose", facts, actor=actor, now=now)
    return change.id


def _of_the_sale(session: Session, standing: Standing, terms: Terms, *, actor: Actor) -> Terms:
    """Return what is proposed at the price of the sale: a merchant whose goods are sold on names his own price."""
    margin = purchases.margin_for(session, order_id=standing.order.id, company_id=actor.company)
    price = terms.unit_price
    if margin is None or price is None or price.currency != standing.order.currency:
        return terms
    mine = margin.price(UnitPrice(standing.line(terms.line).agreed_price_micro, price.currency))
    if not 0 < price.micro < mine.micro:
        raise Refused.field("unit_price", "range", f"more than 0, less than {mine}")
    return replace(terms, unit_price=margin.sale_price(price))


def delta_of(session: Session, standing: Standing, terms: Terms, *, side: str) -> Money:
    """Return what the order's price would change by, signed, or refuse what cannot be done to it now."""
    order = standing.order
    rules.check_state(terms.kind, order.state)
    if terms.kind is ChangeKind.PLAN:
        _check_plan(session, standing, terms, side=side)
    if terms.kind in rules.OF_PAYMENT:
        return Money.zero(order.currency)
    if terms.kind is ChangeKind.CANCEL:
        lines = [(standing.parts[line.id], line.lead_days is not None) for line in standing.lines.values()]
        rules.check_cancellable(stage_of(order.state, lines), side)
        left = sum(standing.left(session, line).minor for line in standing.lines.values())
        return Money(-left, order.currency)
    line = standing.line(terms.line)
    price = UnitPrice(line.agreed_price_micro, order.currency)
    if terms.kind is ChangeKind.ADD:
        queries.check_addable(order)
        return rules.added(price, terms.quantity or 0)
    return -_taken_off(session, standing, line, price, terms)


def _check_plan(session: Session, standing: Standing, terms: Terms, *, side: str) -> None:
    """Refuse a plan for what is to come that its goods have passed, or where nothing is to come.

    What the trading company sells is paid to it, by whatever it agrees with its buyer; a merchant sells to it by the
    plan that its own contract names, and that stays (Conflict ``plan_of_sale``).
    """
    if standing.order.seller_id is not None and side == "merchant":
        raise Conflict("plan_of_sale")
    portions, plan, number = agreed.portions(session, subject=Subject(SubjectKind.ORDER, standing.order.id))
    events = queries.possible_of(standing.order, standing.parts, portions)
    stages = terms.stages or ()
    replanning.check_rest(plan, stages, possible=events)
    replanning.replan(plan, portions, stages, number=number + 1)


def _taken_off(session: Session, standing: Standing, line: OrderLine, price: UnitPrice, terms: Terms) -> Money:
    parts, left = standing.parts[line.id], standing.left(session, line)
    if terms.kind is ChangeKind.REDUCE:
        return rules.reduced(price, parts, terms.quantity or 0, left)
    return rules.discounted(price, terms.unit_price or price, parts, left)
