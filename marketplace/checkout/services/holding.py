"""Take what a checkout needs before anything is charged: stock in order of listing, what lies in centres, then room."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.services import stock
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.centre_sales.services import opening as centre_sales
from marketplace.distribution.hires.services import choosing as lorries
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.rules.freight import LineSpace
from marketplace.distribution.services import booking
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.orders.rules.placing import PlacedLine, PlacedOrder


def departures_of(session: Session, *, plan: CheckoutPlan, now: datetime) -> dict[UUID, DepartureRow]:
    """Return the departures that a checkout takes room on."""
    return departures.departures_of(session, departure_ids={space.departure_id for space in plan.rooms}, now=now)


def hold(
    session: Session,
    *,
    plan: CheckoutPlan,
    on: Mapping[UUID, DepartureRow],
    actor: Actor,
    expires_at: datetime | None,
    now: datetime,
) -> dict[UUID, BookingRow]:
    """Hold stock and space of every line and return the bookings by line, those of second lorries by ride.

    What lies in centres is promised, until its order or the checkout ends. With no instant given, each order's own
    deadline ends its holds. Conflict ``stock``, ``capacity`` with the ``skus`` that were to go on the departure,
    ``segregation`` with those that must not stand there, ``not_alone`` where a lorry is to be taken whole and somebody
    else is on it, ``cutoff``, ``departure_closed``, ``lots_short`` or ``not_sold_there``: nothing is held then.
    """
    until = {line.id: expires_at or held_until(order) for order in plan.group.orders for line in order.lines}
    units = [
        stock.Wanted(line.listing_id, line.quantity, line.id, until[line.id]) for _, line in in_listing_order(plan)
    ]
    stock.hold_all(session, wanted=units, now=now)
    centre_sales.promise_all(session, units=plan.from_centre, actor=actor, now=now)
    spaces = [(space, until[space.line_id]) for space in plan.spaces]
    spaces += [(one.space, until[one.line_id]) for one in plan.onward]
    onward.begin(session, spaces=plan.onward, now=now)
    try:
        bookings = booking.reserve_all(session, spaces=spaces, on=on, now=now)
    except Conflict as refusal:
        if refusal.code == "segregation":
            raise _of_cargo(plan, refusal) from refusal
        if refusal.code != "capacity":
            raise
        raise _of_lines(plan, on, refusal) from refusal
    lorries.hold(session, lorries=plan.whole, spaces=plan.spaces, company_id=plan.group.buyer_id, actor=actor, now=now)
    return bookings


def _of_lines(plan: CheckoutPlan, on: Mapping[UUID, DepartureRow], refusal: Conflict) -> Conflict:
    """Return a refusal of room with the articles of the checkout that were to go on the departure together.

    What would fit a lorry that is taken whole finds somebody else on it.
    """
    here = refusal.facts["departure"]
    is_whole = any(one.departure_id == here for one in plan.whole)
    if is_whole and lorries.load_on(plan.spaces, here).fits(on[here].capacity):
        return Conflict("not_alone", departure=here)
    on_it = {space.line_id for space in plan.spaces if space.departure_id == here}
    on_it |= {one.line_id for one in plan.onward if one.space.departure_id == here}
    skus = [line.sku for order in plan.group.orders for line in order.lines if line.id in on_it]
    return Conflict("capacity", **refusal.facts, skus=skus)


def _of_cargo(plan: CheckoutPlan, refusal: Conflict) -> Conflict:
    """Return a refusal of neighbours with the articles of the checkout that it is about."""
    rides = {one.ride_id: one.line_id for one in plan.onward}
    lines = [rides.get(subject, subject) for subject in refusal.facts["lines"]]
    skus = [line.sku for order in plan.group.orders for line in order.lines if line.id in lines]
    return Conflict("segregation", departure=refusal.facts["departure"], rule=refusal.facts["rule"], skus=skus)


def keep(session: Session, *, plan: CheckoutPlan, now: datetime) -> None:
    """Keep the holds of a checkout until each order's own deadline; Conflict ``hold_gone`` when one ended before."""
    stock.extend(session, until={line.id: held_until(order) for order, line in in_listing_order(plan)}, now=now)
    until = {line.id: held_until(order) for order in plan.group.orders for line in order.lines}
    until |= {one.ride_id: until[one.line_id] for one in plan.onward}
    onward.begin(session, spaces=plan.onward, now=now)
    spaces = [(space, until[space.line_id]) for space in in_departure_order(plan) if space.from_stock]
    booking.prolong(session, spaces=spaces, now=now)
    buyer = Actor(person_id=plan.group.person_id, company_id=plan.group.buyer_id)
    lorries.hold_again(
        session, lorries=plan.whole, spaces=plan.spaces, company_id=plan.group.buyer_id, actor=buyer, now=now
    )


def release(session: Session, *, plan: CheckoutPlan, now: datetime) -> None:
    """Give back everything that the checkout holds; what ended already stays as it is."""
    for _, line in in_listing_order(plan):
        stock.release(session, subject=line.id, now=now, reason="checkout_abandoned")
    centre_sales.give_back(session, units=plan.from_centre, now=now)
    lorries.give_back(session, lorries=plan.whole, now=now)
    for space in in_departure_order(plan):
        booking.give_back(session, line_id=space.line_id, reason="checkout_abandoned", now=now)


def held_until(order: PlacedOrder) -> datetime:
    """Return when an order's holds end: with its pro-forma when a deposit is due, else with the merchant's deadline."""
    return order.proforma_ends_at if order.owes_deposit and order.proforma_ends_at else order.confirm_by


def in_listing_order(plan: CheckoutPlan) -> list[tuple[PlacedOrder, PlacedLine]]:
    """Return the lines from stock in the order in which hot stock rows are locked."""
    lines = [
        (order, line) for order in plan.group.orders for line in order.lines if line.from_stock and not order.centre_id
    ]
    return sorted(lines, key=lambda pair: (pair[1].listing_id, pair[1].id))


def in_departure_order(plan: CheckoutPlan) -> list[LineSpace]:
    """Return the spaces in the order in which hot departure rows are locked, after those of stock."""
    return sorted(plan.rooms, key=lambda space: (space.departure_id, space.line_id))
