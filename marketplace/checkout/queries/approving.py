"""What approval rules and limits ask of purchases: categories, departures, what was ordered in a period."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries.units import unit_at
from marketplace.approvals.models import ApprovalCase
from marketplace.approvals.rules.content import CaseKind, hash_of, to_json
from marketplace.approvals.rules.facts import About
from marketplace.approvals.rules.limits import Spent
from marketplace.catalog.models import Category, Listing
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.approving import purchase_of
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.rules.states import OPEN, AttemptState
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.checks import Breach
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Departure
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.rules.states import LineState

_FREE = (LineState.REJECTED, LineState.CANCELLED)


def about(session: Session, *, plan: CheckoutPlan) -> About:
    """Return the categories of what a plan places, and when its first departure leaves; two queries."""
    codes = session.scalars(
        sa.select(Category.code)
        .join(Listing, Listing.category_id == Category.id)
        .where(Listing.id.in_(plan.listing_ids))
        .distinct()
    )
    leaves = session.scalar(
        sa.select(sa.func.min(Departure.departs_at)).where(
            Departure.id.in_({space.departure_id for space in plan.spaces})
        )
    )
    return About(categories=frozenset(codes), departs_at=leaves)


def spent(session: Session, *, company_id: UUID, since: datetime, without: Collection[UUID]) -> list[Spent]:
    """Return what a company ordered since an instant, goods and freight, and what waits to be paid in a checkout.

    Orders and lines that were cancelled or rejected are free again. ``without``: listings whose checkouts in waiting
    are about to end. Three queries.
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
    unit = unit_at(company_id=company_id, person_id=CheckoutAttempt.person_id)
    found = session.execute(
        sa.select(CheckoutAttempt, unit).where(
            CheckoutAttempt.company_id == company_id, CheckoutAttempt.state.in_(OPEN)
        )
    )
    waiting: list[Spent] = []
    for attempt, unit_id in found:
        plan = plans.from_json(attempt.plan)
        if plan.group.approval_id is None and set(without).isdisjoint(plan.listing_ids):
            amounts = purchase_of(plan).totals
            waiting.append(Spent(person_id=attempt.person_id, unit_id=unit_id, at=attempt.created_at, amounts=amounts))
    return waiting


def _spent(row: sa.Row[UUID, UUID | None, datetime, str, int]) -> Spent:
    person_id, unit_id, at, currency, minor = row
    return Spent(person_id=person_id, unit_id=unit_id, at=at, amounts=(Money(int(minor), currency),))


def breaches(session: Session) -> list[Breach]:
    """Return checkouts that placed something else than was approved, and approvals that were used without one."""
    found: list[Breach] = []
    placed = session.execute(
        sa.select(CheckoutAttempt.id, CheckoutAttempt.plan, ApprovalCase.content_hash, ApprovalCase.consumed_at)
        .join(OrderGroup, OrderGroup.id == CheckoutAttempt.group_id)
        .outerjoin(ApprovalCase, ApprovalCase.id == OrderGroup.approval_id)
        .where(CheckoutAttempt.state == AttemptState.ORDERED, OrderGroup.approval_id.is_not(None))
    )
    for row in placed:
        content = to_json(purchase_of(plans.from_json(row.plan)))
        if row.content_hash != hash_of(CaseKind.PURCHASE, content) or row.consumed_at is None:
            found.append(Breach("7 approval", "checkout", row.id, "placed what nobody approved"))
    used = sa.select(ApprovalCase.id).where(
        ApprovalCase.kind == CaseKind.PURCHASE,
        ApprovalCase.consumed_at.is_not(None),
        ~sa.exists().where(OrderGroup.approval_id == ApprovalCase.id, OrderGroup.id == ApprovalCase.taken_by),
    )
    found += (
        Breach("7 approval", "approval_case", case_id, "was used, and its orders are not there")
        for case_id in session.scalars(used)
    )
    twice = sa.select(OrderGroup.approval_id).group_by(OrderGroup.approval_id).having(sa.func.count() > 1)
    found += (
        Breach("7 approval", "approval_case", case_id, "was used twice")
        for case_id in session.scalars(twice.where(OrderGroup.approval_id.is_not(None)))
    )
    return found
