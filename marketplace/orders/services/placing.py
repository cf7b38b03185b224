"""Write the orders of a checkout with everything they freeze."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.rules.placing import TRADE_MODEL, PlacedGroup, PlacedLine, PlacedOrder
from marketplace.orders.rules.states import LineState, OrderState
from marketplace.orders.services.moves import open_line


def place_order_group(session: Session, *, group: PlacedGroup, actor: Actor, now: datetime) -> UUID:
    """Write a group with its orders and lines and return its id; one checkout places one group."""
    session.add(
        OrderGroup(
            id=group.id,
            reference=group.reference,
            buyer_id=group.buyer_id,
            person_id=group.person_id,
            checkout_id=group.checkout_id,
            placed_at=now,
        )
    )
    session.flush()
    for order in group.orders:
        _place(session, group, order, actor, now)
    return group.id


def _place(session: Session, group: PlacedGroup, order: PlacedOrder, actor: Actor, now: datetime) -> None:
    session.add(
        Order(
            id=order.id,
            reference=order.reference,
            group_id=group.id,
            buyer_id=group.buyer_id,
            merchant_id=order.merchant_id,
            state=OrderState.PLACED,
            currency=order.currency,
            total_minor=order.total.minor,
            incoterm=order.incoterm,
            place_code=order.place_code,
            destination=order.destination,
            plan=order.plan,
            mode=order.mode,
            rail=order.rail,
            trade_model=TRADE_MODEL,
            importer_id=group.buyer_id,
            consignee_id=group.buyer_id,
            payee=order.payee.as_json() if order.payee else None,
            commission_bp=order.commission_bp,
            tax_ids=order.tax_ids,
            fx=asdict(order.fx) if order.fx else None,
            purchase_order_number=order.purchase_order_number,
            placed_at=now,
            confirm_by=order.confirm_by,
            proforma_ends_at=order.proforma_ends_at,
        )
    )
    session.flush()
    for position, line in enumerate(order.lines, start=1):
        _add_line(session, order.id, position, line, now)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="order.place",
        subject="order",
        subject_id=order.id,
        facts={"total_minor": order.total.minor, "currency": order.currency, "checkout": group.checkout_id},
        now=now,
    )
    events.record(
        session, OrderPlaced(at=now, order_id=order.id, buyer_id=group.buyer_id, merchant_id=order.merchant_id)
    )


def _add_line(session: Session, order_id: UUID, position: int, line: PlacedLine, now: datetime) -> None:
    row = OrderLine(
        id=line.id,
        order_id=order_id,
        position=position,
        listing_id=line.listing_id,
        listing_version=line.listing_version,
        sku=line.sku,
        titles=line.titles,
        source_locale=line.source_locale,
        hs_code=line.hs_code,
        origin=line.origin,
        unit=line.unit,
        quantity=line.quantity,
        unit_price_micro=line.unit_price.micro,
        amount_minor=line.amount.minor,
        packing=asdict(line.packing) if line.packing else None,
        lead_days=line.lead_days,
        fresh=line.fresh,
        state=LineState.OPEN,
    )
    session.add(row)
    session.flush()
    open_line(session, line=row, now=now)
