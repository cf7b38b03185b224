"""The four axes of an order line as its page shows them: goods, transport, money, customs.

All its instants are by the clock of the reader's company, as the deadlines beside them are.
"""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.edge.acts.operations import waits_in
from marketplace.edge.acts.orders import OrderSeen
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.states import WAY_FROM_STOCK, WAY_MADE_TO_ORDER, LineState
from marketplace.payments.queries.payments import MilestoneRow
from marketplace.payments.rules.paying import MilestoneState
from marketplace.reference.rules import PlaceKind
from marketplace.web.shared import locale, plans, render
from marketplace.web.shared.causes import cause_of

_TRANSPORT = (
    BookingState.HELD,
    BookingState.CONFIRMED,
    BookingState.CARGO_RECEIVED,
    BookingState.LOADED,
    BookingState.IN_TRANSIT,
    BookingState.ARRIVED,
    BookingState.COMPLETED,
)
_REACHED: Final[dict[int, BookingState]] = {
    Status.COLLECTED: BookingState.CARGO_RECEIVED,
    Status.CONSOLIDATED: BookingState.LOADED,
    Status.DEPARTED: BookingState.IN_TRANSIT,
    Status.DELIVERED: BookingState.COMPLETED,
}
_THERE: Final = (BookingState.ARRIVED, BookingState.COMPLETED)
# What is noted later in this order replaces what is noted before it.
_SURER: Final = (Classifier.PLANNED, Classifier.ESTIMATED, Classifier.ACTUAL)
_PAID = (MilestoneState.PAID, MilestoneState.RELEASED)
_OVER = (MilestoneState.CANCELLED, MilestoneState.REFUNDED)


def axes(seen: OrderSeen, line: LineRow) -> list[dict[str, Any]]:
    """Return the axes of a line, each with its state and its stops."""
    return [_goods(line), _transport(seen, line), _money(seen, line), _customs()]


def _goods(line: LineRow) -> dict[str, Any]:
    way = WAY_FROM_STOCK if line.lead_days is None else WAY_MADE_TO_ORDER
    reached = {move.after: move.at for move in line.moves}
    stops = [
        {"label": label_of(state), "state": _step(way, line.state, state), "at": reached.get(state)} for state in way
    ]
    if line.state is LineState.CLOSED and LineState.ACCEPTED in reached:
        for stop in stops:
            stop["state"] = "done"
        stops.append({"label": label_of(line.state), "state": "done", "at": reached.get(line.state)})
    elif line.state not in way:
        stops = [stop for stop in stops if stop["at"]]
        stops.append({"label": label_of(line.state), "state": "problem", "at": reached.get(line.state)})
    return {"axis": "goods", "state": line.state, "stops": stops}


def _transport(seen: OrderSeen, line: LineRow) -> dict[str, Any]:
    booking = seen.booking_of(line.id)
    if booking is None:
        return {"axis": "transport", "state": "pending", "stops": []}
    way: Sequence[BookingState] = _TRANSPORT
    if booking.state is BookingState.TARGET:
        way = (BookingState.TARGET, *_TRANSPORT)
    stops: list[dict[str, Any]] = [
        {"label": label_of(state), "state": _step(way, booking.state, state)} for state in way
    ]
    if booking.state not in way:
        stops = [{"label": label_of(booking.state), "state": "problem"}]
    else:
        stops[0]["note"] = booking.departure_reference
        if booking.state is BookingState.HELD and booking.expires_at:
            kept = _("kept until %(moment)s", moment=render.datetime_in(booking.expires_at))
            stops[way.index(booking.state)]["note"] = f"{booking.departure_reference} · {kept}"
        if booking.state not in _THERE:
            stops[-2] |= {"at": booking.arrives_at, "note": _("planned")}
        _date(seen, line, booking, dict(zip(way, stops, strict=True)))
        place = way.index(BookingState.IN_TRANSIT) + 1
        stops[place:place] = _borders(seen, line)
    return {"axis": "transport", "state": booking.state, "stops": stops, "note": _trouble(booking)}


def _trouble(booking: BookingRow) -> str | None:
    """Return why the lorry is held, or why the road gave the booking up."""
    if booking.hold_cause is not None:
        return _("held up: %(cause)s", cause=cause_of(booking.hold_cause))
    return booking.decline_reason


def _date(seen: OrderSeen, line: LineRow, booking: BookingRow, stops: dict[BookingState, dict[str, Any]]) -> None:
    """Give each stop the instant at which it happened; what is planned or expected is called so and gives way to it."""
    words = {Classifier.PLANNED: _("planned"), Classifier.ESTIMATED: _("expected")}
    for event in sorted(seen.journey_of(line.id), key=lambda row: (_SURER.index(row.classifier), row.recorded_at)):
        reached = _REACHED.get(event.code)
        if event.code == Status.ARRIVED and event.place_code == booking.to_place:
            reached = BookingState.ARRIVED
        # What others report dates a stop that the lorry has not come to by the city's own acts, and nothing else.
        is_fact = event.classifier is Classifier.ACTUAL and event.reported_by is None
        if reached is not None and (is_fact or stops[reached]["state"] == "future"):
            word = _("reported") if event.reported_by is not None else words.get(event.classifier)
            stops[reached] |= {"at": event.event_at, "note": word}


def _borders(seen: OrderSeen, line: LineRow) -> list[dict[str, Any]]:
    """Return the stays at borders as stops, each with the hours it took."""
    events = seen.journey_of(line.id)
    borders = {code for code, place in seen.places.items() if place.kind is PlaceKind.BORDER_SIDE}
    return [
        {
            "label": _("Border: %(place)s", place=seen.places[wait.place_code].called(locale.current())),
            "state": "done" if wait.until else "current",
            "at": wait.since.event_at,
            "note": _("waiting")
            if wait.hours is None
            else ngettext("crossed after %(num)s hour", "crossed after %(num)s hours", wait.hours),
        }
        for wait in waits_in(events, borders)
    ]


def _money(seen: OrderSeen, line: LineRow) -> dict[str, Any]:
    """Return what is left of a line's shares, as the plan that counts now divides it.

    What fell away by agreement is no stop of it, and shows only where nothing else is left.
    """
    milestones = seen.milestones_of(line.id)
    milestones = tuple(one for one in milestones if one.state not in _OVER or _is_agreed(one)) or milestones
    present = next((one for one in milestones if one.state not in _PAID), milestones[-1] if milestones else None)
    points = {stage.event: stage.basis_points for stage in seen.money.plan.stages}
    stops = [
        {
            "label": plans.share_of(points.get(one.event, one.share_bp), one.event),
            "state": _paid(one, present),
            "note": _said_of(one),
        }
        for one in milestones
    ]
    return {"axis": "money", "state": _state_of(present), "stops": stops}


def _is_agreed(one: MilestoneRow) -> bool:
    return one.is_taken_back or one.is_sent_back


def _state_of(one: MilestoneRow | None) -> str:
    if one is None:
        return "pending"
    if one.is_taken_back:
        return "taken_back"
    return "sent_back" if one.is_sent_back else one.state


def _said_of(one: MilestoneRow) -> str:
    if one.is_taken_back:
        return _("taken back by the card's bank")
    if one.is_sent_back:
        return _("went back to the card at the provider's limit")
    return _("frozen by a card's dispute") if one.is_frozen else label_of(one.state)


def _customs() -> dict[str, Any]:
    stops = [
        {"label": _("Export side: undeclared"), "state": "future"},
        {"label": _("Import side: undeclared"), "state": "future"},
    ]
    return {"axis": "customs", "state": "undeclared", "stops": stops}


def _step(way: Sequence[Any], present: Any, state: Any) -> str:
    if present not in way:
        return "done"
    here, there = way.index(present), way.index(state)
    return "current" if here == there else "done" if there < here else "future"


def _paid(one: MilestoneRow, present: MilestoneRow | None) -> str:
    if _is_agreed(one):
        return "problem"
    if one.state in _PAID or one.state in _OVER:
        return "done"
    if one.state is MilestoneState.OVERDUE:
        return "problem"
    return "current" if one is present else "future"


def label_of(state: Any) -> str:
    """Return a state or event as a word in the reader's language."""
    words = {
        LineState.OPEN: _("Ordered"),
        LineState.IN_PRODUCTION: _("In production"),
        LineState.READY: _("Ready"),
        LineState.PACKED: _("Packed"),
        LineState.HANDED_OVER: _("Handed over"),
        LineState.IN_TRANSIT: _("In transit"),
        LineState.DELIVERED: _("Delivered"),
        LineState.ACCEPTED: _("Accepted"),
        LineState.SHORT: _("Short"),
        LineState.DAMAGED: _("Damaged"),
        LineState.WRONG: _("Wrong or defective"),
        LineState.LOST: _("Lost"),
        LineState.RETURNED: _("Returned"),
        LineState.CLOSED: _("Closed"),
        LineState.REJECTED: _("Rejected"),
        LineState.CANCELLED: _("Cancelled"),
        BookingState.TARGET: _("Target departure"),
        BookingState.HELD: _("Held"),
        BookingState.CONFIRMED: _("Confirmed"),
        BookingState.CARGO_RECEIVED: _("Cargo received"),
        BookingState.LOADED: _("Loaded"),
        BookingState.ARRIVED: _("Arrived"),
        BookingState.COMPLETED: _("Completed"),
        BookingState.EXPIRED: _("Expired"),
        BookingState.ROLLED: _("Rolled"),
        BookingState.DECLINED: _("Declined"),
        MilestoneState.PENDING: _("Pending"),
        MilestoneState.DUE: _("Due"),
        MilestoneState.SLIP_RECEIVED: _("Slip received"),
        MilestoneState.PART_PAID: _("Part paid"),
        MilestoneState.PAID: _("Paid"),
        MilestoneState.RELEASED: _("Released"),
        MilestoneState.OVERDUE: _("Overdue"),
        MilestoneState.REFUNDED: _("Refunded"),
    }
    return words.get(state, str(state).replace("_", " ").capitalize())
