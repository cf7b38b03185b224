"""Book a line again that no lorry takes any more, on a departure chosen by hand."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.handling.services import surcharging
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.services import booking as bookings
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.services import cargo
from marketplace.logistics.services.space import claims
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.states import BEFORE_PACKING, LineState, OrderState
from marketplace.orders.services.moves import locked_order, parts_of

_GOES_ON: Final = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.IN_FULFILMENT)
_STILL_TO_GO: Final = frozenset({*BEFORE_PACKING, LineState.PACKED, LineState.HANDED_OVER})


def book_again(session: Session, *, line_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Take room for a line that lost its booking, with what the hub has of it; return the booking.

    Its freight is agreed again at what it was agreed for, so only with its carrier: Conflict ``other_carrier`` names
    another. Conflict ``booked`` while it has a booking, ``not_secured`` before the deposit, ``capacity``, ``cutoff``
    and ``ready_too_late`` for a departure that cannot take it.
    """
    order, ended = _lost(session, line_id, actor)
    locked_order(session, order_id=order.id)
    if (present := bookings.current(session, line_id=line_id)) is not None:
        raise Conflict("booked", booking=present.id, departure=present.departure_id)
    if order.secured_at is None:
        raise Conflict("not_secured", order=order.id)
    # What replaces other goods goes on when nothing else of its order does.
    goes_on = order.state in _GOES_ON or lines.line_replaces(session, line_id=line_id)
    if not goes_on or not _STILL_TO_GO & parts_of(session, line_id=line_id).keys():
        raise Conflict("state", thing="order", state=str(order.state), action="book_again", possible=[])
    until = _chosen(session, ended, departure_id, now).cutoff_cargo_at
    new = bookings.hold_on(session, ended, departure_id, until=until, actor=actor, now=now)
    claims.confirm(session, subject=line_id, actor=actor, now=now)
    onward.confirm(session, line_ids=[line_id], actor=actor, now=now)
    cargo.bring_along(session, actor=actor, booking_id=ended.id, new_booking_id=new.id, now=now)
    surcharging.consider(session, line_id=line_id, booking_id=new.id, now=now)
    return booking_queries.booking(session, booking_id=new.id)


def options(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> tuple[OptionRow, ...]:
    """Return where a line may be booked again by the actor; none while it has a booking."""
    _lost(session, line_id, actor)
    if bookings.current(session, line_id=line_id) is not None:
        return ()
    return bookings.options_again(session, line_id=line_id, now=now)


def _lost(session: Session, line_id: UUID, actor: Actor) -> tuple[OrderRow, BookingRow]:
    """Return order and last booking of a line for its merchant and the operator's staff; NotFound for others."""
    rows = booking_queries.bookings(session, subjects=[line_id]).get(line_id, ())
    if not rows:
        raise NotFound("order_line")
    order_id = lines.order_of(session, line_id=line_id)
    order = orders.by_id(session, order_ids=[order_id])[order_id]
    if actor.company_kind != CompanyKind.OPERATOR and actor.company != order.merchant_id:
        raise NotFound("order_line")
    return order, rows[-1]


def _chosen(session: Session, ended: BookingRow, departure_id: UUID, now: datetime) -> DepartureRow:
    """Return a departure of the carrier that the goods reach; whether it has room is asked when it is taken."""
    chosen = departures.departure(session, departure_id=departure_id, now=now)
    before = departures.departure(session, departure_id=ended.departure_id, now=now)
    if chosen.carrier_company_id != before.carrier_company_id:
        raise Conflict("other_carrier", departure=departure_id)
    if chosen.hub_code != before.hub_code:
        raise Conflict("other_hub", departure=departure_id, hub=before.hub_code)
    if now < chosen.cutoff_cargo_at < bookings.ready_from(session, ended.subject, before, now):
        last = chosen.cutoff_cargo_at.isoformat()
        raise Conflict("ready_too_late", departure=chosen.reference, cargo_until=last)
    return chosen
