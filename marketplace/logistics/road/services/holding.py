"""Hold a lorry, and act for what is aboard while it stands: it waits, leaves the lorry, or goes on by another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries.departures import DepartureRow, departure
from marketplace.logistics.road.models.lorries import HeldChoice
from marketplace.logistics.road.queries import held as queries
from marketplace.logistics.road.rules import held as rules
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.services import access, locks, transferring, waits
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier, DepartureState, HoldCause
from marketplace.logistics.services import cargo, tracking
from marketplace.logistics.services.departures import acting, journey
from marketplace.logistics.services.space import bookings
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.logistics.tracing.services import reporting
from marketplace.logistics.tracing.services.reporting import Said

_ABOARD = (BookingState.LOADED, BookingState.IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was done: for which booking (None: the whole lorry), where, why the lorry stood, what it costs."""

    id: UUID
    booking: str | None
    place_code: str
    cause: HoldCause
    cost: Money
    new_booking_id: UUID | None = None


def hold(session: Session, *, actor: Actor, departure_id: UUID, cause: HoldCause, now: datetime) -> None:
    """Stop a sealed lorry, as its operator, its carrier or a broker who declares for it.

    NotFound ``departure`` for others; Conflict ``state`` for a lorry that is not on its way.
    """
    access.reach(session, actor=actor, departure_id=departure_id)
    journey.hold(session, actor=actor, departure_id=departure_id, cause=cause, now=now)


def resume(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Let a held lorry go on, as who held it or as its operator.

    NotFound ``departure`` for those who do not work on it; Conflict ``held_by_other`` where another company said why
    it stands, ``state`` where it does not stand.
    """
    found = access.reach(session, actor=actor, departure_id=departure_id)
    row = acting.locked(session, departure_id)
    if row.state is DepartureState.HELD and not rules.may_end(
        runs=found.hat is Hat.OPERATOR, is_own=row.held_by == actor.company
    ):
        raise Conflict("held_by_other", departure=departure_id)
    journey.resume(session, actor=actor, departure_id=departure_id, now=now)


def wait(session: Session, *, actor: Actor, departure_id: UUID, until: datetime, now: datetime) -> Chosen:
    """Let a held lorry stand until an instant: everything ahead of it is expected that much later.

    A lorry that waits already waits on from then: only what is added delays it further, and costs more. Refused
    ``until``; Conflict ``not_held``.
    """
    row, place_code, cause = _held(session, actor, departure_id, now)
    since = queries.waits_from(session, departure_id=departure_id, now=now)
    minutes = rules.waited(since, until)
    known = standing(session, departure_id=departure_id).known
    ahead = next(stop for stop in row.stops if stop.reached_at is None)
    eta = rules.later(known[ahead.place.code], since=since, until=until)
    said = Said(Status.ARRIVED, Classifier.ESTIMATED, ahead.place.code, eta)
    reporting.note(session, actor=actor, departure_id=departure_id, said=said, now=now)
    waits.note(session, departure_id=departure_id, place_code=place_code, until=until, now=now)
    cost = rules.cost_of(Option.WAIT, minutes=minutes)
    return _note(session, actor, departure_id, Option.WAIT, place_code, cause, cost, now, eta=eta)


def off_load(session: Session, *, actor: Actor, departure_id: UUID, booking_id: UUID, now: datetime) -> Chosen:
    """Take a consignment off a held lorry where it stands, into custody there, until another lorry takes it.

    Refused ``booking`` for one that is not aboard; Conflict ``not_held``, ``declared_locked``, ``transit_runs``,
    ``transit_lodged``.
    """
    _, place_code, cause = _held(session, actor, departure_id, now)
    booking = _aboard(session, departure_id, booking_id)
    transferring.check_transit(session, booking_id=booking.id)
    locks.check(session, booking_id=booking.id, change=Change.REMOVE, now=now)
    transferring.take_off(session, booking, actor=actor, now=now)
    cargo.move_units(session, booking_ids=[booking.id], action="unload")
    tracking.note(session, code=Status.UNLOADED, booking_id=booking.id, place_code=place_code, event_at=now, now=now)
    cost = rules.cost_of(Option.OFF_LOAD, grams=booking.grams)
    return _note(session, actor, departure_id, Option.OFF_LOAD, place_code, cause, cost, now, booking=booking)


def transfer(
    session: Session, *, actor: Actor, departure_id: UUID, booking_id: UUID, to_departure_id: UUID, now: datetime
) -> Chosen:
    """Let a consignment of a held lorry, or one in custody, go on by another lorry of the same carrier that is there.

    Refused ``booking`` and ``departure`` (none that stands there with room on its way); Conflict as ``rolling.roll``.
    """
    access.must_be(session, Hat.OPERATOR, actor=actor, departure_id=departure_id)
    # Neither lorry goes on while it is asked where each stands; departures go before what is booked on them.
    acting.lock_all(session, departure_ids=(departure_id, to_departure_id))
    custody = queries.custody_of(session, booking_id=booking_id)
    if custody is None:
        _, place_code, cause = _standing(session, departure_id, now)
        booking = _aboard(session, departure_id, booking_id)
    else:
        booking, place_code, cause = bookings.locked_booking(session, booking_id), custody.place_code, custody.cause
        if booking.departure_id != departure_id or booking.state is not BookingState.CARGO_RECEIVED:
            raise Refused.field("booking", "not_aboard")
    lorries = queries.onward(session, booking=booking, place_code=place_code, now=now)
    possible = {one.departure_id: one for one in lorries}
    if to_departure_id not in possible:
        raise Refused.field("departure", "cannot_transfer", ", ".join(one.reference for one in possible.values()))
    transferring.check_transit(session, booking_id=booking.id)
    grams, chosen = booking.grams, possible[to_departure_id]
    made = transferring.move(
        session, booking, departure_id=to_departure_id, is_open=chosen.is_open, actor=actor, now=now
    )
    cost = rules.cost_of(Option.TRANSFER, grams=grams)
    return _note(
        session,
        actor,
        departure_id,
        Option.TRANSFER,
        place_code,
        cause,
        cost,
        now,
        booking=booking,
        eta=chosen.eta,
        new_booking_id=made,
    )


def _held(session: Session, actor: Actor, departure_id: UUID, now: datetime) -> tuple[DepartureRow, str, HoldCause]:
    """Return a held departure, where it stands and why, locked, for its operator; Conflict ``not_held``."""
    access.must_be(session, Hat.OPERATOR, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    return _standing(session, departure_id, now)


def _standing(session: Session, departure_id: UUID, now: datetime) -> tuple[DepartureRow, str, HoldCause]:
    row = departure(session, departure_id=departure_id, now=now)
    if row.state is not DepartureState.HELD or row.hold_cause is None:
        raise Conflict("not_held", departure=departure_id)
    return row, queries.stands_at(row), row.hold_cause


def _aboard(session: Session, departure_id: UUID, booking_id: UUID) -> Booking:
    try:
        found = bookings.locked_booking(session, booking_id)
    except NotFound:
        raise Refused.field("booking", "not_aboard") from None
    if found.departure_id != departure_id or found.state not in _ABOARD:
        raise Refused.field("booking", "not_aboard")
    return found


def _note(
    session: Session,
    actor: Actor,
    departure_id: UUID,
    option: Option,
    place_code: str,
    cause: HoldCause,
    cost: Money,
    now: datetime,
    *,
    booking: Booking | None = None,
    eta: datetime | None = None,
    new_booking_id: UUID | None = None,
) -> Chosen:
    made = HeldChoice(
        id=new_id(),
        departure_id=departure_id,
        booking_id=None if booking is None else booking.id,
        cause=cause,
        option=option,
        place_code=place_code,
        eta=eta,
        new_booking_id=new_booking_id,
        cost_minor=cost.minor,
        currency=cost.currency,
        chosen_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action=f"departure.held_{option}",
        subject="departure",
        subject_id=departure_id,
        facts={"choice": made.id, "booking": made.booking_id, "became": new_booking_id, "minor": cost.minor},
        now=now,
    )
    return Chosen(made.id, None if booking is None else booking.reference, place_code, cause, cost, new_booking_id)
