"""What happens to a lorry that brings goods back happens to the claims for which they go; they are counted twice."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.rules.handover import Counted, Received, check_count
from marketplace.distribution.rules.returning import NO_CARGO
from marketplace.distribution.services import access, handover, receipts, return_papers, returning
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.events import (
    BookingCancelled,
    BookingRolled,
    DepartureArrived,
    DepartureCleared,
    DepartureDeparted,
)
from marketplace.logistics.queries import bookings
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import acting
from marketplace.orders.claims import queries as claims
from marketplace.orders.events import ClaimMoved
from marketplace.orders.services import returning as returns
from marketplace.orders.services.moves import locked_order
from marketplace.reference import queries as reference


def hand_over(session: Session, *, claim_id: UUID, counted: Counted, actor: Actor, now: datetime) -> str:
    """Take goods that go back into the hub, all at once; return the code of the unit that they are.

    They count as sent, their freight falls due, and customs get their papers. Conflict ``capacity``, ``cutoff`` after
    the cargo cut-off unless an operator gives a reason, ``state`` for what is at the hub already.
    """
    found = access.booking_of_return(session, claim_id=claim_id, actor=actor, now=now)
    acting.lock(session, departure_id=found.departure_id)
    booking = bookings.booking(session, booking_id=found.id)
    handover.check_in_time(booking, counted, actor, now)
    if booking.state is not BookingState.CONFIRMED:
        raise Conflict("state", thing="booking", state=str(booking.state), action="receive", possible=[])
    (code,) = cargo.receive_cargo(
        session,
        actor=actor,
        booking_id=booking.id,
        units=[counted.unit],
        floor=booking.load,
        reason=counted.override_reason,
        now=now,
    )
    returns.hand_over(session, claim_id=claim_id, actor=actor, now=now)
    claim = claims.some(session, claim_ids=[claim_id])[claim_id]
    returning.let_fall_due(session, claim, now)
    return_papers.issue(session, claim=claim, booking_id=booking.id, now=now)
    return code


def receive(
    session: Session,
    *,
    booking_id: UUID,
    received: Received,
    received_at: datetime | None = None,
    actor: Actor,
    now: datetime,
    by_default: bool = False,
) -> UUID:
    """Record what arrived of goods that went back; return the receipt.

    All of it whole, counted by who gets it, settles the claim. What another counts, or what is missing or broken,
    leaves that to its word. Refused ``cartons`` beyond what was handed over, Conflict ``few_came`` for a last count of
    few that nobody confirms, ``state`` before the arrival and after the last receipt.
    """
    claim_id = access.claim_of(session, booking_id=booking_id)
    claim = claims.some(session, claim_ids=[claim_id])[claim_id]
    locked_order(session, order_id=claim.order_id)
    booking = bookings.booking(session, booking_id=booking_id)
    if not by_default:
        access.may_count(session, booking, actor, now)
    if booking.state is not BookingState.ARRIVED:
        raise Conflict("state", thing="booking", state=str(booking.state), action="receipt", possible=[])
    loaded, before = receipts.counts(session, booking_id)
    counted = sum(row.cartons for row in before)
    check_count(received, loaded=loaded, before=counted)
    receipt_id = cargo.record_receipt(
        session,
        actor=actor,
        booking_id=booking_id,
        cartons=received.cartons,
        damaged_cartons=received.damaged,
        remarks=received.remarks,
        complete=received.complete,
        by_default=by_default,
        received_at=received_at,
        now=now,
    )
    if received.complete:
        hurt = sum(row.damaged_cartons for row in before) + received.damaged
        is_whole = counted + received.cartons == loaded and not hurt and actor.company_id == claim.respondent_id
        returns.receive(session, claim_id=claim_id, is_whole=is_whole, actor=actor, now=now)
    return receipt_id


def receive_unanswered(session: Session, *, booking_id: UUID, now: datetime) -> bool:
    """End the booking of goods that came back and that nobody counted in time; tell whether the time was over.

    The claim keeps its own clock: what its receiver does not contest counts as received.
    """
    claim_id = access.claim_of(session, booking_id=booking_id)
    locked_order(session, order_id=claims.some(session, claim_ids=[claim_id])[claim_id].order_id)
    booking = bookings.booking(session, booking_id=booking_id)
    if booking.state is not BookingState.ARRIVED or booking.receipt_due_at is None or booking.receipt_due_at > now:
        return False
    loaded, before = receipts.counts(session, booking_id)
    rest = Received(loaded - sum(row.cartons for row in before))
    receive(session, booking_id=booking_id, received=rest, actor=SYSTEM, now=now, by_default=True)
    return True


def on_claim_moved(session: Session, event: ClaimMoved) -> None:
    """Give back the room of goods that do not go back by lorry after all."""
    claim = claims.some(session, claim_ids=[event.claim_id])[event.claim_id]
    if claim.way is not None and not returning.has_lorry(claim):
        returning.free(session, claim_id=claim.id, now=event.at)


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Let goods that no lorry takes back wait for another one, or for a word."""
    for claim_id in _claims(session, [event.subject]):
        returning.lose(session, claim_id=claim_id, now=event.at)


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Let goods that go back be handed over for the later lorry; who did not bring them gets no more time by that."""
    if event.reason == NO_CARGO:
        return
    for claim_id in _claims(session, [event.subject]):
        booking = bookings.booking(session, booking_id=event.new_booking_id)
        returns.prolong(session, claim_id=claim_id, cargo_until=booking.cutoff_cargo_at, now=event.at)


def on_departed(session: Session, event: DepartureDeparted) -> None:
    """Note that the goods are on their way back."""
    for claim_id in _claims(session, event.subjects):
        returns.follow(session, claim_id=claim_id, action="depart", now=event.at)


def on_cleared(session: Session, event: DepartureCleared) -> None:
    """Note that goods are over the border once the lorry stands in the country that they go back to."""
    here = reference.get_place(session, event.place_code).country
    found = _claims(session, event.subjects)
    carried = bookings.bookings(session, subjects=found)
    for claim_id in found:
        if reference.get_place(session, carried[claim_id][-1].to_place).country == here:
            returns.follow(session, claim_id=claim_id, action="cross", now=event.at)


def on_arrived(session: Session, event: DepartureArrived) -> None:
    """Let the time of those begin to whom goods came back."""
    for claim_id in _claims(session, event.subjects):
        returns.follow(session, claim_id=claim_id, action="arrive", now=event.at)


def _claims(session: Session, subjects: Collection[UUID]) -> list[UUID]:
    """Return those of the subjects that are claims, in the order in which their orders are locked."""
    found = claims.some(session, claim_ids=subjects).values()
    return [row.id for row in sorted(found, key=lambda row: (row.order_id, row.id))]
