"""Acts about the lorry: sealed, gone, arrived, stripped; and a booking that goes on from there to its door."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.services import journal, units
from marketplace.logistics.handling.services.journal import Sent
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import AT_HUB, BookingState, DepartureState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import journey, loading

_S: Final = DepartureState
_AT_HUB: Final = frozenset({_S.PLANNED, _S.OPEN, _S.CLOSED, _S.LOADING})
_ARRIVED: Final = frozenset({_S.ARRIVED, _S.STRIPPED, _S.SETTLED})
_STRIPPED: Final = frozenset({_S.STRIPPED, _S.SETTLED})


def seal(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Seal the doors with one seal or several; on doors that are sealed already, add the numbers that are new.

    Conflict ``not_aboard`` where bookings are not on the lorry, until somebody says that they stay: another phone may
    not have sent that it loaded them.
    """
    numbers: list[str] = list(dict.fromkeys(act.content.get("seals") or ()))
    if not numbers:
        raise Refused.field("seals", "required", "one or more numbers")
    if _state(session, act, now) in _AT_HUB:
        left = [
            row for row in booking_queries.bookings_on(session, departure_id=act.departure_id) if row.state in AT_HUB
        ]
        if left and not act.content.get("confirmed"):
            raise Conflict("not_aboard", bookings=", ".join(sorted(row.reference for row in left)))
        loading.seal(
            session,
            actor=actor,
            departure_id=act.departure_id,
            seal_number=numbers[0],
            happened_at=happened,
            now=now,
        )
    units.add_seals(session, departure_id=act.departure_id, numbers=numbers, actor=actor, affixed_at=happened, now=now)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def gate_out(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Let the sealed lorry leave; one that another phone saw leave has left once."""
    if _state(session, act, now) in _AT_HUB | {_S.SEALED}:
        journey.depart(session, actor=actor, departure_id=act.departure_id, happened_at=happened, now=now)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def at_border(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Note that the lorry waits at a border, the next on its way where none is named; once, whoever else says so."""
    place = act.content.get("place") or None
    row = departures.departure(session, departure_id=act.departure_id, now=now)
    is_known = row.state is _S.AT_BORDER if place is None else place in _reached(row, borders=True)
    if not is_known:
        journey.at_border(
            session, actor=actor, departure_id=act.departure_id, place_code=place, happened_at=happened, now=now
        )
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def cleared(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Note that the lorry is cleared and crosses, at the border that is named; once, whoever else says so.

    Refused ``place`` for a border where it does not stand and did not.
    """
    place = act.content.get("place") or None
    row = departures.departure(session, departure_id=act.departure_id, now=now)
    reached = _reached(row, borders=True)
    stands = row.state is _S.AT_BORDER and place in (None, reached[-1])
    crossed = row.state is _S.CLEARED if place is None else place in reached and not stands
    if place is not None and not stands and not crossed and row.state is _S.AT_BORDER:
        raise Refused.field("place", "choice", reached[-1])
    if not crossed:
        journey.clear(session, actor=actor, departure_id=act.departure_id, happened_at=happened, now=now)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def arrived(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Note that the lorry is at the end of its line, or at a place on its way that is named; each place once."""
    place = act.content.get("place") or None
    row = departures.departure(session, departure_id=act.departure_id, now=now)
    if row.state not in _ARRIVED and place not in _reached(row, borders=False):
        journey.arrive(
            session, actor=actor, departure_id=act.departure_id, place_code=place, happened_at=happened, now=now
        )
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def stripped(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Note that the lorry is unloaded."""
    if _state(session, act, now) not in _STRIPPED:
        journey.strip(session, actor=actor, departure_id=act.departure_id, happened_at=happened, now=now)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def out_for_delivery(
    session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime
) -> None:
    """Note that cargo which arrived is on its way to the consignee's door; Conflict ``state`` before it arrived."""
    booking_id: UUID | None = act.booking_id
    if booking_id is None:
        raise Refused.field("booking", "required", "a booking, or a label")
    booking = booking_queries.booking(session, booking_id=booking_id)
    if booking.state is not BookingState.ARRIVED:
        raise Conflict("state", thing="booking", state=str(booking.state), action="out_for_delivery", possible=[])
    tracking.note(
        session,
        code=Status.EN_ROUTE,
        booking_id=booking_id,
        place_code=booking.to_place,
        event_at=happened,
        now=now,
    )
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)


def _reached(row: DepartureRow, *, borders: bool) -> list[str]:
    """Return the borders that the lorry was at, or the places after its hub where cargo leaves it."""
    return [stop.place.code for stop in row.stops[1:] if stop.reached_at is not None and stop.is_border is borders]


def _state(session: Session, act: HandlingAct, now: datetime) -> DepartureState:
    return departures.departure(session, departure_id=act.departure_id, now=now).state
