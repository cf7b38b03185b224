"""Turn a plan into orders, bookings, freight contracts, payment plans and documents.

In two steps, so that the hot rows of stock and capacity are changed between them, late in the transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.services import approving, insuring
from marketplace.distribution.centre_sales.services import opening as centre_sales
from marketplace.distribution.hires.services import choosing as lorries
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.services import booking, contracts
from marketplace.distribution.services.papers import freight_paper
from marketplace.kernel.actor import Actor
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.orders.rules.placing import PlacedOrder, secured_by
from marketplace.orders.samples.services import opening as opening_samples
from marketplace.orders.services import carts, placing
from marketplace.orders.services.deciding import secure_orders
from marketplace.orders.services.papers import at_placement
from marketplace.papers import services as papers
from marketplace.payments.queries.payments import PlanRow
from marketplace.payments.rules.terms import Rail, Subject, SubjectKind
from marketplace.payments.services import plans


@dataclass(frozen=True, slots=True)
class Written:
    """The orders and freight contracts of a checkout, as they were just written, and plans of which nothing is due."""

    orders: tuple[placing.Written, ...]
    contracts: tuple[FreightRow, ...]
    plans: Mapping[Subject, PlanRow]


def write(session: Session, *, plan: CheckoutPlan, actor: Actor, now: datetime) -> Written:
    """Write orders, payment plans and freight contracts, and take what is ordered out of the cart."""
    group = plan.group
    orders = placing.place_order_group(session, group=group, actor=actor, now=now)
    centre_sales.open_all(session, units=plan.from_centre, now=now)
    approving.use(session, plan=plan, actor=actor, now=now)
    freight = contracts.write_all(session, agreements=plan.freight, actor=actor, now=now)
    openings = [opening for order in group.orders for opening in _openings(plan, order)]
    openings += contracts.openings(session, agreements=plan.freight, now=now)
    opened = plans.open_all(session, openings=openings, actor=actor, now=now)
    for order in group.orders:
        if order.sample is not None:
            opening_samples.begin(session, group=group, order=order, actor=actor, now=now)
    if not plan.is_sample:
        carts.forget_lines(
            session, company_id=group.buyer_id, person_id=group.person_id, listing_ids=plan.listing_ids, now=now
        )
    return Written(orders, freight, opened)


def bind(
    session: Session,
    *,
    plan: CheckoutPlan,
    written: Written,
    bookings: Mapping[UUID, BookingRow],
    on: Mapping[UUID, DepartureRow],
    actor: Actor,
    now: datetime,
) -> None:
    """Tie the lines to their bookings, issue what was agreed as documents, and secure what a card pays for."""
    booking.link(session, spaces=plan.spaces, bookings=bookings, now=now)
    lorries.begin(
        session, lorries=plan.whole, contracts=written.contracts, bookings=bookings, spaces=plan.spaces, now=now
    )
    orders = {one.order.id: one.order for one in written.orders}
    departures = {line_id: row.departure_reference for line_id, row in bookings.items()}
    issued = at_placement(session, placed=written.orders, opened=written.plans, departures=departures, now=now)
    issued += [
        freight_paper(session, one, orders[one.order_id], _carried(plan, one, bookings), on, now)
        for one in written.contracts
    ]
    papers.issue_first(session, papers=issued, actor=actor, now=now)
    insuring.take(session, plan=plan, orders=orders, bookings=bookings, actor=actor, now=now)
    by_card = [
        order.id for order in plan.group.orders if secured_by(order.rail, owes_deposit=order.owes_deposit) == "card"
    ]
    secure_orders(session, order_ids=by_card, actor=actor, now=now)


def _carried(
    plan: CheckoutPlan, contract: FreightRow, bookings: Mapping[UUID, BookingRow]
) -> Mapping[UUID, BookingRow]:
    """Return by line the bookings that are a contract's carrier's: the second's of lines that it takes on."""
    second = {one.line_id: bookings[one.ride_id] for one in plan.onward if one.tariff_id == contract.tariff_id}
    return {**bookings, **second}


def _openings(plan: CheckoutPlan, order: PlacedOrder) -> list[plans.Opening]:
    """Return how an order is paid by its buyer and, where the trading company sells it, how its merchant is paid."""
    sale = _opening(plan, order)
    purchase = order.purchase
    if purchase is None:
        return [sale]
    bought = plans.Opening(
        subject=Subject(SubjectKind.PURCHASE, purchase.id),
        reference=purchase.reference,
        plan=order.agreed,
        mode=order.mode,
        rail=Rail.BANK,
        payer_id=order.sold_by,
        payee_id=order.merchant_id,
        payee_account=purchase.payee,
        lines=tuple((line.line_id, line.payable) for line in order.bought),
        deposit_due_at=None,
        commission_bp=0,
        sale_id=order.id,
        margin_bp=purchase.margin_bp,
    )
    return [sale, bought]


def _opening(plan: CheckoutPlan, order: PlacedOrder) -> plans.Opening:
    return plans.Opening(
        subject=Subject(SubjectKind.ORDER, order.id),
        reference=order.reference,
        plan=order.agreed,
        mode=order.mode,
        rail=order.rail,
        payer_id=plan.group.buyer_id,
        payee_id=order.sold_by,
        payee_account=order.payee,
        lines=tuple((line.id, line.payable) for line in order.lines),
        deposit_due_at=order.proforma_ends_at,
        commission_bp=order.commission_bp,
    )
