"""What an answer about received units does: units are accepted or end, then the line's money settles."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import Acceptance, AcceptanceWindow, Claim, Order, OrderLine
from marketplace.orders.queries.acceptances import content_hash
from marketplace.orders.rules import acceptance as rules
from marketplace.orders.rules import claims
from marketplace.orders.rules.claims import OPEN
from marketplace.orders.rules.states import ORDER, LineState
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.services.moves import lines_in, locked_order, move_line, move_order, parts_by_line, parts_of
from marketplace.orders.services.windows import hidden_until
from marketplace.payments.queries import payments
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import allowances, commission, plans


def settle_line(session: Session, *, order: Order, line: OrderLine, actor: Actor, now: datetime) -> None:
    """Let a line's money settle once all that came is accepted and nothing at the merchant's risk is open.

    Units whose loss the merchant bears are not paid for and end at once. Other faulty units that nobody claims end
    with the window only; until then those at the merchant's risk hold up the payment. Again changes nothing.
    """
    if not _has_answered(session, line):
        return
    free = claims.unclaimed(parts_of(session, line_id=line.id), _claimed(session, line))
    waiting = {} if _is_over(session, line) else claims.waiting(free, order.incoterm)
    for state, quantity in free.items():
        if state not in waiting:
            end_units(session, order, line, state, quantity, actor=actor, now=now)
    blocking = sa.select(Claim.id).where(Claim.line_id == line.id, Claim.state.in_(OPEN), Claim.blocks.is_(True))
    held_up = any(claims.holds_payment(state, order.incoterm) for state in waiting)
    if not held_up and session.scalars(blocking).first() is None:
        subject = Subject(SubjectKind.ORDER, order.id)
        plans.fall_due(
            session,
            subject=subject,
            event=MilestoneEvent.ACCEPTED,
            line_ids=[line.id],
            now=now,
        )
        commission.bill(session, subject=subject, line_ids=[line.id], now=now)
    advance_order(session, order, now=now)


def accept(
    session: Session, order: Order, line: OrderLine, state: LineState, quantity: int, *, actor: Actor, now: datetime
) -> None:
    """Accept so many units that stand in a state, bound to the hash of what was agreed."""
    move_line(session, line=line, state=state, action="accept", quantity=quantity, now=now)
    acceptance = Acceptance(
        id=new_id(),
        line_id=line.id,
        quantity=quantity,
        unit_price_micro=line.agreed_price_micro,
        content_hash=content_hash(order, line, quantity),
        person_id=None if actor is SYSTEM else actor.person,
        at=now,
    )
    session.add(acceptance)
    session.flush()
    facts = {"quantity": quantity, "from": str(state), "acceptance": acceptance.id}
    _audit(session, line, "accept", facts, actor, now)


def give_up(
    session: Session, order: Order, line: OrderLine, state: LineState, quantity: int, *, actor: Actor, now: datetime
) -> None:
    """End so many faulty units without a claim, by the buyer's word.

    Refused by the state's name below one, Conflict ``quantity_in_state`` for more than stand there unclaimed.
    """
    if quantity < 1:
        raise Refused.field(str(state), "too_small", "1 or more")
    there = claims.unclaimed(parts_of(session, line_id=line.id), _claimed(session, line)).get(state, 0)
    if quantity > there:
        raise Conflict("quantity_in_state", state=str(state), there=there)
    end_units(session, order, line, state, quantity, actor=actor, now=now)


def end_units(
    session: Session, order: Order, line: OrderLine, state: LineState, quantity: int, *, actor: Actor, now: datetime
) -> None:
    """End faulty units that nobody claims: what is there is kept, what never came or went back is closed."""
    if claims.is_kept(state):
        accept(session, order, line, state, quantity, actor=actor, now=now)
        return
    if claims.is_merchants_loss(state, order.incoterm):
        amount = value_of(session, order=order, line=line, quantity=quantity)
        allow(
            session,
            order=order,
            line=line,
            amount=amount,
            cause_id=new_id(),
            why=Why.NOT_DELIVERED,
            actor=actor,
            now=now,
        )
    move_line(session, line=line, state=state, action="close", quantity=quantity, now=now)
    _audit(session, line, "close", {"quantity": quantity, "from": str(state)}, actor, now)


def close_accepted(session: Session, *, line_id: UUID, now: datetime) -> bool:
    """Close what is accepted of a line once its money is settled and no hidden defect can be claimed; tell whether."""
    line = session.get_one(OrderLine, line_id)
    order = locked_order(session, order_id=line.order_id)
    latest = session.scalars(sa.select(sa.func.max(Acceptance.at)).where(Acceptance.line_id == line_id)).one()
    units = parts_of(session, line_id=line_id).get(LineState.ACCEPTED, 0)
    subject = Subject(SubjectKind.ORDER, order.id)
    if latest is None or not units or not payments.is_settled(session, subject=subject, line_id=line_id):
        return False
    if session.scalars(sa.select(Claim.id).where(Claim.line_id == line_id, Claim.state.in_(OPEN))).first():
        return False
    if hidden_until(session, order=order, line=line, accepted_at=latest) > now:
        return False
    move_line(session, line=line, state=LineState.ACCEPTED, action="close", quantity=units, now=now)
    _audit(session, line, "close", {"quantity": units, "from": str(LineState.ACCEPTED)}, SYSTEM, now)
    return True


def value_of(session: Session, *, order: Order, line: OrderLine, quantity: int, accepted: int = 0) -> Money:
    """Return what so many units of a line cost, at most what is left of the line's amount.

    ``accepted`` of them were accepted: they cost what was agreed when they were, whatever was agreed for others since.
    """
    value = _price(order, line, line.agreed_price_micro, quantity - accepted)
    if accepted:
        value += _price(order, line, _accepted_at(session, line), accepted)
    return min(value, left_of(session, order=order, line=line))


def _price(order: Order, line: OrderLine, micro: int, quantity: int) -> Money:
    if micro == line.unit_price_micro:
        return Money(line.amount_minor - line.credit_minor, order.currency).portion(quantity, line.quantity)
    return UnitPrice(micro, order.currency).times(quantity)


def _accepted_at(session: Session, line: OrderLine) -> int:
    """Return the price of a unit that was accepted, the mean where some were accepted at another."""
    found = session.execute(
        sa.select(Acceptance.quantity, Acceptance.unit_price_micro).where(Acceptance.line_id == line.id)
    ).all()
    prices = [(row.quantity, row.unit_price_micro or line.agreed_price_micro) for row in found]
    units = sum(quantity for quantity, _micro in prices)
    return sum(quantity * micro for quantity, micro in prices) // units if units else line.agreed_price_micro


def worth_of(session: Session, *, order: Order, line: OrderLine, quantity: int, accepted: int) -> Money:
    """Return what a claim about so many units of a line is about; goods that replaced others are worth what those were.

    ``accepted`` of them were accepted.
    """
    if line.replaces_id is None:
        return value_of(session, order=order, line=line, quantity=quantity, accepted=accepted)
    replaced = session.get_one(Claim, line.replaces_id)
    worth = Money(replaced.value_minor, replaced.currency).portion(quantity, replaced.quantity)
    return min(worth, left_of(session, order=order, line=priced_line(session, line)))


def priced_line(session: Session, line: OrderLine) -> OrderLine:
    """Return the line whose price pays for goods: itself, or that whose goods they replaced."""
    while line.replaces_id is not None:
        line = session.get_one(OrderLine, session.get_one(Claim, line.replaces_id).line_id)
    return line


def left_of(session: Session, *, order: Order, line: OrderLine) -> Money:
    """Return what is left of a line's amount after all that was let off it and all that its carrier owes for it.

    What a later order took off its price for a sample was given back by that.
    """
    paid_for = sa.select(sa.literal(line.id, sa.Uuid).label("id")).cte("paid_for", recursive=True)
    paid_for = paid_for.union_all(
        sa.select(OrderLine.id)
        .join(Claim, Claim.id == OrderLine.replaces_id)
        .join(paid_for, paid_for.c.id == Claim.line_id)
    )
    awarded = sa.select(sa.func.coalesce(sa.func.sum(Claim.awarded_minor), 0)).where(
        Claim.line_id.in_(sa.select(paid_for.c.id)), Claim.freight_id.is_not(None)
    )
    credited = sa.select(SampleOrder.credited_minor).where(SampleOrder.line_id == line.id)
    subject = Subject(SubjectKind.ORDER, order.id)
    whole = Money(line.amount_minor - line.credit_minor - (session.scalar(credited) or 0), order.currency)
    left = allowances.left_of(session, subject=subject, line_id=line.id, amount=whole)
    return Money(max(left.minor - int(session.scalar(awarded) or 0), 0), order.currency)


def allow(
    session: Session,
    *,
    order: Order,
    line: OrderLine,
    amount: Money,
    cause_id: UUID,
    why: Why,
    actor: Actor,
    now: datetime,
    unpaid_too: bool = False,
) -> None:
    """Let an amount off the price of a line; with ``unpaid_too`` what is due and did not come need not be paid."""
    allowances.allow(
        session,
        subject=Subject(SubjectKind.ORDER, order.id),
        line_id=line.id,
        amount=amount,
        cause_id=cause_id,
        why=why,
        actor=actor,
        now=now,
        unpaid_too=unpaid_too,
    )


def advance_order(session: Session, order: Order, *, now: datetime) -> None:
    """Call an order delivered when nothing of it is on its way, completed when all of it is over."""
    ids = [line.id for line in lines_in(session, order_id=order.id)]
    parts = list(parts_by_line(session, line_ids=ids).values())
    if ORDER.allows(order.state, "deliver") and all(rules.is_received(one) for one in parts):
        move_order(session, order=order, action="deliver", actor=SYSTEM, now=now)
    if ORDER.allows(order.state, "complete") and all(rules.is_over(one) for one in parts):
        move_order(session, order=order, action="complete", actor=SYSTEM, now=now)


def _has_answered(session: Session, line: OrderLine) -> bool:
    """Tell whether nothing is on its way and nothing delivered waits for the buyer's word."""
    parts = parts_of(session, line_id=line.id)
    if not rules.is_received(parts) or LineState.DELIVERED in parts:
        return False
    accepted = sa.select(Acceptance.id).where(Acceptance.line_id == line.id)
    claimed = sa.select(Claim.id).where(Claim.line_id == line.id)
    spoken = session.scalars(accepted).first() or session.scalars(claimed).first()
    return spoken is not None or _is_over(session, line)


def _is_over(session: Session, line: OrderLine) -> bool:
    window = session.get(AcceptanceWindow, line.id)
    return window is not None and window.ended_at is not None


def _claimed(session: Session, line: OrderLine) -> Mapping[LineState, int]:
    """Return how many units that stand aside have an open claim, by state."""
    found = session.execute(
        sa.select(Claim.units_in, sa.func.sum(Claim.quantity))
        .where(Claim.line_id == line.id, Claim.state.in_(OPEN), Claim.units_in.is_not(None))
        .group_by(Claim.units_in)
    )
    return {LineState(state): int(quantity) for state, quantity in found if state is not None}


def _audit(
    session: Session, line: OrderLine, act: str, facts: Mapping[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"order_line.{act}",
        subject="order_line",
        subject_id=line.id,
        facts=dict(facts),
        now=now,
    )
