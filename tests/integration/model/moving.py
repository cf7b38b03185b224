"""What is done with the goods: made ready, inspected, packed, handed over, driven, counted, accepted or claimed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import TAKES_CARGO, BookingState, DepartureState
from marketplace.orders.models import Claim, Inspection, LinePacking, LinePart, Order, OrderLine
from marketplace.orders.rules.classes import CommodityClass
from marketplace.orders.rules.inspections import CHECKLISTS, HOLDS_UP, InspectionState
from marketplace.orders.rules.states import LineState, OrderState
from tests.integration.model.world import PACK, World

_UNPACKED = (LineState.OPEN, LineState.IN_PRODUCTION, LineState.READY)
_CAME = (
    LineState.DELIVERED, LineState.SHORT, LineState.DAMAGED, LineState.WRONG, LineState.LOST, LineState.ACCEPTED,
)  # fmt: skip
_UNDER_WAY = (BookingState.CARGO_RECEIVED, BookingState.LOADED, BookingState.IN_TRANSIT)
_AT_HUB = (BookingState.HELD, BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)
_STEPS = {
    DepartureState.OPEN: ("close", "load", "seal", "depart"),
    DepartureState.CLOSED: ("load", "seal", "depart"),
    DepartureState.LOADING: ("seal", "depart"),
    DepartureState.SEALED: ("depart",),
    DepartureState.DEPARTED: ("arrive", "strip"),
    DepartureState.ARRIVED: ("strip",),
}
_FINE = dict.fromkeys(CHECKLISTS[CommodityClass.STANDARD], "ok")


def _parts(world: World, states: tuple[LineState, ...], *orders: OrderState) -> list[Any]:
    """Find the lines that have units in one of these states, the latest first."""
    wanted = (
        sa.select(
            OrderLine.id, Order.id.label("order_id"), Order.merchant_id, Order.buyer_id, LinePart.state,
            LinePart.quantity,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .join(LinePart, LinePart.line_id == OrderLine.id)
        .where(LinePart.state.in_(states), Order.state.in_(orders))
        .order_by(OrderLine.id.desc(), LinePart.state)
        .limit(25)
    )  # fmt: skip
    return world.rows(wanted)


def fulfil(world: World) -> None:
    """Say that a line is ready, and pack what is agreed of it."""
    line = world.pick(_parts(world, _UNPACKED, OrderState.CONFIRMED, OrderState.IN_FULFILMENT))
    if line is None:
        return
    seller = world.who(line.merchant_id)
    if line.state is not LineState.READY and world.likely(0.3):
        world.act(seller, f"/order-lines/{line.id}/ready")
        return
    body = {"cartons": -(-line.quantity // PACK)} | ({} if line.quantity % PACK == 0 else {"confirmed": True})
    world.act(seller, f"/order-lines/{line.id}/packing", body)


def hand_over(world: World) -> None:
    """Bring packed cartons to the hub, all or some."""
    line = world.pick(_parts(world, (LineState.PACKED,), OrderState.IN_FULFILMENT, OrderState.CONFIRMED))
    if line is None:
        return
    packed = world.rows(
        sa.select(LinePacking.cartons - LinePacking.handed_cartons).where(LinePacking.line_id == line.id)
    )
    there = packed[0][0] if packed else 1
    cartons = there if world.likely(0.8) else max(1, there - 1)
    body = {"cartons_received": cartons, "gross_kg": str(max(1, 12 * cartons)), "m3": "0.3"}
    world.act(world.market.carrier, f"/order-lines/{line.id}/handover", body)


def lose_room(world: World) -> None:
    """Take a booking off its lorry as the hub: to a later one, or off altogether; some lorries do not run."""
    booking = world.pick(
        world.rows(
            sa.select(Booking.id, Booking.departure_id)
            .join(Departure, Departure.id == Booking.departure_id)
            .where(Booking.state.in_(_AT_HUB), Departure.state.in_(TAKES_CARGO))
            .order_by(Booking.id.desc())
            .limit(12)
        )
    )
    if booking is None:
        return
    way, hub = world.rng.random(), world.staff["hub"]
    if way < 0.4:
        world.act(hub, f"/bookings/{booking.id}/roll", {})
    elif way < 0.92:
        world.act(hub, f"/bookings/{booking.id}/decline", {"reason": "too heavy"})
    else:
        world.act(hub, f"/departures/{booking.departure_id}/cancel", {"reason": "no driver"})


def book_again(world: World) -> None:
    """Take new room for goods whose room was given up."""
    hub = world.staff["hub"]
    line = world.pick(world.ask(hub, "/order-lines/unbooked")["items"])
    if line is None:
        return
    order = world.rows(sa.select(Order.merchant_id).where(Order.id == UUID(line["order_id"])))[0]
    last = world.rows(
        sa.select(Departure.hub_code)
        .join(Booking, Booking.departure_id == Departure.id)
        .where(Booking.subject == UUID(line["order_line_id"]))
        .order_by(Booking.id.desc())
    )[0]
    options = world.rows(
        sa.select(Departure.id)
        .where(
            Departure.state == DepartureState.OPEN,
            Departure.hub_code == last.hub_code,
            Departure.departs_at > clock.now() + timedelta(days=2),
        )
        .order_by(Departure.departs_at)
        .limit(6)
    )
    if options:
        body = {"departure": str(world.pick(options).id)}
        asker = world.pick((world.who(order.merchant_id), hub))
        world.act(asker, f"/order-lines/{line['order_line_id']}/booking", body)


def drive(world: World) -> None:
    """Take a departure with goods on it further."""
    with_goods = sa.exists().where(Booking.departure_id == Departure.id, Booking.state.in_(_UNDER_WAY))
    departure = world.pick(
        world.rows(
            sa.select(Departure.id, Departure.state)
            .where(Departure.state.in_(_STEPS), with_goods)
            .order_by(Departure.departs_at, Departure.id)
            .limit(8)
        )
    )
    if departure is None:
        return
    for act in _STEPS[departure.state]:
        body = {"seal_number": "CN-1"} if act == "seal" else {}
        if not world.act(world.staff["hub"], f"/departures/{departure.id}/{act}", body).done:
            return


def receive(world: World) -> None:
    """Count what came, as its buyer: whole, crushed, or fewer."""
    booking = world.pick(
        world.rows(
            sa.select(Booking.id, Booking.consignee_company_id, Booking.subject, LinePacking.handed_cartons)
            .join(LinePacking, LinePacking.line_id == Booking.subject)
            .where(Booking.state == BookingState.ARRIVED)
            .order_by(Booking.id)
            .limit(12)
        )
    )
    if booking is None:
        return
    whole = booking.handed_cartons
    for cartons in (whole, max(1, whole - 1)) if world.likely(0.8) else (max(1, whole - 1), whole):
        body = {"cartons": cartons, "damaged": world.pick((0, 0, 0, 1))}
        path = f"/bookings/{booking.id}/receipt"
        if world.act(world.who(booking.consignee_company_id), path, body).done:
            return


def accept(world: World) -> None:
    """Accept received goods, or claim about some of them."""
    states = (OrderState.DELIVERED, OrderState.IN_FULFILMENT, OrderState.COMPLETED)
    line = world.pick(_parts(world, _CAME, *states))
    if line is None:
        return
    buyer = world.who(line.buyer_id)
    if world.likely(0.6) and line.state is not LineState.ACCEPTED:
        world.act(buyer, f"/order-lines/{line.id}/acceptance", {})
        return
    reason = world.rng.choice(("short", "damaged", "wrong", "late", "defective", "lost"))
    quantity = world.rng.choice((1, min(7, line.quantity), line.quantity))
    body = {"reason": reason, "quantity": quantity, "text": "as counted"}
    world.act(buyer, f"/order-lines/{line.id}/claims", body)


def argue(world: World) -> None:
    """Take a claim one step further, as whoever may."""
    claim = world.pick(
        row[0]
        for row in world.rows(sa.select(Claim).where(Claim.ended_at.is_(None)).order_by(Claim.id.desc()).limit(12))
    )
    if claim is None:
        return
    value = Money(claim.value_minor, claim.currency)
    path, way = f"/claims/{claim.id}", world.rng.random()
    if claim.state == "negotiating" and way < 0.55:
        part = Money(min(claim.value_minor, world.near(claim.value_minor)), claim.currency)
        offer = world.pick((Money(0, claim.currency), value, part, part))
        body = {"amount": f"{offer.amount:f}", "text": "seen"}
        world.act(world.who(claim.respondent_id), f"{path}/answer", body)
    elif claim.state == "negotiating" and claim.offer_minor is not None and way < 0.8:
        world.act(world.who(claim.claimant_id), f"{path}/settlement", {})
    elif claim.state == "negotiating":
        act = "withdrawal" if way > 0.95 else "escalation"
        world.act(world.who(claim.claimant_id), f"{path}/{act}")
    else:
        awarded = world.pick((value, Money(claim.value_minor // 2, claim.currency), Money(0, claim.currency)))
        body = {"amount": f"{awarded.amount:f}", "text": "by the papers"}
        world.act(world.staff["treasury"], f"{path}/decision", body)


def inspect(world: World) -> None:
    """Order an inspection of goods that are still with their merchant, and take one a step further."""
    inspector = world.staff["inspector"]
    found = world.pick(
        row[0]
        for row in world.rows(sa.select(Inspection).where(Inspection.state.in_(HOLDS_UP)).order_by(Inspection.id))
    )
    today = closures.local_day("CN", clock.now()).isoformat()
    if found is None or world.likely(0.2):
        line = world.pick(_parts(world, _UNPACKED, OrderState.CONFIRMED))
        if line is not None:
            body = {"inspector_id": str(inspector.company), "planned_on": today, "fee": world.pick(("0", "15"))}
            world.act(world.who(line.buyer_id), f"/order-lines/{line.id}/inspections", body)
        return
    path = f"/inspections/{found.id}"
    if found.state is InspectionState.ORDERED:
        world.act(inspector, f"{path}/answer", {"answer": "yes" if world.likely(0.9) else "no"})
    elif found.state is InspectionState.APPOINTED:
        bad = world.pick((0, 0, 0, found.sample))
        report = {"critical": 0, "major": bad, "minor": 0, "checklist": _FINE}
        world.act(inspector, f"{path}/report", report)
    elif found.state in (InspectionState.FAILED, InspectionState.CONDITIONAL):
        order = world.rows(sa.select(Order.buyer_id, Order.merchant_id).where(Order.id == found.order_id))[0]
        if world.likely(0.5):
            world.act(world.who(order.merchant_id), f"{path}/repetition", {"planned_on": today})
        else:
            world.act(world.who(order.buyer_id), f"{path}/waiver")
