"""Let another kind of lorry drive a departure: who stays on it is the published rule's to say, never anybody's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import LorryChanged
from marketplace.logistics.fleet.models import CrewAssignment, FleetVehicle
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.queries.fleets import TypeRow
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.planning.services import standing
from marketplace.logistics.pricing.rules.shares import fill_percent
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import bookings, departures, staying
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.queries.staying import WHOLE_PERCENT
from marketplace.logistics.road.queries import cooling
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.rules import timetable
from marketplace.logistics.rules.states import DEPARTURE, DepartureState
from marketplace.logistics.rules.staying import Claim, who_stays
from marketplace.logistics.services.departures.acting import audited, locked
from marketplace.logistics.services.departures.moving import later_for, roll_on
from marketplace.logistics.services.departures.refitting import refit
from marketplace.logistics.services.space import lapsing
from marketplace.logistics.services.space.bookings import locked_booking

OTHER_LORRY: Final = "other_lorry"
# Until loading begins: then what is on the lorry would have to come off.
_MAY_CHANGE: Final = (DepartureState.OPEN, DepartureState.CLOSED)


@dataclass(frozen=True, slots=True)
class Going:
    """A booking that would move on, and the departure it would move to; None where it needs the operator."""

    booking: BookingRow
    to: OptionRow | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of a departure with another kind of lorry, which would sell so much ``room``.

    ``percent`` is how full it would count for shares of the freight; ``refusals`` what stands in the way.
    """

    kind: TypeRow
    room: Load
    stay: tuple[BookingRow, ...]
    go: tuple[Going, ...]
    percent: int
    refusals: tuple[Conflict, ...]


@dataclass(slots=True)
class _Elsewhere:
    """What earlier bookings would already have taken of other departures."""

    taken: dict[UUID, Load] = field(default_factory=dict[UUID, Load])
    coming: dict[UUID, dict[UUID, str]] = field(default_factory=dict[UUID, dict[UUID, str]])


def outlook(session: Session, *, departure_id: UUID, now: datetime) -> tuple[Outlook, ...]:
    """Return what would become of a departure with each other kind of lorry; nothing once it is being loaded."""
    row = departures.departure(session, departure_id=departure_id, now=now)
    if row.state not in _MAY_CHANGE:
        return ()
    departure = session.get_one(Departure, departure_id)
    claims = staying.claims_on(session, departure_id=departure_id, now=now)
    aboard = {one.id: one for one in bookings.bookings_on(session, departure_id=departure_id)}
    known = [one for one in fleets.types(session) if one.id != row.vehicle_type_id]
    return tuple(_outlook(session, departure, one, claims, aboard, now) for one in known)


def substitute(
    session: Session, *, actor: Actor, departure_id: UUID, vehicle_type_id: UUID, now: datetime
) -> dict[UUID, BookingRow]:
    """Let another kind of lorry drive a departure; return what each booking that it has no room for became.

    Who stays is the rule of ``rules.staying``; the others move to the first later departure of their carrier that takes
    them. Shares of the freight never rise by it: how full it was with the lorry before is kept.

    Conflict ``lorry_fixed`` once it is being loaded, ``same_lorry``, ``crew_other_kind`` while trailers of another kind
    are assigned, ``reefer_stays`` for cold goods and a lorry that does not keep them so, ``whole_lorry_larger`` where
    who took all of it has more than it holds, ``declared_locked`` and ``nothing_takes`` for what would have to move on
    and cannot: the operator amends, rolls or declines that first. Nothing of this call remains then.
    """
    kind = fleets.vehicle_type(session, type_id=vehicle_type_id)
    with session.begin_nested():
        departure = locked(session, departure_id)
        if departure.state not in _MAY_CHANGE:
            raise Conflict("lorry_fixed", departure=departure_id, possible=DEPARTURE.actions(departure.state))
        if departure.vehicle_type_id == vehicle_type_id:
            raise Conflict("same_lorry", departure=departure_id)
        lapsing.lapse(session, departure_id=departure_id, now=now)
        claims = staying.claims_on(session, departure_id=departure_id, now=now)
        split = who_stays(claims, _room(departure, kind))
        for refusal in _refusals(session, departure, kind, split.stay):
            raise refusal
        facts = {"from": departure.vehicle_type_id, "to": vehicle_type_id, "rolled": len(split.go)}
        audited(session, actor, departure_id, "substitute", now, **facts)
        reached = _percent(departure)
        moved: dict[UUID, BookingRow] = {}
        left: list[str] = []
        for claim in () if whole.is_whole(session, departure_id=departure_id) else split.go:
            booking = locked_booking(session, claim.booking_id)
            new = roll_on(session, booking, reason=OTHER_LORRY, actor=actor, now=now)
            if new is None:
                left.append(booking.reference)
            else:
                moved[claim.booking_id] = new
        if left:
            raise Conflict("nothing_takes", departure=departure_id, bookings=", ".join(sorted(left)))
        _take(session, departure, kind, reached, now)
    stays = tuple(bookings.booking(session, booking_id=one.booking_id).subject for one in split.stay)
    events.record(
        session, LorryChanged(at=now, departure_id=departure_id, subjects=stays, vehicle_type_id=vehicle_type_id)
    )
    return moved


def _outlook(
    session: Session,
    departure: Departure,
    kind: TypeRow,
    claims: Sequence[Claim],
    aboard: dict[UUID, BookingRow],
    now: datetime,
) -> Outlook:
    room = _room(departure, kind)
    split = who_stays(claims, room)
    refusals = list(_refusals(session, departure, kind, split.stay))
    is_whole = whole.is_whole(session, departure_id=departure.id)
    if is_whole and split.go:
        refusals.append(Conflict("whole_lorry_larger", departure=departure.id))
    elsewhere = _Elsewhere()
    going: list[Going] = []
    for claim in () if is_whole else split.go:
        booking = aboard[claim.booking_id]
        try:
            locks.allow(session, booking_id=booking.id, change=Change.ROLL)
        except Conflict as locked_goods:
            refusals.append(locked_goods)
            going.append(Going(booking, None))
        else:
            going.append(Going(booking, _first_with_room(session, booking, elsewhere, now)))
    left = sorted(one.booking.reference for one in going if one.to is None)
    if left:
        refusals.append(Conflict("nothing_takes", departure=departure.id, bookings=", ".join(left)))
    taken = sum((one.load for one in split.stay), Load())
    percent = max(_percent(departure), fill_percent(taken, room))
    stay = tuple(aboard[one.booking_id] for one in split.stay)
    return Outlook(kind, room, stay, tuple(going), percent, tuple(refusals))


def _first_with_room(session: Session, booking: BookingRow, elsewhere: _Elsewhere, now: datetime) -> OptionRow | None:
    """Return the departure that a roll would find, behind what would have moved before it."""
    for option in later_for(session, booking=booking, now=now):
        taken = elsewhere.taken.get(option.departure_id, Load())
        coming = elsewhere.coming.get(option.departure_id, {}) | {booking.id: booking.reference}
        if not (taken + booking.load).fits(option.room):
            continue
        try:
            standing.check(session, departure_id=option.departure_id, coming=coming, now=now)
        except Conflict:
            continue
        elsewhere.taken[option.departure_id] = taken + booking.load
        elsewhere.coming[option.departure_id] = coming
        return option
    return None


def _room(departure: Departure, kind: TypeRow) -> Load:
    """Return what is sold of a kind of lorry: once a departure is closed nothing beyond what it holds."""
    is_open = departure.state is DepartureState.OPEN
    return timetable.sellable(kind.capacity, departure.overbooking_percent if is_open else WHOLE_PERCENT)


def _percent(departure: Departure) -> int:
    """Return how full a departure counts with the lorry that it has."""
    taken = Load(*(getattr(departure, f"taken_{name}") for name in DIMENSIONS))
    capacity = Load(*(getattr(departure, f"capacity_{name}") for name in DIMENSIONS))
    return max(departure.filled_percent, fill_percent(taken, capacity))


def _refusals(session: Session, departure: Departure, kind: TypeRow, stay: Sequence[Claim]) -> tuple[Conflict, ...]:
    """Return what stands in the way whoever moves on: crews of another kind, cold goods that stay on a dry lorry."""
    found: list[Conflict] = []
    trailers = session.scalars(
        sa.select(FleetVehicle.reference)
        .join(CrewAssignment, CrewAssignment.trailer_id == FleetVehicle.id)
        .where(
            CrewAssignment.departure_id == departure.id,
            CrewAssignment.withdrawn_at.is_(None),
            sa.or_(FleetVehicle.vehicle_type_id.is_(None), FleetVehicle.vehicle_type_id != kind.id),
        )
        .distinct()
        .order_by(FleetVehicle.reference)
    ).all()
    if trailers:
        found.append(Conflict("crew_other_kind", departure=departure.id, trailers=", ".join(trailers)))
    cold = () if kind.is_reefer else cooling.ranges_of(session, booking_ids=[one.booking_id for one in stay])
    if cold:
        references = sorted(bookings.booking(session, booking_id=key).reference for key in cold)
        found.append(Conflict("reefer_stays", departure=departure.id, bookings=", ".join(references)))
    return tuple(found)


def _take(session: Session, departure: Departure, kind: TypeRow, reached: int, now: datetime) -> None:
    columns = {
        "vehicle_type_id": kind.id,
        "filled_percent": reached,
        "overbooking_percent": departure.overbooking_percent
        if departure.state is DepartureState.OPEN
        else WHOLE_PERCENT,
    }
    try:
        refit(session, departure_id=departure.id, room=_room(departure, kind), now=now, **columns)
    except Conflict:
        raise Conflict("whole_lorry_larger", departure=departure.id) from None
