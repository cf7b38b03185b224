"""Turn a plan into orders, bookings, freight contracts, payment plans and documents.

In two steps, so that the hot rows of stock and capacity are changed between them, late in the transaction.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.services import papers
from marketplace.distribution.services import booking, contracts
from marketplace.kernel.actor import Actor
from marketplace.orders.rules.placing import PlacedOrder, secured_by
from marketplace.orders.services import carts, placing
from marketplace.orders.services.deciding import secure_order
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import plans


def write(session: Session, *, plan: CheckoutPlan, actor: Actor, now: datetime) -> None:
    """Write orders, payment plans and freight contracts, and take what is ordered out of the cart."""
    group = plan.group
    placing.place_order_group(session, group=group, actor=actor, now=now)
    for order in group.orders:
        _open_plan(session, plan, order, actor, now)
    contracts.agree(session, agreements=plan.freight, actor=actor, now=now)
    carts.forget_lines(
        session, company_id=group.buyer_id, person_id=group.person_id, listing_ids=plan.listing_ids, now=now
    )


def bind(session: Session, *, plan: CheckoutPlan, actor: Actor, now: datetime) -> None:
    """Tie the lines to their bookings, issue the documents, and secure what a card pays for."""
    booking.link(session, spaces=plan.spaces, now=now)
    papers.issue(session, plan=plan, actor=actor, now=now)
    for order in plan.group.orders:
        if secured_by(order.plan, order.mode) == "card":
            secure_order(session, order_id=order.id, actor=actor, now=now)


def _open_plan(session: Session, plan: CheckoutPlan, order: PlacedOrder, actor: Actor, now: datetime) -> None:
    plans.open(
        session,
        subject=Subject(SubjectKind.ORDER, order.id),
        reference=order.reference,
        plan=order.plan,
        mode=order.mode,
        rail=order.rail,
        payer_id=plan.group.buyer_id,
        payee_id=order.merchant_id,
        payee_account=order.payee,
        lines=tuple((line.id, line.amount) for line in order.lines),
        deposit_due_at=order.proforma_ends_at,
        commission_bp=order.commission_bp,
        actor=actor,
        now=now,
    )
