"""Another kind of lorry for a departure: what it would do, shown before it is done; shared by pages and API."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.shares import queries as shares
from marketplace.distribution.shares.queries import ShareAhead
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import operations as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.queries.fleets import TypeRow
from marketplace.logistics.pricing.rules.shares import fill_percent
from marketplace.logistics.queries import bookings, departures, staying
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.services.departures import substituting
from marketplace.logistics.services.departures.substituting import Outlook


@dataclass(frozen=True, slots=True)
class Choice:
    """What one kind of lorry would do to a departure, and to the shares of the freight of what stays on it."""

    outlook: Outlook
    shares: tuple[ShareAhead, ...]


@dataclass(frozen=True, slots=True)
class Changing:
    """A departure, the kind of lorry that drives it, how full it counts for shares, and each other kind there is.

    ``beyond`` was sold beyond what the lorry holds, and nothing else takes it: the operator's to move or decline.
    """

    departure: DepartureRow
    kind: TypeRow
    percent: int
    choices: tuple[Choice, ...]
    beyond: tuple[BookingRow, ...]


def changing(departure_id: UUID) -> Changing:
    """Return what each other kind of lorry would do to a departure; no kind once it is being loaded."""
    session, now = reading(), clock.now()
    row = departures.departure(session, departure_id=departure_id, now=now)
    percent = max(row.filled_percent, fill_percent(row.capacity - row.room, row.capacity))
    choices: list[Choice] = []
    for one in substituting.outlook(session, departure_id=departure_id, now=now):
        staying_ids = {booking.id for booking in one.stay}
        ahead = shares.at_fill(session, departure_id=departure_id, now=percent, then=one.percent)
        choices.append(Choice(one, tuple(share for share in ahead if share.booking_id in staying_ids)))
    return Changing(
        departure=row,
        kind=fleets.vehicle_type(session, type_id=row.vehicle_type_id),
        percent=percent,
        choices=tuple(choices),
        beyond=beyond(departure_id),
    )


def beyond(departure_id: UUID) -> tuple[BookingRow, ...]:
    """Return what was sold of a closed departure beyond its lorry and waits for the operator."""
    session = reading()
    ids = staying.over_lorry(session, departure_id=departure_id, now=clock.now())
    return tuple(bookings.booking(session, booking_id=booking_id) for booking_id in ids)


def change(session: Session, departure_id: UUID, body: requests.OtherLorry) -> tuple[BookingRow, ...]:
    """Let another kind of lorry drive a departure; return the bookings that moved on, as they are now."""
    departures.departure(session, departure_id=departure_id, now=clock.now())
    known = {one.id: one.code for one in fleets.types(session)}
    if body.vehicle_type not in known:
        raise Refused.field("vehicle_type", "choice", ", ".join(known.values()))
    moved = substituting.substitute(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        vehicle_type_id=body.vehicle_type,
        now=clock.now(),
    )
    return tuple(moved.values())
