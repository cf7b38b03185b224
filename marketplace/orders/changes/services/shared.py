"""What every act on a change needs: the order and its lines locked, the right of a side, the one writer of a state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import PayeeRow
from marketplace.orders.changes import queries
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import CHANGES, OF_PAYMENT, OPEN, Terms, terms_of
from marketplace.orders.events import OrderChangeMoved
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import settling
from marketplace.orders.services.moves import parts_by_line
from marketplace.payments.rules.house_money import check_not_own


@dataclass(frozen=True, slots=True)
class Standing:
    """A locked order with its lines as they stand now."""

    order: Order
    lines: Mapping[UUID, OrderLine]
    parts: Mapping[UUID, Mapping[LineState, int]]

    @classmethod
    def of(cls, session: Session, order: Order) -> "Standing":
        """Read the lines of a locked order: in as many questions for many lines as for one."""
        found = session.scalars(
            sa.select(OrderLine)
            .where(OrderLine.order_id == order.id)
            .order_by(OrderLine.position)
            .execution_options(populate_existing=True)
        )
        lines = {line.id: line for line in found}
        return cls(order, lines, parts_by_line(session, line_ids=lines))

    def line(self, line_id: UUID | None) -> OrderLine:
        """Return a line of the order; NotFound for what is none."""
        found = self.lines.get(line_id) if line_id else None
        if found is None:
            raise NotFound("order_line")
        return found

    def left(self, session: Session, line: OrderLine) -> Money:
        """Return what is left of a line's amount."""
        return settling.left_of(session, order=self.order, line=line)

    def hash(self, session: Session, terms: Terms, delta: Money) -> str:
        """Return what a proposal about it binds to."""
        if terms.kind in OF_PAYMENT:
            account = account_of(session, self.order, terms).account.as_json() if terms.payee else None
            return queries.hash_of_payment(session, self.order, self.parts, terms=terms, account=account)
        return queries.hash_of(self.order, self.lines.values(), self.parts, terms=terms, delta=delta)


def account_of(session: Session, order: Order, terms: Terms) -> PayeeRow:
    """Return the account that a proposal names; NotFound for one that is not the merchant's."""
    if terms.payee is None:
        raise AssertionError(order.id)
    return merchants.payee_of(session, company_id=order.merchant_id, payee_id=terms.payee)


def check_right(session: Session, actor: Actor, order: Order) -> None:
    """Refuse a member who may not change what his company buys, or what it sells.

    The operator's finance people answer for its trading company, and nobody of them of whom the money is.
    """
    if order.seller_id is not None and actor.company == order.seller_id:
        actor.must(Permission.OPERATOR_PAYOUT_APPROVE)
        check_not_own(accounts.companies_of(session, actor=actor), {order.buyer_id, order.merchant_id})
        return
    sells = actor.company == order.merchant_id
    actor.must(Permission.TRADE_SALE_CHANGE if sells else Permission.TRADE_PURCHASE_CHANGE)


def terms(change: OrderChange) -> Terms:
    """Return what a change proposes."""
    return terms_of(change.kind, change.line_id, change.terms, change.currency)


def move(session: Session, change: OrderChange, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a change along a drawn transition: the one place that writes its state."""
    change.state = CHANGES.apply(change.state, action)
    change.ended_at = None if change.state in OPEN else now
    session.flush()
    note(session, change, action, {"minor": change.delta_minor, "currency": change.currency}, actor=actor, now=now)


def note(
    session: Session, change: OrderChange, act: str, facts: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Tell of an act, and leave it in the audit trail."""
    events.record(session, OrderChangeMoved(at=now, order_id=change.order_id, change_id=change.id, act=act))
    audit.record(
        session,
        actor=actor,
        action=f"order_change.{act}",
        subject="order_change",
        subject_id=change.id,
        facts=facts,
        now=now,
    )
