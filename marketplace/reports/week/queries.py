"""The figures of a week's page, each topic by currency; two queries more than for the company's clock."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.queries.closures import local_day
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.money import Money
from marketplace.orders.models import Claim, LinePart, Order, OrderLine
from marketplace.orders.purchases.models import OrderPurchase, OrderPurchaseLine
from marketplace.orders.rules.claims import Owner, Respondent
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.paying import UNPAID, PaymentState
from marketplace.payments.rules.terms import WHOLE
from marketplace.reports.week import rules
from marketplace.reports.week.rules import Topic

_NEVER: Final = sa.cast(sa.null(), UtcDateTime)


@dataclass(frozen=True, slots=True)
class TopicRow:
    """How many things of a topic there are, what they come to in a currency, and the first moment of them."""

    topic: Topic
    count: int
    amount: Money
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class Week:
    """The page of a company's week, by its own clock."""

    zone: str
    first: date
    last: date
    rows: tuple[TopicRow, ...]


def week(session: Session, *, company_id: UUID, now: datetime) -> Week:
    """Return the page of the week in which a company is now, every topic of it; empty ones are left out."""
    works = closures.works(session, company_id=company_id, now=now)
    today = local_day(works.country, now)
    first, last = rules.week_of(today)
    parts = (*_money(company_id), *_goods(company_id, today), *_claims(company_id), *_city())
    found = session.execute(sa.union_all(*parts))
    rows = [
        TopicRow(Topic(topic), count, Money(int(minor or 0), currency), first_at)
        for topic, currency, count, minor, first_at in found
        if count
    ]
    order = list(rules.READS)
    return Week(
        works.zone, first, last, tuple(sorted(rows, key=lambda row: (order.index(row.topic), row.amount.currency)))
    )


def _row(topic: Topic, currency: Any, minor: Any, at: Any = _NEVER) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        sa.literal(topic.value), currency, sa.func.count(), sa.func.sum(minor), sa.func.min(at, type_=UtcDateTime)
    ).group_by(currency)


def _money(company_id: UUID) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    left = Payment.amount_minor - Payment.paid_minor
    late, due = Payment.state == PaymentState.OVERDUE, Payment.state.in_(UNPAID)
    sides = (
        (Topic.TO_PAY, Payment.payer_id, due),
        (Topic.TO_PAY_LATE, Payment.payer_id, late),
        (Topic.TO_RECEIVE, Payment.payee_id, due),
        (Topic.TO_RECEIVE_LATE, Payment.payee_id, late),
    )
    slips = Payment.state == PaymentState.SLIP_RECEIVED
    return (
        *(
            _row(topic, Payment.currency, left, Payment.due_at).where(side == company_id, state)
            for topic, side, state in sides
        ),
        _row(Topic.SLIPS, Payment.currency, left, Payment.answer_by).where(Payment.payee_id == company_id, slips),
    )


def _goods(company_id: UUID, today: date) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    sold = OrderLine.amount_minor - OrderLine.let_off_minor
    # A merchant whose goods are sold on is told what they are bought for.
    bought = sa.func.coalesce(OrderPurchaseLine.amount_minor - OrderPurchaseLine.let_off_minor, sold)

    def of(topic: Topic, side: Any, *where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
        statement = _row(topic, Order.currency, bought if side is Order.merchant_id else sold)
        return (
            statement.select_from(OrderLine)
            .join(Order, Order.id == OrderLine.order_id)
            .outerjoin(OrderPurchaseLine, OrderPurchaseLine.line_id == OrderLine.id)
            .where(side == company_id, *where)
        )

    made = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(BEFORE_PACKING))
    late = (Order.state.in_(PRODUCING), OrderLine.ready_date < today, made)
    carried = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state == LineState.IN_TRANSIT)
    return (
        of(Topic.LATE_FROM_MERCHANTS, Order.buyer_id, *late),
        of(Topic.LATE_FOR_BUYERS, Order.merchant_id, *late),
        of(Topic.COMING, Order.buyer_id, carried),
        of(Topic.GOING, Order.merchant_id, carried),
    )


def _claims(company_id: UUID) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    # Answered at the prices of the purchase, rounded half up as everywhere: payments.rules.trading.
    kept = (2 * Claim.value_minor * OrderPurchase.margin_bp + WHOLE) // (2 * WHOLE)
    answered = sa.case(
        (Claim.respondent == Respondent.MERCHANT, Claim.value_minor - sa.func.coalesce(kept, 0)),
        else_=Claim.value_minor,
    )
    sides = (
        (Topic.CLAIMS_MADE, Claim.claimant_id, Claim.value_minor),
        (Topic.CLAIMS_AGAINST, Claim.respondent_id, answered),
    )
    return tuple(
        _row(topic, Claim.currency, minor, Claim.deadline_at)
        .select_from(Claim)
        .outerjoin(OrderPurchase, OrderPurchase.order_id == Claim.order_id)
        .where(side == company_id, Claim.ended_at.is_(None))
        for topic, side, minor in sides
    )


def _city() -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """What the operator looks at: of all companies; who may not is not told."""
    left = Payment.amount_minor - Payment.paid_minor
    unanswered = (Payment.state == PaymentState.SLIP_RECEIVED, Payment.escalated_at.is_not(None))
    carried = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state == LineState.IN_TRANSIT)
    return (
        _row(Topic.CITY_LATE, Payment.currency, left, Payment.due_at).where(Payment.state == PaymentState.OVERDUE),
        _row(Topic.CITY_SLIPS, Payment.currency, left, Payment.answer_by).where(*unanswered),
        _row(Topic.CITY_CLAIMS, Claim.currency, Claim.value_minor, Claim.deadline_at).where(
            Claim.owner == Owner.OPERATOR
        ),
        _row(Topic.CITY_ON_THE_WAY, Order.currency, OrderLine.amount_minor - OrderLine.let_off_minor)
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(carried),
    )
