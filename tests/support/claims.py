"""Goods that arrive whole, short or broken, and claims about them."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from marketplace.catalog.models import StockHold
from marketplace.catalog.services import stock
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Booking, DepartureStop
from marketplace.orders.models import OrderLine
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.moves import lines_in, locked_order, move_all, move_line, move_order, parts_of
from tests.support.ways import fill

WAY = ("ready", "pack", "hand_over", "depart", "deliver")
LATER = timedelta(days=40)


def place(call, market, *, rail="bank", plan="acceptance_100", chains=400, pads=0):
    """Order, confirm, and return the order's id."""
    cart = fill(call, market, chains=chains, pads=pads)
    payment = {"rail": rail, "plan": plan} | ({"payment_method": "pm_card_visa"} if rail == "card" else {})
    body = {"expected_totals": cart["totals"], "payment": payment}
    done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
    (order_id,) = done["order_ids"]
    call(market.merchant if chains else market.thai, "POST", f"/orders/{order_id}/confirmation", expect=204)
    return order_id


def bring(order_id, *, short=0, acts=WAY):
    """Take an order's goods to the buyer; some may already be missing at the hub."""
    with unit_of_work() as session:
        order = locked_order(session, order_id=UUID(order_id))
        move_order(session, order=order, action="fulfil", actor=SYSTEM, now=clock.now())
        for line in lines_in(session, order_id=order.id):
            for act in acts:
                if act == "hand_over" and short:
                    move_line(
                        session, line=line, state=LineState.PACKED, action="short", quantity=short, now=clock.now()
                    )
                move_all(session, line=line, action=act, now=clock.now())
                if act == "hand_over":
                    leave_the_shelf(session, line, short)


def leave_the_shelf(session, line, short):
    """Ship what was handed over and let go of what is missing, as the hub does; goods made to order have no shelf."""
    if not session.scalar(sa.select(StockHold.id).where(StockHold.subject == line.id)):
        return
    handed_over = parts_of(session, line_id=line.id)[LineState.HANDED_OVER]
    stock.ship(session, subject=line.id, quantity=handed_over, now=clock.now())
    if short:
        stock.release(session, subject=line.id, now=clock.now(), reason="short")


def seen(call, trader, order_id):
    return call(trader, "GET", f"/orders/{order_id}", expect=200)


def claim(call, market, line_id, *, expect=201, **facts):
    body = {"reason": "defective", "quantity": 40, "text": "Links break under load."} | facts
    return call(market.buyer, "POST", f"/order-lines/{line_id}/claims", json=body, expect=expect)


def come_late(line_id, *, days=2):
    """Let a line have been promised so many days ago."""
    with unit_of_work() as session:
        bookings = sa.select(Booking.departure_id).where(Booking.subject == line_id)
        session.execute(
            sa.update(DepartureStop)
            .where(DepartureStop.departure_id.in_(bookings))
            .values(eta=clock.now() - timedelta(days=days))
        )


def line_of(order_id):
    session = reading()
    session.rollback()
    return session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == UUID(order_id))).one()


def receive(order_id, **faults):
    """Take an order's goods to the buyer, some of them damaged or lost on the way."""
    bring(order_id, acts=WAY[:-1])
    with unit_of_work() as session:
        order = locked_order(session, order_id=UUID(order_id))
        for line in lines_in(session, order_id=order.id):
            for action, units in faults.items():
                move_line(
                    session, line=line, state=LineState.IN_TRANSIT, action=action, quantity=units, now=clock.now()
                )
            move_all(session, line=line, action="deliver", now=clock.now())
