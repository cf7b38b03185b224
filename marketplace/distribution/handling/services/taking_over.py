"""Cartons that change lorry: counted by phones as they come off the first one, taken over when all are counted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.handling.queries.cartons import CartonsRow
from marketplace.distribution.handling.services import aboard, numbering
from marketplace.distribution.onward import queries as onward
from marketplace.distribution.onward.services import changing
from marketplace.distribution.onward.services.changing import Change
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.rules.acts import Kind
from marketplace.logistics.handling.rules.merging import deciding, sums, with_unnumbered
from marketplace.logistics.handling.services import journal
from marketplace.logistics.handling.services.journal import Sent
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.rules.states import BookingState

_LONGEST_REASON = 200


def departures_of(session: Session, *, sent: Sent) -> Collection[UUID]:
    """Return the departures that an act touches: of goods that change lorry also the one that brings them."""
    touched = {sent.departure_id}
    if sent.kind is Kind.RECEIVE and sent.booking_id is not None:
        booking = booking_queries.booking(session, booking_id=sent.booking_id)
        partner = onward.partners(session, bookings=[booking]).get(sent.booking_id)
        if partner is not None and partner.is_first:
            touched.add(partner.booking.departure_id)
    return touched


def receive(
    session: Session,
    act: HandlingAct,
    sent: Sent,
    cartons: CartonsRow,
    actor: Actor,
    happened: datetime,
    now: datetime,
) -> None:
    """Count cartons that the first lorry brought; those that another act counted already are not counted again.

    With the last of them, or where somebody says that nothing more comes, the second carrier has them: what is missing
    then was lost on the first lorry. Nothing is weighed: they are what the first hub measured. Conflict ``state``
    before the first lorry is there, and for cartons that were given up as lost.
    """
    booking_id, ride_id = numbering.of_cartons(act)
    ride = onward.ride(session, ride_id=ride_id)
    numbered = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=ride_id))
    there = with_unnumbered(numbered, cartons.handed, cartons=cartons.packing.cartons)
    free = next((number for number in range(1, cartons.packing.cartons + 1) if number not in there), 1)
    numbering.number(session, act, free, cartons.packing.cartons, None)
    new = set(queries.lot_of(act).cartons) - there
    if ride.changed_at is None and not _is_there(cartons):
        raise _conflict(str(cartons.partner.booking.state) if cartons.partner else "")
    if ride.changed_at is not None and new:
        raise _conflict("changed")
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)
    if ride.changed_at is not None:
        return
    decided = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=ride_id))
    if len(decided) < cartons.expected and not act.content.get("complete"):
        return
    counted = Change(
        cartons=len(decided),
        damaged=sums(decided).damaged,
        remarks=sent.remarks,
        confirmed=bool(act.content.get("confirmed")),
        reason=sent.remarks[:_LONGEST_REASON] if act.content.get("after_cutoff") else "",
    )
    changing.change(session, ride_id=ride_id, counted=counted, actor=actor, now=now, happened_at=happened)
    aboard.load_if_all(session, booking_id=booking_id, actor=actor, happened=happened, now=now)


def _is_there(cartons: CartonsRow) -> bool:
    return cartons.partner is not None and cartons.partner.booking.state is BookingState.ARRIVED


def _conflict(state: str) -> Conflict:
    return Conflict("state", thing="booking", state=state, action="change", possible=[])
