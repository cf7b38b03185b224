"""Goods on their way over the API; every act needs a key, for it moves goods or room."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.logistics.answers import Departure
from marketplace.api.operations import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import arrivals, returning
from marketplace.edge.acts import operations as acts
from marketplace.edge.acts import running as running_acts
from marketplace.edge.requests import operations as requests
from marketplace.edge.requests.arrivals import ArrivalShown
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock

api = Blueprint("api_operations", __name__)


@api.post("/order-lines/<uuid:line_id>/ready")
@operation(answers={204: None}, tag="fulfilment", permission=Permission.TRADE_ORDER_FULFIL, idempotent=True)
def ready(line_id: UUID, session: Session) -> tuple[int, None]:
    """Say that a line's goods are ready to be packed."""
    acts.mark_ready(session, line_id)
    return 204, None


@api.post("/order-lines/<uuid:line_id>/packing")
@operation(
    answers={201: answers.Packed},
    tag="fulfilment",
    permission=Permission.TRADE_ORDER_FULFIL,
    body=requests.Packing,
    idempotent=True,
)
def pack(line_id: UUID, body: requests.Packing, session: Session) -> tuple[int, answers.Packed]:
    """Pack a line into cartons with labels; weight and size as offered where left out."""
    return 201, answers.Packed.of(acts.pack(session, line_id, body))


@api.post("/order-lines/<uuid:line_id>/handover")
@operation(
    answers={201: answers.HandedOver},
    tag="fulfilment",
    permission=Permission.LOGISTICS_HANDOVER_RECORD,
    body=requests.Handover,
    idempotent=True,
)
def hand_over(line_id: UUID, body: requests.Handover, session: Session) -> tuple[int, answers.HandedOver]:
    """Take cartons into the hub, counted, weighed and measured; fewer than packed are a discrepancy."""
    code, aboard = acts.hand_over(session, line_id, body)
    return 201, answers.HandedOver(sscc=code, booking=answers.BookingAboard.of(aboard))


@api.post("/claims/<uuid:claim_id>/handover")
@operation(
    answers={201: answers.HandedOver},
    tag="fulfilment",
    permission=Permission.LOGISTICS_HANDOVER_RECORD,
    body=requests.Handover,
    idempotent=True,
)
def hand_back(claim_id: UUID, body: requests.Handover, session: Session) -> tuple[int, answers.HandedOver]:
    """Take goods that go back into the hub, all at once: they count as sent, and customs get their papers."""
    code, aboard = returning.hand_over(session, claim_id, body)
    return 201, answers.HandedOver(sscc=code, booking=answers.BookingAboard.of(aboard))


@api.post("/bookings/<uuid:booking_id>/receipt")
@operation(
    answers={201: Created},
    tag="fulfilment",
    permission=Permission.LOGISTICS_RECEIPT_RECORD,
    body=requests.Receipt,
    idempotent=True,
)
def receive(booking_id: UUID, body: requests.Receipt, session: Session) -> tuple[int, Created]:
    """Count what arrived, as the receiving side, the carrier or the operator; the last one ends it."""
    return 201, Created(id=acts.receive(session, booking_id, body))


@api.post("/bookings/<uuid:booking_id>/arrival")
@operation(
    answers={204: None},
    tag="fulfilment",
    permission=Permission.LOGISTICS_RECEIPT_RECORD,
    body=ArrivalShown,
    idempotent_flow=True,
)
def show_arrival(booking_id: UUID, body: ArrivalShown, key: str) -> tuple[int, None]:  # noqa: ARG001  kept by the caller
    """Show how goods came: pictures, and what a logger measured, as two numbers or as its file."""
    arrivals.show(booking_id, body)
    return 204, None


@api.post("/bookings/<uuid:booking_id>/roll")
@operation(
    answers={201: answers.Rolled},
    tag="logistics",
    permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
    body=requests.Rolling,
    idempotent=True,
)
def roll(booking_id: UUID, body: requests.Rolling, session: Session) -> tuple[int, answers.Rolled]:
    """Move a booking that is not loaded to a later departure of its carrier: the named one, or the next that fits."""
    return 201, answers.Rolled.of(acts.roll(session, booking_id, body))


@api.post("/bookings/<uuid:booking_id>/decline")
@operation(
    answers={204: None},
    tag="logistics",
    permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
    body=requests.Declining,
    idempotent=True,
)
def decline(booking_id: UUID, body: requests.Declining, session: Session) -> tuple[int, None]:
    """Give up a booking that is not loaded; its line is booked again by hand."""
    acts.decline(session, booking_id, body)
    return 204, None


@api.get("/order-lines/unbooked")
@operation(answers={200: Items[answers.Unbooked]}, tag="logistics", permission=Permission.LOGISTICS_DEPARTURE_OPERATE)
def unbooked() -> tuple[int, Items[answers.Unbooked]]:
    """List the lines that lost their booking and still have goods to send."""
    return 200, Items[answers.Unbooked](items=[answers.Unbooked.of(row) for row in acts.unbooked()])


@api.post("/order-lines/<uuid:line_id>/booking")
@operation(
    answers={201: answers.Rolled},
    tag="logistics",
    permission=Permission.LOGISTICS_BOOKING_RENEW,
    body=requests.BookingAgain,
    idempotent=True,
)
def book_again(line_id: UUID, body: requests.BookingAgain, session: Session) -> tuple[int, answers.Rolled]:
    """Book a line that lost its booking on a departure of its carrier; the freight is agreed again, never dearer."""
    return 201, answers.Rolled.of(acts.book_again(session, line_id, body))


@api.get("/consignments")
@operation(
    answers={200: Items[answers.BookingAboard]},
    tag="logistics",
    permission=Permission.PARTNER_CONSIGNMENT_READ,
    query=CursorQuery,
)
def consignments(query: CursorQuery) -> tuple[int, Items[answers.BookingAboard]]:
    """List the cargo that is assigned to one's company as carrier, by departure."""
    page = acts.consignments(query.cursor).map(answers.BookingAboard.of)
    return 200, Items[answers.BookingAboard](items=list(page.items), next=page.next)


@api.get("/departures/running")
@operation(
    answers={200: Items[Departure]},
    tag="operations",
    permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
    query=requests.Running,
)
def running(query: requests.Running) -> tuple[int, Items[Departure]]:
    """List departures by line, state, days and number; those under way and to come where none is named."""
    now = clock.now()
    page = running_acts.running(query)
    return 200, Items[Departure](items=[Departure.of(row, now) for row in page.items], next=page.next)


@api.get("/departures/<uuid:departure_id>/operations")
@operation(answers={200: answers.Operation}, tag="logistics", permission=Permission.LOGISTICS_DEPARTURE_OPERATE)
def operated(departure_id: UUID) -> tuple[int, answers.Operation]:
    """Show what is aboard a departure, what can be done with it, its manifest, events and waits at borders."""
    return 200, answers.Operation.of(acts.operated(departure_id))


def _act(name: str, body: Any, work: Callable[..., Any], does: str) -> None:
    """Add one act on a departure."""

    def act(departure_id: UUID, session: Session, **given: Any) -> tuple[int, None]:
        work(session, departure_id, *given.values())
        return 204, None

    act.__name__, act.__doc__ = name.replace("-", "_"), does
    api.post(f"/departures/<uuid:departure_id>/{name}")(
        operation(
            answers={204: None},
            tag="logistics",
            permission=Permission.LOGISTICS_DEPARTURE_OPERATE,
            body=body,
            idempotent=True,
        )(act)
    )


_act("close", None, acts.close, "Take no more bookings.")
_act("reopen", None, acts.reopen, "Take bookings again before loading begins and before the cargo cut-off.")
_act("hold", requests.Holding, acts.hold, "Stop a sealed lorry; everybody with goods aboard sees the cause.")
_act("resume", None, acts.resume, "Let a stopped lorry go on from where it stood.")
_act("load", requests.Loading, acts.load, "Load the cargo at the hub, or the named bookings of it.")
_act("unload", requests.Unloading, acts.unload, "Take the named bookings off the lorry before it is sealed.")
_act("seal", requests.Sealing, acts.seal, "Seal the doors and freeze the manifest; what is not aboard is rolled.")
_act("depart", requests.Passing, acts.depart, "Let the lorry go.")
_act("at-border", requests.Passing, acts.at_border, "Note that the lorry waits at a border.")
_act("clear", requests.Passing, acts.clear, "Note that the lorry is cleared and crosses.")
_act("arrive", requests.Passing, acts.arrive, "Note the arrival at the end of the line or at a place on the way.")
_act("strip", requests.Passing, acts.strip, "Unload the lorry.")
_act("cancel", requests.Cancelling, acts.cancel, "Cancel the departure; bookings are rolled, or ended and owed back.")
