"""Write the provider's books down as they are read, compare each line with ours, take a person's word for the rest."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.bookings import BookingRun, ProviderBooking
from marketplace.payments.queries import bookings as queries
from marketplace.payments.rules import bookings as rules
from marketplace.payments.rules.bookings import BOOKINGS, OPEN, BookingState
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.provider import BookingSeen
from marketplace.payments.services import ledger, treasury


def read(session: Session, *, seen: BookingSeen, now: datetime) -> BookingState:
    """Write a line of the provider's books down and return how it compares with ours; again compares it anew."""
    insert_if_new(
        session,
        ProviderBooking,
        id=new_id(),
        provider_id=seen.provider_id,
        kind=seen.kind,
        source_id=seen.source_id,
        intent_id=seen.intent_id,
        our_id=seen.our_id,
        currency=seen.currency,
        amount_minor=seen.amount,
        fee_currency=seen.fee_currency,
        fee_minor=seen.fee,
        settled_minor=seen.settled,
        rate=seen.rate,
        booked_fee_minor=0,
        state=BookingState.UNMATCHED,
        at=seen.created_at,
        changed_at=now,
    )
    found = session.scalars(sa.select(ProviderBooking.id).where(ProviderBooking.provider_id == seen.provider_id)).one()
    return compare(session, booking_id=found, now=now)


def compare(session: Session, *, booking_id: UUID, now: datetime) -> BookingState:
    """Compare a line of the provider's books with ours and return how it stands; what is settled stays so."""
    booking = _locked(session, booking_id)
    if booking.state not in OPEN:
        return booking.state
    own = queries.own(session, booking=booking)
    if queries.is_taken(session, key=own.key, booking_id=booking.id):
        own = queries.Own(is_known=False)
    booking.booked_minor = queries.moved(session, key=own.key, currency=booking.currency) if own.is_known else None
    fee = queries.moved(session, key=own.fee_key, currency=booking.fee_currency) if own.is_known else None
    booking.booked_fee_minor = fee or 0
    state = rules.judge(
        is_known=own.is_known,
        amount=booking.amount_minor,
        fee=booking.fee_minor,
        booked=booking.booked_minor,
        booked_fee=booking.booked_fee_minor,
    )
    if state is not booking.state and state in rules.ACTIONS:
        booking.state = BOOKINGS.apply(booking.state, rules.ACTIONS[state])
        booking.changed_at = now
    if booking.state is BookingState.MATCHED:
        booking.ledger_key = own.key
    session.flush()
    if booking.state is BookingState.MATCHED and booking.settled_minor:
        _convert(session, booking, now=now)
    return booking.state


def resolve(session: Session, *, booking_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Say why a line that is not as ours is right all the same; the same person's same word again changes nothing."""
    if not reason.strip():
        raise Refused.field("reason", "required", "why it is right")
    booking = _locked(session, booking_id)
    if booking.state is BookingState.RESOLVED and (booking.resolved_by, booking.reason) == (actor.person, reason):
        return
    booking.state = BOOKINGS.apply(booking.state, "resolve")
    booking.resolved_by, booking.reason, booking.changed_at = actor.person, reason, now
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="provider_booking.resolve",
        subject="provider_booking",
        subject_id=booking.id,
        facts={"minor": booking.amount_minor, "currency": booking.currency, "kind": str(booking.kind)},
        now=now,
    )


def finish(session: Session, *, since: datetime, until: datetime, read: int, now: datetime) -> int:
    """Note that the provider's books were read; return how many lines are not as ours, and tell of them."""
    open_ones = sa.select(sa.func.count()).where(ProviderBooking.state.in_(OPEN))
    differences = session.scalar(open_ones) or 0
    run_id = new_id()
    session.add(BookingRun(id=run_id, since=since, until=until, read=read, differences=differences, at=now))
    session.flush()
    audit.record(
        session,
        actor=SYSTEM,
        action="booking_run.finish",
        subject="booking_run",
        subject_id=run_id,
        facts={"read": read, "differences": differences},
        now=now,
    )
    if differences:
        treasury.tell(session, template="bookings_differ", context={"count": differences}, now=now)
    return differences


def _convert(session: Session, booking: ProviderBooking, *, now: datetime) -> None:
    """Book that the provider changed the money: out of the currency it came in, into the one that it settles in.

    What coming and going at different rates leaves stands on the exchange account of the settled currency.
    """
    came = Money(booking.amount_minor, booking.currency)
    settled = Money(booking.settled_minor or 0, booking.fee_currency)
    kind = TransferKind.PROVIDER_CONVERTED
    entries = rules.converted(came, settled)
    ledger.post(session, kind=kind, key=f"{kind}:{booking.id}", entries=entries, subject=None, now=now)


def _locked(session: Session, booking_id: UUID) -> ProviderBooking:
    statement = sa.select(ProviderBooking).where(ProviderBooking.id == booking_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("provider_booking")
    return found
