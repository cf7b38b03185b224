"""Keep a line's two bookings together: held, made good, moved and given up as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.events import RideLost
from marketplace.distribution.onward import queries
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.onward.rules import RIDE, RideSpace, RideState, fits, ready_at
from marketplace.distribution.services import loads
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.planning.services import standing
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import AT_HUB, CURRENT, BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.space import claims, holding, rolling
from marketplace.orders.queries import lines as line_queries

# What a first lorry is not promised by yet: a ride that loses its second then holds no room at all.
_UNSURE = (BookingState.HELD,)

_RIDING: Final = sa.select(OnwardRide.line_id).where(
    OnwardRide.line_id.in_(sa.bindparam("lines", expanding=True)), OnwardRide.state != RideState.ENDED
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A ride, locked, with the bookings that stand for its two halves."""

    ride: OnwardRide
    first: BookingRow | None
    second: BookingRow | None


def begin(session: Session, *, spaces: Sequence[RideSpace], now: datetime) -> None:
    """Note the second halves of lines that are held now; those that were noted before stand again."""
    rows = [
        {
            "id": one.ride_id,
            "line_id": one.line_id,
            "change_at": one.change_at,
            "to_place": one.space.to_place,
            "tariff_id": one.tariff_id,
            "state": RideState.STANDS,
            "created_at": now,
            "changed_at": None,
        }
        for one in spaces
    ]
    made = insert_new(session, OnwardRide, rows)
    for one in spaces:
        if one.ride_id not in made:
            pair = pair_of(session, line_id=one.line_id)
            if pair is not None and pair.ride.state is RideState.ENDED:
                _move(session, pair.ride, "renew", SYSTEM, now)


def pair_of(session: Session, *, line_id: UUID, locked: bool = True) -> Pair | None:
    """Return the ride of a line, locked, with its bookings; None for a line that rides on one lorry."""
    wanted = sa.select(OnwardRide).where(OnwardRide.line_id == line_id).execution_options(populate_existing=True)
    ride = session.scalars(wanted.with_for_update() if locked else wanted).one_or_none()
    if ride is None:
        return None
    found = booking_queries.bookings(session, subjects=[line_id, ride.id])
    return Pair(ride, _current(found.get(line_id, ())), _current(found.get(ride.id, ())))


def confirm(session: Session, *, line_ids: Collection[UUID], now: datetime, actor: Actor = SYSTEM) -> None:
    """Make the second bookings of lines good whose first ones are, and tell planners what they carry."""
    for pair in _pairs(session, line_ids):
        if pair.second is None:
            continue
        if pair.first is not None and pair.second.state is BookingState.HELD:
            claims.confirm(session, subject=pair.ride.id, now=now, actor=actor)
        describe(session, pair)


def any_ride(session: Session, *, line_ids: Collection[UUID]) -> bool:
    """Tell whether any of these lines rides on two lorries."""
    return bool(_riding(session, line_ids))


def describe(session: Session, pair: Pair) -> None:
    """Tell planners what a second booking carries: not at the place of change before the first lorry is."""
    if pair.first is None or pair.second is None:
        return
    order_id = line_queries.order_of(session, line_id=pair.ride.line_id)
    lines = line_queries.lines_of(session, order_ids=[order_id])[order_id]
    line = next(row for row in lines if row.id == pair.ride.line_id)
    at = ready_at(queries.there_at(session, booking=pair.first))
    loads.describe(session, carried=[(pair.second, line)], ready_at=at)


def take(session: Session, *, line_id: UUID, until: datetime, now: datetime) -> None:
    """Take room on the second lorry too for goods made to order that have their day.

    Conflict ``no_onward`` where no lorry of its carrier takes them on after the first.
    """
    pair = pair_of(session, line_id=line_id)
    if pair is None or pair.first is None:
        return
    if pair.second is None:
        if _book(session, pair, until=until, actor=SYSTEM, now=now) is None:
            raise _none_onward(pair)
    elif pair.second.state is BookingState.TARGET:
        expires_at = max(until, now)
        is_there = reaches(session, pair) and _taken(session, pair.ride.id, expires_at, now)
        if not is_there and not move_on(session, pair, now=now, until=expires_at):
            raise _none_onward(pair)
    elif not follow(session, pair, now=now):
        raise _none_onward(pair)


def follow(session: Session, pair: Pair, *, now: datetime) -> bool:
    """Let a second booking go with a first that moved: kept where it still fits, else on the next lorry that does.

    False where nothing takes the goods on: the ride is lost then, or given up with a first booking that is only held.
    """
    if pair.first is None or pair.ride.changed_at is not None:
        return True
    if pair.second is not None and (pair.second.state not in AT_HUB or reaches(session, pair)):
        return True
    if pair.second is None:
        booked = _book(session, pair, until=pair.first.expires_at, actor=SYSTEM, now=now)
        if booked is not None:
            return True
    elif move_on(session, pair, now=now):
        return True
    lose(session, pair, now=now)
    return False


def lose(session: Session, pair: Pair, *, now: datetime) -> None:
    """Note that no second lorry takes a line on; of a line that is only held nothing stays held."""
    ride, second = pair.ride, pair.second
    if pair.first is None or pair.first.state in _UNSURE:
        end(session, pair, reason="no_onward", now=now)
        if pair.first is not None:
            claims.release(session, subject=ride.line_id, reason="no_onward", now=now)
        return
    if ride.state is RideState.LOST:
        return
    _move(session, ride, "lose", SYSTEM, now)
    if second is not None and second.state in AT_HUB:
        claims.cancel(session, booking_id=second.id, reason="no_onward", now=now, must=True)
    events.record(session, RideLost(at=now, ride_id=ride.id, line_id=ride.line_id))


def end(session: Session, pair: Pair, *, reason: str, now: datetime) -> None:
    """Give the second half of a line up that no first lorry takes."""
    if not RIDE.allows(pair.ride.state, "end") or pair.ride.changed_at is not None:
        return
    _move(session, pair.ride, "end", SYSTEM, now)
    if pair.second is not None and pair.second.state in AT_HUB:
        claims.cancel(session, booking_id=pair.second.id, reason=reason, now=now, must=True)


def again(session: Session, *, line_id: UUID, until: datetime, actor: Actor, now: datetime) -> None:
    """Hold the second half of a line again that was just booked again on a first lorry; Conflict ``no_onward``."""
    pair = pair_of(session, line_id=line_id)
    if pair is None or pair.ride.state is not RideState.ENDED:
        return
    if _book(session, pair, until=until, actor=actor, now=now) is None:
        raise _none_onward(pair)


def find(session: Session, *, ride_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Book a lost ride on a second departure chosen by hand, with the goods where they lie there; return the booking.

    Conflict ``state`` for a ride that has its second lorry, or no first one, ``not_onward`` for a departure of another
    carrier, from another place, or which leaves before the goods are ready there.
    """
    line_id = session.scalars(sa.select(OnwardRide.line_id).where(OnwardRide.id == ride_id)).one()
    pair = pair_of(session, line_id=line_id)
    if pair is None or pair.first is None or pair.second is not None:
        state = str(pair.ride.state) if pair else ""
        raise Conflict("state", thing="onward_ride", state=state, action="find", possible=[])
    chosen = [one for one in options(session, pair, now=now) if one.departure_id == departure_id]
    if not chosen:
        raise Conflict("not_onward", departure=departure_id, hub=pair.ride.change_at)
    booked = _book(session, pair, until=chosen[0].cutoff_cargo_at, actor=actor, now=now, among=chosen)
    if booked is None:
        raise Conflict("not_onward", departure=departure_id, hub=pair.ride.change_at)
    confirm(session, line_ids=[line_id], actor=actor, now=now)
    return booking_queries.booking(session, booking_id=booked.id)


def options(session: Session, pair: Pair, *, now: datetime) -> tuple[OptionRow, ...]:
    """Return the departures of the second carrier that take a line on after its first lorry, by arrival."""
    last = _last(session, pair.ride.id)
    if pair.first is None or last is None:
        return ()
    carrier = departures.departure(session, departure_id=last.departure_id, now=now).carrier_company_id
    is_here = pair.ride.changed_at is not None
    ready = now if is_here else ready_at(queries.there_at(session, booking=pair.first))
    found = option_queries.options(
        session,
        hub_code=pair.ride.change_at,
        to_place=pair.ride.to_place,
        load=_load(pair, last),
        after=ready,
        now=now,
    )
    return tuple(one for one in found if one.carrier_company_id == carrier)


def measure(session: Session, *, line_id: UUID, now: datetime) -> None:
    """Let the second booking be as large as what the first hub has of the line, or as what was left of it."""
    pair = pair_of(session, line_id=line_id)
    if pair is None or pair.first is None or pair.second is None or pair.ride.changed_at is not None:
        return
    if pair.second.load != pair.first.load and pair.second.state in AT_HUB:
        rolling.adjust(session, booking_id=pair.second.id, load=pair.first.load, now=now)


def _pairs(session: Session, line_ids: Collection[UUID]) -> list[Pair]:
    """Return the rides among these lines, in the order in which hot rows are locked."""
    found = [pair_of(session, line_id=line_id) for line_id in sorted(_riding(session, line_ids))]
    pairs = [pair for pair in found if pair is not None]
    return sorted(pairs, key=lambda pair: (pair.second is None, pair.second and pair.second.departure_id))


def _riding(session: Session, line_ids: Collection[UUID]) -> list[UUID]:
    return list(session.execute(_RIDING, {"lines": list(line_ids)}).scalars())


def reaches(session: Session, pair: Pair) -> bool:
    """Tell whether the first lorry, by all that is known of it, is there before the second takes no more cargo."""
    if pair.first is None or pair.second is None:
        return False
    there_at = queries.there_at(session, booking=pair.first)
    return fits(first_arrives_at=there_at, cutoff_cargo_at=pair.second.cutoff_cargo_at)


def _taken(session: Session, ride_id: UUID, expires_at: datetime, now: datetime) -> bool:
    try:
        holding.take(session, subject=ride_id, expires_at=expires_at, now=now)
    except Conflict:
        return False
    return True


def move_on(
    session: Session,
    pair: Pair,
    *,
    now: datetime,
    until: datetime | None = None,
    reason: str = "onward",
    chosen: UUID | None = None,
    actor: Actor = SYSTEM,
    must: bool = True,
) -> bool:
    """Roll a second booking to the next lorry that fits, or the ``chosen`` one, taking its room there ``until`` when.

    False where there is none: the booking stays where it is. Declared goods move as well where they ``must``.
    """
    second = pair.second
    if second is None:
        return False
    for option in options(session, pair, now=now):
        if option.departure_id == second.departure_id or chosen not in (None, option.departure_id):
            continue
        try:
            with session.begin_nested():
                rolling.roll(
                    session,
                    booking_id=second.id,
                    departure_id=option.departure_id,
                    reason=reason,
                    now=now,
                    actor=actor,
                    must=must,
                )
                if until is not None:
                    holding.take(session, subject=pair.ride.id, expires_at=until, now=now)
        except Conflict:
            continue
        return True
    return False


def _book(
    session: Session,
    pair: Pair,
    *,
    until: datetime | None,
    actor: Actor,
    now: datetime,
    among: Sequence[OptionRow] | None = None,
) -> BookingRow | None:
    """Book the second half again, like the first: aimed at, held or made good; None where no lorry takes it."""
    last, first = _last(session, pair.ride.id), pair.first
    if last is None or first is None:
        return None
    for option in options(session, pair, now=now) if among is None else among:
        try:
            with session.begin_nested():
                booked = _hold(session, pair, last, first, option, until or option.cutoff_cargo_at, actor, now)
        except Conflict:
            continue
        if pair.ride.changed_at is not None:
            claims.confirm(session, subject=pair.ride.id, actor=actor, now=now)
            cargo.bring_along(session, actor=actor, booking_id=last.id, new_booking_id=booked.id, now=now)
        action = "renew" if pair.ride.state is RideState.ENDED else "find"
        if RIDE.allows(pair.ride.state, action):
            _move(session, pair.ride, action, actor, now)
        describe(session, replace(pair, second=booked))
        return booked
    return None


def _hold(
    session: Session,
    pair: Pair,
    last: BookingRow,
    first: BookingRow,
    option: OptionRow,
    until: datetime,
    actor: Actor,
    now: datetime,
) -> BookingRow:
    if first.state is BookingState.TARGET:
        return holding.target(
            session,
            departure_id=option.departure_id,
            to_place=pair.ride.to_place,
            load=first.load,
            subject=pair.ride.id,
            shipper=last.shipper_company_id,
            consignee=last.consignee_company_id,
            actor=actor,
            now=now,
        )
    booked = holding.hold(
        session,
        departure_id=option.departure_id,
        to_place=pair.ride.to_place,
        load=_load(pair, last),
        subject=pair.ride.id,
        shipper=last.shipper_company_id,
        consignee=last.consignee_company_id,
        expires_at=until,
        actor=actor,
        now=now,
    )
    standing.check(session, departure_id=option.departure_id, coming={booked.id: booked.reference}, now=now)
    if first.state is not BookingState.HELD:
        claims.confirm(session, subject=pair.ride.id, actor=actor, now=now)
    return booked


def _load(pair: Pair, last: BookingRow) -> Load:
    """Return the room of a line: of goods that the second carrier has its own count, else what the first brings."""
    if pair.ride.changed_at is not None:
        return last.load
    if pair.second is not None:
        return Load() if pair.second.state is BookingState.TARGET else pair.second.load
    return pair.first.load if pair.first is not None else Load()


def _none_onward(pair: Pair) -> Conflict:
    return Conflict("no_onward", hub=pair.ride.change_at, to=pair.ride.to_place)


def _last(session: Session, ride_id: UUID) -> BookingRow | None:
    found = booking_queries.bookings(session, subjects=[ride_id]).get(ride_id, ())
    return found[-1] if found else None


def _current(found: Sequence[BookingRow]) -> BookingRow | None:
    return next((row for row in reversed(found) if row.state in CURRENT), None)


def _move(session: Session, ride: OnwardRide, action: str, actor: Actor, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a ride's state."""
    ride.state = RIDE.apply(ride.state, action)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action=f"onward_ride.{action}",
        subject="onward_ride",
        subject_id=ride.id,
        facts={"line": ride.line_id},
        now=now,
    )
