"""Changes of orders as rows, what they bind to, and the promises they must keep."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeKind, ChangeState, Terms, binding, terms_of
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.states import ENDED
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.rules.terms import SubjectKind


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of an order as both its sides see it; ``answerer_id`` is who accepts or declines."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    buyer_id: UUID
    proposer_id: UUID
    answerer_id: UUID
    kind: ChangeKind
    terms: Terms
    delta: Money
    content_hash: str
    state: ChangeState
    deadline_at: datetime
    proposed_at: datetime
    ended_at: datetime | None
    new_line_id: UUID | None

    def side_of(self, company_id: UUID) -> Literal["buyer", "merchant"]:
        """Return which side of the order one of its parties is on."""
        return "buyer" if company_id == self.buyer_id else "merchant"


def changes_of(session: Session, *, order_id: UUID) -> tuple[ChangeRow, ...]:
    """Return the changes of an order that was read before, the latest first."""
    statement = _rows().where(OrderChange.order_id == order_id).order_by(OrderChange.id.desc())
    return tuple(_row(*found) for found in session.execute(statement))


def change(session: Session, *, company_id: UUID | None, change_id: UUID) -> ChangeRow:
    """Return a change to its two sides (None: to other features); NotFound for anybody else."""
    statement = _rows().where(OrderChange.id == change_id)
    if company_id is not None:
        statement = statement.where(
            sa.or_(OrderChange.proposer_id == company_id, OrderChange.answerer_id == company_id)
        )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("order_change")
    return _row(*found)


def lapsed(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return proposals that nobody answered in time."""
    found = session.scalars(
        sa.select(OrderChange.id)
        .where(OrderChange.state == ChangeState.PROPOSED, OrderChange.deadline_at <= now)
        .order_by(OrderChange.deadline_at)
        .limit(limit)
    )
    return tuple(found)


def hash_of(
    order: Order, lines: Iterable[OrderLine], parts: Mapping[UUID, Parts], *, terms: Terms, delta: Money
) -> str:
    """Return what a proposal binds to now: of a line's change that line, of another the whole order."""
    about = [line for line in lines if terms.line in (None, line.id)]
    return binding(
        order=order.reference,
        state=order.state,
        lines=[_bound(line, parts[line.id]) for line in about],
        terms=terms,
        delta=delta,
    )


def breaches(session: Session) -> list[Breach]:
    """Return orders and lines of which more or less was let off than agreed, and proposals about what is over."""
    return [*_let_off(session), *_of_ended(session), *_without_effect(session)]


def _let_off(session: Session) -> list[Breach]:
    """Find orders whose lines do not add up, and lines that let off something else than their price fell by."""
    per_order = (
        sa.select(OrderLine.order_id, sa.func.sum(OrderLine.let_off_minor).label("minor"))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    uneven = (
        sa.select(Order.id)
        .join(per_order, per_order.c.order_id == Order.id)
        .where(per_order.c.minor != Order.let_off_minor)
    )
    allowed = (
        sa.select(Allowance.line_id, sa.func.sum(Allowance.amount_minor).label("minor"))
        .where(Allowance.subject_kind == SubjectKind.ORDER)
        .group_by(Allowance.line_id)
        .subquery()
    )
    more = (
        sa.select(OrderLine.id)
        .outerjoin(allowed, allowed.c.line_id == OrderLine.id)
        .where(
            sa.or_(
                OrderLine.let_off_minor > sa.func.coalesce(allowed.c.minor, 0),
                ~OrderLine.let_off_minor.between(0, OrderLine.amount_minor),
                OrderLine.agreed_price_micro > OrderLine.unit_price_micro,
            )
        )
    )
    return [
        Breach("1 order change", "order", order_id, "its lines do not add up to what was let off it")
        for order_id in session.scalars(uneven)
    ] + [
        Breach("1 order change", "order_line", line_id, "its price fell, but nobody owes or asks for less")
        for line_id in session.scalars(more)
    ]


def _of_ended(session: Session) -> list[Breach]:
    """Find proposals that are open though their order is over."""
    found = session.scalars(
        sa.select(OrderChange.id)
        .join(Order, Order.id == OrderChange.order_id)
        .where(OrderChange.state == ChangeState.PROPOSED, Order.state.in_(ENDED))
    )
    return [
        Breach("order change", "order_change", change_id, "is open on an order that is over") for change_id in found
    ]


def _without_effect(session: Session) -> list[Breach]:
    """Find accepted changes of a line whose delta nobody wrote down: let off it, or added as a line."""
    lower = (ChangeKind.REDUCE, ChangeKind.DISCOUNT)
    let_off = sa.exists().where(
        Allowance.cause_id == OrderChange.id, Allowance.amount_minor == -OrderChange.delta_minor
    )
    # An order of which the last units are taken off ends as a whole.
    ended = sa.exists().where(Order.id == OrderChange.order_id, Order.state.in_(ENDED))
    new_line = sa.exists().where(
        OrderLine.id == OrderChange.new_line_id, OrderLine.amount_minor == OrderChange.delta_minor
    )
    wrong = sa.or_(
        sa.and_(OrderChange.kind.in_(lower), OrderChange.delta_minor != 0, ~let_off, ~ended),
        sa.and_(OrderChange.kind == ChangeKind.ADD, ~new_line),
    )
    found = session.scalars(sa.select(OrderChange.id).where(OrderChange.state == ChangeState.ACCEPTED, wrong))
    return [
        Breach("1 order change", "order_change", change_id, "is accepted without its effect") for change_id in found
    ]


def orders_to_answer(session: Session, *, company_id: UUID) -> set[UUID]:
    """Return the orders with a proposal that waits for this company's word."""
    found = sa.select(OrderChange.order_id).where(
        OrderChange.answerer_id == company_id, OrderChange.state == ChangeState.PROPOSED
    )
    return set(session.scalars(found))


def open_changes(session: Session, *, order_id: UUID, line_ids: Collection[UUID | None]) -> tuple[UUID, ...]:
    """Return the open proposals about these lines of an order, None being those about all of it."""
    lines = [line_id for line_id in line_ids if line_id is not None]
    about = OrderChange.line_id.in_(lines)
    if None in line_ids:
        about = sa.or_(about, OrderChange.line_id.is_(None))
    found = sa.select(OrderChange.id).where(
        OrderChange.order_id == order_id, OrderChange.state == ChangeState.PROPOSED, about
    )
    return tuple(session.scalars(found))


def _bound(line: OrderLine, parts: Parts) -> dict[str, Any]:
    return {
        "line": str(line.id),
        "parts": {str(state): quantity for state, quantity in parts.items()},
        "price_micro": line.agreed_price_micro,
        "let_off_minor": line.let_off_minor,
    }


def _rows() -> sa.Select[OrderChange, str, UUID]:
    return sa.select(OrderChange, Order.reference, Order.buyer_id).join(Order, Order.id == OrderChange.order_id)


def _row(found: OrderChange, reference: str, buyer_id: UUID) -> ChangeRow:
    return ChangeRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=reference,
        buyer_id=buyer_id,
        proposer_id=found.proposer_id,
        answerer_id=found.answerer_id,
        kind=found.kind,
        terms=terms_of(found.kind, found.line_id, found.terms, found.currency),
        delta=Money(found.delta_minor, found.currency),
        content_hash=found.content_hash,
        state=found.state,
        deadline_at=found.deadline_at,
        proposed_at=found.proposed_at,
        ended_at=found.ended_at,
        new_line_id=found.new_line_id,
    )
