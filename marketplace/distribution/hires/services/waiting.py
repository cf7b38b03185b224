"""Note what holds a whole lorry, count how long it waited for its hirer once it is unloaded, and charge that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution import queries as contracts
from marketplace.distribution.fees.queries.charged import Waited as Reckoned
from marketplace.distribution.fees.services import charging
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.models import HireHold, HireShare, HireWait
from marketplace.distribution.hires.queries import HireRow
from marketplace.distribution.hires.rules.waiting import Hold, Span, Waited, at_loading, waited
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import DepartureHeld, DepartureResumed
from marketplace.logistics.models.cargo import HandlingUnit, Receipt, Seal
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.pricing.rules.making import waiting_charge
from marketplace.logistics.pricing.rules.terms import WholeLorry as Terms
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier, HoldCause

_UNLOADED: Final = (BookingState.ARRIVED, BookingState.COMPLETED)


def on_held(session: Session, event: DepartureHeld) -> None:
    """Note that a whole lorry is held, and by what."""
    hire_id = queries.live_on(session, departure_id=event.departure_id)
    if hire_id is not None:
        session.add(HireHold(id=new_id(), hire_id=hire_id, cause=HoldCause(event.cause), began_at=event.at))
        session.flush()


def on_resumed(session: Session, event: DepartureResumed) -> None:
    """Note that it goes on."""
    hire_id = queries.live_on(session, departure_id=event.departure_id)
    session.execute(
        sa.update(HireHold).where(HireHold.hire_id == hire_id, HireHold.ended_at.is_(None)).values(ended_at=event.at)
    )


def count(session: Session, *, hire_id: UUID, now: datetime) -> bool:
    """Count the waiting of a whole lorry that is unloaded, once, and charge its hirer; tell whether it was counted.

    What is free is free over all places together. A lorry of which no goods arrived has nothing to count by.
    """
    session.scalars(sa.select(WholeLorry.id).where(WholeLorry.id == hire_id).with_for_update()).one()
    last = queries.last_round(session, hire_id=hire_id)
    if last is None or queries.waits(session, hire_id=hire_id):
        return False
    row = queries.hire(session, hire_id=hire_id)
    shares = [one for one in queries.shares_in(session, round_id=last.id) if one.is_aboard]
    found = _waits(session, row)
    rows = [
        {
            "hire_id": hire_id,
            "place_code": place,
            "is_loading": is_loading,
            "began_at": one and one.span.begin,
            "ended_at": one and max(one.span.begin, one.span.end),
            "minutes": one.minutes if one else 0,
            "held_minutes": one.held_minutes if one else 0,
            "counted_at": now,
        }
        for place, is_loading, one in found
    ]
    write(session, HireWait, rows)
    stays = [one for _, _, one in found if one is not None]
    _charge(session, row, shares, stays, now)
    return True


def _charge(
    session: Session, row: HireRow, shares: Sequence[HireShare], stays: Sequence[Waited], now: datetime
) -> None:
    minutes = sum(one.minutes for one in stays)
    amount = waiting_charge(Terms(row.price, row.free_minutes, row.waiting), minutes=minutes)
    if not amount or not shares:
        return
    # One booking stands for the lorry: whose share is the greatest.
    share = max(shares, key=lambda one: (one.share_minor, one.booking_id))
    contract = contracts.by_id(session, contract_id=share.contract_id)
    charging.charge_waiting(
        session,
        booking=booking_queries.booking(session, booking_id=share.booking_id),
        contract=contract,
        line=next(one for one in contract.lines if one.line_id == share.line_id),
        amount=amount,
        waited=Reckoned(minutes, row.free_minutes, row.waiting),
        happened_at=max(one.span.end for one in stays),
        now=now,
    )


def _waits(session: Session, row: HireRow) -> list[tuple[str, bool, Waited | None]]:
    """Return where the lorry was loaded and unloaded, and how long it waited there."""
    departure = session.get_one(Departure, row.departure_id)
    events = tracking.events_of(session, departure_id=row.departure_id)
    holds = [
        Hold(one.cause, one.began_at, one.ended_at)
        for one in session.scalars(sa.select(HireHold).where(HireHold.hire_id == row.id))
    ]
    loading = _loading(session, departure, events)
    found = [(departure.hub_code, True, waited(loading, holds) if loading else None)]
    for place, span in _unloading(session, departure, events):
        found.append((place, False, waited(span, holds)))
    return found


def _loading(session: Session, departure: Departure, events: Sequence[TransportRow]) -> Span | None:
    wanted = sa.select(sa.func.min(Seal.affixed_at)).where(Seal.departure_id == departure.id)
    came = (
        sa.select(sa.func.max(HandlingUnit.received_at))
        .join(Booking, Booking.id == HandlingUnit.booking_id)
        .where(Booking.departure_id == departure.id, Booking.state.in_(_UNLOADED))
    )
    sealed, last = session.scalar(wanted), session.scalar(came)
    if sealed is None or last is None:
        return None
    return at_loading(
        ready_at=departure.departs_at,
        came_at=_first(events, Status.ARRIVED, departure.hub_code),
        loaded_at=sealed,
        cutoff_at=departure.cutoff_cargo_at,
        last_cargo_at=last,
    )


def _unloading(session: Session, departure: Departure, events: Sequence[TransportRow]) -> list[tuple[str, Span]]:
    """Return from when until when the lorry stood at each place that its goods are for.

    At the end of its line until it was stripped, at a place before until what is for it was counted.
    """
    stops = session.scalars(
        sa.select(DepartureStop)
        .where(DepartureStop.departure_id == departure.id, DepartureStop.reached_at.is_not(None))
        .order_by(DepartureStop.position)
    ).all()
    receipts = session.execute(
        sa.select(Booking.to_place, sa.func.max(Receipt.received_at).label("at"))
        .join(Receipt, Receipt.booking_id == Booking.id)
        .where(Booking.departure_id == departure.id, Receipt.by_default.is_(False))
        .group_by(Booking.to_place)
    )
    counted: dict[str, datetime] = {row.to_place: row.at for row in receipts}
    places = set(
        session.scalars(
            sa.select(Booking.to_place).where(Booking.departure_id == departure.id, Booking.state.in_(_UNLOADED))
        )
    )
    found: list[tuple[str, Span]] = []
    for stop in stops:
        is_last = stop.position == stops[-1].position
        until = _first(events, Status.STRIPPED, None) if is_last else counted.get(stop.place_code)
        if stop.place_code in places and stop.reached_at is not None and until is not None:
            found.append((stop.place_code, Span(stop.reached_at, until)))
    return found


def _first(events: Sequence[TransportRow], code: Status, place: str | None) -> datetime | None:
    """Return when something happened first, at a place where one is named."""
    return min(
        (
            one.event_at
            for one in events
            if one.code == code and one.classifier is Classifier.ACTUAL and place in (None, one.place_code)
        ),
        default=None,
    )
