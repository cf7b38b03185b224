"""Move on what an overbooked lorry does not hold, by the published rule, once it takes no more bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.queries import staying
from marketplace.logistics.queries.staying import WHOLE_PERCENT
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.rules.staying import Claim, Firmness, who_stays
from marketplace.logistics.services.departures.acting import booked_on
from marketplace.logistics.services.departures.moving import roll_on
from marketplace.logistics.services.departures.refitting import refit
from marketplace.logistics.services.space.bookings import locked_booking

OVERBOOKED: Final = "overbooked"


def settle(session: Session, *, departure: Departure, actor: Actor, now: datetime) -> None:
    """Move on what the lorry of a departure that just closed does not hold; it sells no more than that from then on.

    What is declared, and what nothing takes, stays booked: the operator is shown it, and it is not loaded.
    """
    if departure.overbooking_percent <= WHOLE_PERCENT:
        return
    room = staying.lorry_of(session, departure_id=departure.id)
    found = staying.split(session, departure_id=departure.id, room=room, now=now)
    moved = [_moves_on(session, one, actor, now) for one in found.go]
    if all(moved):
        refit(session, departure_id=departure.id, room=room, now=now, overbooking_percent=WHOLE_PERCENT)


def within(
    session: Session, *, departure: Departure, coming: Sequence[Booking], named: bool, now: datetime
) -> list[Booking]:
    """Return what of ``coming`` the lorry holds beside what is loaded; Conflict ``beyond_lorry`` where each is named.

    Only an overbooked departure can have taken more than that.
    """
    if departure.overbooking_percent <= WHOLE_PERCENT:
        return list(coming)
    loaded = sum((one.load for one in booked_on(session, departure.id, (BookingState.LOADED,))), Load())
    room = staying.lorry_of(session, departure_id=departure.id) - loaded
    wanted = {one.id for one in coming}
    claims = staying.claims_on(session, departure_id=departure.id, now=now)
    split = who_stays([one for one in claims if one.booking_id in wanted], room)
    if split.go and named:
        gone = {one.booking_id for one in split.go}
        references = sorted(one.reference for one in coming if one.id in gone)
        raise Conflict("beyond_lorry", departure=departure.id, bookings=", ".join(references))
    stays = {one.booking_id for one in split.stay}
    return [one for one in coming if one.id in stays]


def _moves_on(session: Session, claim: Claim, actor: Actor, now: datetime) -> bool:
    if claim.firmness is Firmness.DECLARED:
        return False
    booking = locked_booking(session, claim.booking_id)
    return roll_on(session, booking, reason=OVERBOOKED, actor=actor, now=now) is not None
