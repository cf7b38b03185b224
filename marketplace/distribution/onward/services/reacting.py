"""What happens to one of a line's two bookings happens to the other."""

from typing import Final

from sqlalchemy.orm import Session

from marketplace.distribution.onward import queries
from marketplace.distribution.onward.rules import RideState
from marketplace.distribution.onward.services import delays, keeping
from marketplace.distribution.onward.services.keeping import Pair
from marketplace.logistics.events import (
    BookingCancelled,
    BookingEvent,
    BookingExpired,
    BookingRolled,
    DepartureArrived,
)
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.space import claims

# Somebody decided so of this booking: another lorry is chosen by hand.
_BY_HAND: Final = frozenset({claims.DECLINED})


def on_booking_expired(session: Session, event: BookingExpired) -> None:
    """Let neither booking be held alone."""
    pair = _pair(session, event)
    if pair is None:
        return
    if event.subject == pair.ride.line_id:
        _first_ended(session, pair, "expired", event)
    elif pair.second is None and pair.ride.state is RideState.STANDS:
        keeping.lose(session, pair, now=event.at)


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """Give the second room back with the first; find another second lorry where the road gave that one up."""
    pair = _pair(session, event)
    if pair is None:
        return
    if event.subject == pair.ride.line_id:
        _first_ended(session, pair, event.reason, event)
    elif pair.second is None and pair.ride.state is RideState.STANDS:
        if event.reason in _BY_HAND or pair.ride.changed_at is not None:
            keeping.lose(session, pair, now=event.at)
        else:
            keeping.follow(session, pair, now=event.at)


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Let the second lorry be one that leaves after the first is there."""
    pair = _pair(session, event)
    if pair is not None and pair.ride.state is not RideState.ENDED:
        keeping.follow(session, pair, now=event.at)
        present = keeping.pair_of(session, line_id=pair.ride.line_id)
        if present is not None and present.second is not None and present.second.state is not BookingState.TARGET:
            keeping.describe(session, present)


def on_arrived(session: Session, event: DepartureArrived) -> None:
    """Await no count of goods that only change lorry here: the second carrier takes them over, if not too late."""
    rides = queries.of_lines(session, line_ids=event.subjects)
    if rides:
        cargo.await_none(session, subjects=list(rides))
    for line_id in sorted(rides):
        delays.follow(session, line_id=line_id, now=event.at)


def _first_ended(session: Session, pair: Pair, reason: str, event: BookingEvent) -> None:
    if pair.first is None:
        keeping.end(session, pair, reason=reason, now=event.at)


def _pair(session: Session, event: BookingEvent) -> Pair | None:
    found = queries.about(session, subject=event.subject)
    return None if found is None else keeping.pair_of(session, line_id=found.line_id)
