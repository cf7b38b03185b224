"""What approval rules and limits ask of purchases: categories, departures, what was ordered in a period."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.approvals.models import ApprovalCase
from marketplace.approvals.rules.content import CaseKind, hash_of, range_of, to_json
from marketplace.approvals.rules.content import purchase_of as read_purchase
from marketplace.approvals.rules.facts import About, summed
from marketplace.approvals.rules.limits import Spent
from marketplace.approvals.rules.ranges import within
from marketplace.catalog.models import Category, Listing
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.approving import purchase_of
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.rules.states import OPEN, AttemptState
from marketplace.distribution import queries as distribution
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Departure
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.states import LineState, OrderState

_FREE = (LineState.REJECTED, LineState.CANCELLED)
_OVER = (OrderState.REJECTED, OrderState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Placed:
    """What one checkout placed as it is agreed now; ``amounts``: goods before a sample's credit, and freight owed."""

    orders: tuple[OrderRow, ...]
    lines: tuple[LineRow, ...]
    amounts: tuple[Money, ...]


def placed_by(session: Session, *, group_id: UUID) -> UUID:
    """Return who placed the orders of a checkout."""
    return session.scalars(sa.select(OrderGroup.person_id).where(OrderGroup.id == group_id)).one()


def placed(session: Session, *, group_id: UUID) -> Placed:
    """Return what a checkout placed that was not given up since, counted as it was when it asked for approval."""
    ids = session.scalars(sa.select(Order.id).where(Order.group_id == group_id, Order.state.not_in(_OVER))).all()
    rows = orders.by_id(session, order_ids=ids)
    freight = [
        contract.total
        for order_id, contracts in distribution.contracts_of(session, order_ids=ids).items()
        for contract in contracts
        if contract.payer_id == rows[order_id].buyer_id
        and contract.claim_id is None
        and contract.state is ContractState.AGREED
    ]
    goods = [row.agreed_total + row.credit for row in rows.values()]
    found = lines.lines_of(session, order_ids=ids)
    return Placed(
        orders=tuple(rows.values()),
        lines=tuple(line for mine in found.values() for line in mine if line.units and not line.replaces_id),
        amounts=summed((*goods, *freight)),
    )


def about(session: Session, *, plan: CheckoutPlan) -> About:
    """Return the categories of what a plan places, and when its first departure leaves; two queries."""
    leaves = first_departure(session, departure_ids={space.departure_id for space in plan.spaces})
    return About(categories=categories(session, listing_ids=plan.listing_ids), departs_at=leaves)


def first_departure(session: Session, *, departure_ids: Collection[UUID]) -> datetime | None:
    """Return when the first of these departures leaves; None for none."""
    return session.scalar(sa.select(sa.func.min(Departure.departs_at)).where(Departure.id.in_(departure_ids)))


def categories(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the categories of listings."""
    found = session.execute(
        sa.select(Listing.id, Category.code)
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.id.in_(listing_ids))
    )
    return {row.id: row.code for row in found}


def spent(session: Session, *, company_id: UUID, since: datetime, without: Collection[UUID]) -> list[Spent]:
    """Return what a company ordered since an instant, goods and freight, and what waits to be paid in a checkout.

    Orders and lines that were cancelled or rejected are free again. ``without``: checkouts in waiting that are
    about to end. Three queries.
    """
    return [
        *_goods(session, company_id, since),
        *_freight(session, company_id, since),
        *_waiting(session, company_id, without),
    ]


def _goods(session: Session, company_id: UUID, since: datetime) -> list[Spent]:
    rows = session.execute(
        sa.select(
            OrderGroup.person_id,
            OrderGroup.unit_id,
            OrderGroup.placed_at,
            Order.currency,
            sa.func.sum(OrderLine.amount_minor).label("minor"),
        )
        .join(Order, Order.group_id == OrderGroup.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.buyer_id == company_id, OrderGroup.placed_at >= since, OrderLine.state.not_in(_FREE))
        .group_by(OrderGroup.id, OrderGroup.person_id, OrderGroup.unit_id, OrderGroup.placed_at, Order.currency)
    )
    return [_spent(row) for row in rows]


def _freight(session: Session, company_id: UUID, since: datetime) -> list[Spent]:
    rows = session.execute(
        sa.select(
            OrderGroup.person_id,
            OrderGroup.unit_id,
            OrderGroup.placed_at,
            FreightContract.currency,
            FreightContract.total_minor.label("minor"),
        )
        .join(Order, Order.id == FreightContract.order_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
        .where(
            FreightContract.payer_id == company_id,
            Order.buyer_id == company_id,
            OrderGroup.placed_at >= since,
            FreightContract.state == ContractState.AGREED,
        )
    )
    return [_spent(row) for row in rows]


def _waiting(session: Session, company_id: UUID, without: Collection[UUID]) -> list[Spent]:
    """Return what checkouts hold that wait for a card; one that has an approval counts by its case."""
    found = session.scalars(
        sa.select(CheckoutAttempt).where(
            CheckoutAttempt.company_id == company_id,
            CheckoutAttempt.state.in_(OPEN),
            CheckoutAttempt.id.not_in(without),
        )
    )
    waiting: list[Spent] = []
    for attempt in found:
        plan = plans.from_json(attempt.plan)
        if plan.group.approval_id is None:
            amounts, unit_id = purchase_of(plan).totals, plan.group.unit.id if plan.group.unit else None
            waiting.append(Spent(person_id=attempt.person_id, unit_id=unit_id, at=attempt.created_at, amounts=amounts))
    return waiting


def _spent(row: sa.Row[UUID, UUID | None, datetime, str, int]) -> Spent:
    person_id, unit_id, at, currency, minor = row
    return Spent(person_id=person_id, unit_id=unit_id, at=at, amounts=(Money(int(minor), currency),))


def _is_what_was_approved(plan: CheckoutPlan, case: sa.Row[*tuple[Any, ...]]) -> bool:
    """Tell whether a plan is the purchase that was approved, or lies in the range; its day was checked at placement."""
    purchase = purchase_of(plan)
    if case.kind is CaseKind.PURCHASE:
        if not any(line.promised for line in read_purchase(case.content).lines):
            purchase = purchase.without_promises
        return hash_of(CaseKind.PURCHASE, to_json(purchase)) == case.content_hash
    allowed = range_of(case.content)
    offered = purchase.offered(allowed.until)
    return offered is not None and not within(allowed, offered)


def breaches(session: Session) -> list[Breach]:
    """Return checkouts that placed something else than was approved, and approvals that were used without one."""
    wrong = [
        Breach(_APPROVED, "checkout", row.attempt_id, "placed what nobody approved")
        for row in session.execute(_PLACED)
        if row.consumed_at is None or not _is_what_was_approved(plans.from_json(row.plan), row)
    ]
    return wrong + _PROMISES.breaches(session)


_APPROVED: Final = "7 approval"
_PLACED: Final = (
    sa.select(
        CheckoutAttempt.id.label("attempt_id"),
        CheckoutAttempt.plan,
        ApprovalCase.kind,
        ApprovalCase.content,
        ApprovalCase.content_hash,
        ApprovalCase.consumed_at,
    )
    .join(OrderGroup, OrderGroup.id == CheckoutAttempt.group_id)
    .outerjoin(ApprovalCase, ApprovalCase.id == OrderGroup.approval_id)
    .where(CheckoutAttempt.state == AttemptState.ORDERED, OrderGroup.approval_id.is_not(None))
)


def _used() -> sa.Select[UUID]:
    return sa.select(ApprovalCase.id).where(
        ApprovalCase.consumed_at.is_not(None),
        ApprovalCase.kind != CaseKind.CHANGE,
        ~sa.exists().where(OrderGroup.approval_id == ApprovalCase.id, OrderGroup.id == ApprovalCase.taken_by),
    )


def _unchanged() -> sa.Select[UUID]:
    return sa.select(ApprovalCase.id).where(
        ApprovalCase.consumed_at.is_not(None),
        ApprovalCase.kind == CaseKind.CHANGE,
        ~sa.exists().where(OrderChange.id == ApprovalCase.taken_by),
    )


def _twice() -> sa.Select[UUID]:
    return (
        sa.select(ApprovalCase.id)
        .join(OrderGroup, OrderGroup.approval_id == ApprovalCase.id)
        .group_by(ApprovalCase.id)
        .having(sa.func.count() > 1)
    )


_PROMISES: Final = Promises(
    _APPROVED,
    Promise("approval_case", "was used, and its orders are not there", _used),
    Promise("approval_case", "was used, and its change is not there", _unchanged),
    Promise("approval_case", "was used twice", _twice),
)
