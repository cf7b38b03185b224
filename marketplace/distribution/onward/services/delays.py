"""A first lorry that comes too late for the second: the goods go by a later one, as when a ready date slips."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.events import RideLate
from marketplace.distribution.onward import queries
from marketplace.distribution.onward.rules import RideState
from marketplace.distribution.onward.services import keeping
from marketplace.distribution.onward.services.keeping import Pair
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.tracing.events import EstimateMoved
from marketplace.orders.queries import lines, orders

LATE_FIRST: Final = "late_first"
_CHOSEN: Final = "chosen"
# A second booking that may go by another lorry: its goods are not there yet.
_MOVABLE: Final = (BookingState.TARGET, BookingState.HELD, BookingState.CONFIRMED)


def on_estimate_moved(session: Session, event: EstimateMoved) -> None:
    """Move what changes lorry where this one comes too late for it now."""
    booked = booking_queries.bookings_on(session, departure_id=event.departure_id)
    for line_id in sorted(queries.of_lines(session, line_ids=[row.subject for row in booked])):
        follow(session, line_id=line_id, now=event.at)


def follow(session: Session, *, line_id: UUID, now: datetime) -> None:
    """Let a line go by the next lorry of its second carrier that the first reaches and that has room.

    Its freight stays as agreed. Where no lorry takes it the booking stands as it is, and both sides and the operator
    are told that it is at risk: the first lorry may make up for its delay.
    """
    pair = keeping.pair_of(session, line_id=line_id)
    if pair is None or pair.first is None or pair.second is None or not _may_move(pair):
        return
    if keeping.reaches(session, pair) or keeping.move_on(session, pair, now=now, reason=LATE_FIRST):
        return
    events.record(
        session,
        RideLate(
            at=now,
            line_id=line_id,
            departure_id=pair.second.departure_id,
            expected_at=queries.there_at(session, booking=pair.first),
        ),
    )


@dataclass(frozen=True, slots=True)
class Missed:
    """A second booking whose goods are expected only when its lorry takes no more cargo."""

    second: BookingRow
    expected_at: datetime


def misses(session: Session, *, line_id: UUID) -> Missed | None:
    """Return the second booking that a line is expected too late for; None where it reaches it, or changed lorry."""
    pair = keeping.pair_of(session, line_id=line_id, locked=False)
    if pair is None or pair.first is None or pair.second is None or not _may_move(pair):
        return None
    if keeping.reaches(session, pair):
        return None
    return Missed(pair.second, queries.there_at(session, booking=pair.first))


def choices(session: Session, *, line_id: UUID, now: datetime, actor: Actor | None = None) -> tuple[OptionRow, ...]:
    """Return the lorries that a line may go on by instead of its second one, by arrival; none once it changed.

    NotFound where the ``actor`` is of neither side of its order.
    """
    if actor is not None:
        _check_side(session, line_id, actor)
    pair = keeping.pair_of(session, line_id=line_id, locked=False)
    if pair is None or pair.second is None or not _may_move(pair):
        return ()
    found = keeping.options(session, pair, now=now)
    return tuple(one for one in found if one.departure_id != pair.second.departure_id)


def choose(session: Session, *, line_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a line go on by another lorry that is proposed, as its buyer or the operator's staff.

    NotFound for others; Conflict ``state`` once the second carrier has the goods or while it has no booking,
    ``not_onward`` for a departure that is not proposed, ``declared_locked`` for declared goods whose first lorry is not
    late: those of a late one move, and it is noted what to amend.
    """
    if actor.company_kind != CompanyKind.OPERATOR:
        _check_side(session, line_id, actor, buyer_only=True)
    pair = keeping.pair_of(session, line_id=line_id)
    if pair is None:
        raise NotFound("ride")
    if pair.second is None or not _may_move(pair):
        state = str(pair.second.state) if pair.second else str(pair.ride.state)
        raise Conflict("state", thing="booking", state=state, action="roll", possible=[])
    is_late = not keeping.reaches(session, pair)
    if not is_late:
        locks.allow(session, booking_id=pair.second.id, change=Change.ROLL)
    if not keeping.move_on(session, pair, now=now, reason=_CHOSEN, chosen=departure_id, actor=actor, must=is_late):
        raise Conflict("not_onward", departure=departure_id, hub=pair.ride.change_at)


def _may_move(pair: Pair) -> bool:
    stands = pair.ride.state is RideState.STANDS and pair.ride.changed_at is None
    return stands and pair.first is not None and pair.second is not None and pair.second.state in _MOVABLE


def _check_side(session: Session, line_id: UUID, actor: Actor, *, buyer_only: bool = False) -> None:
    order_id = lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:
        raise NotFound("order_line")
    order = orders.by_id(session, order_ids=[order_id])[order_id]
    if actor.company != order.buyer_id and (buyer_only or actor.company != order.merchant_id):
        raise NotFound("order_line")
