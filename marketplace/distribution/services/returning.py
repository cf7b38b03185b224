"""Book goods that go back over a border on a lorry of the other direction, and let the booking go again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.catalog.rules.packing import load_of
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.freight import LineSpace
from marketplace.distribution.rules.returning import GIVEN_UP, WayOut, WaysBack, chosen_place, share, ways_back
from marketplace.distribution.services import agreeing, contracts, loads, papers
from marketplace.distribution.services.booking import line_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.quantity import Load
from marketplace.logistics.planning.services import standing
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import AT_HUB, CURRENT
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import acting
from marketplace.logistics.services.space import claims as space
from marketplace.logistics.services.space import holding
from marketplace.orders.claims import queries as claim_queries
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.rules.claims import ClaimState
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.returning import WayBack, can
from marketplace.orders.services import returning
from marketplace.payments.rules.terms import MilestoneEvent
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True)
class _Back:
    """From where to where the goods of a claim go back, and the room that they take."""

    ways: WaysBack
    load: Load


def may_book(claim: ClaimRow, actor: Actor) -> bool:
    """Tell whether the actor is one of those who book the way back of a claim's goods."""
    if actor.company_kind == CompanyKind.OPERATOR:
        return actor.may(Permission.LOGISTICS_BOOKING_RENEW)
    return actor.company == claim.claimant_id and actor.may(Permission.TRADE_ORDER_ACCEPT)


def is_bookable(claim: ClaimRow) -> bool:
    """Tell whether goods are to go back and have no lorry."""
    sends = claim.state is ClaimState.SENDING or (claim.state is ClaimState.SENT and claim.way is WayBack.STRANDED)
    return claim.remedy is Remedy.RETURN and sends and can(claim.way, "book")


def has_lorry(claim: ClaimRow) -> bool:
    """Tell whether room is held for the goods of a claim, or was."""
    return claim.way not in (None, WayBack.GIVEN_UP, WayBack.STRANDED)


def crosses_border(session: Session, claim: ClaimRow) -> bool:
    """Tell whether goods came by lorry over a border, so that they may go back so."""
    try:
        return bool(_back(session, claim).ways.hubs)
    except Conflict:
        return False


def options(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> tuple[OptionRow, ...]:
    """Return the departures on which the goods of a claim may go back, by arrival; none where none is needed.

    Of those who send in time, with room, and whose freight is known: home to the hub, or near it where no line serves
    that. Conflict ``domestic_return`` or ``no_way_back`` where goods are sent by hand.
    """
    claim = _claim(session, claim_id, actor)
    if not is_bookable(claim):
        return ()
    back = _back(session, claim)
    for place in back.ways.places:
        found = [
            row
            for hub in back.ways.hubs
            for row in option_queries.options(session, hub_code=hub, to_place=place, load=back.load, after=now, now=now)
            if row.freight is not None and _is_in_time(claim, row.cutoff_cargo_at)
        ]
        if found:
            return tuple(sorted(found, key=lambda row: (row.arrives_at, row.departure_id)))
    return ()


def book(session: Session, *, claim_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Book the goods of a claim on a departure that brings them back, and agree its freight; return the booking.

    Whoever answers for the claim owes the freight. Conflict ``no_return``, ``domestic_return``, ``no_way_back``,
    ``return_too_late``, ``other_hub``, ``not_served``, ``capacity``, ``cutoff``, ``departure_closed``, ``no_tariff`` or
    ``no_payee``: nothing of it remains then.
    """
    claim = _claim(session, claim_id, actor)
    departure = departures.departure(session, departure_id=departure_id, now=now)
    # Whoever takes goods in at the hub locks the departure before the order.
    acting.lock(session, departure_id=departure_id)
    stranded = _last(session, claim_id) if claim.way is WayBack.STRANDED else None
    returning.book(session, claim_id=claim_id, cargo_until=departure.cutoff_cargo_at, actor=actor, now=now)
    back = _back(session, claim)
    to_place = _to_place(departure, back.ways)
    load = stranded.load if stranded else back.load
    if stranded is not None and stranded.hub_code != departure.hub_code:
        raise Conflict("other_hub", departure=departure_id, hub=stranded.hub_code)
    booking = holding.hold(
        session,
        departure_id=departure_id,
        to_place=to_place,
        load=load,
        subject=claim_id,
        shipper=claim.claimant_id,
        consignee=claim.respondent_id,
        expires_at=departure.cutoff_cargo_at,
        actor=actor,
        now=now,
    )
    line = line_of(session, claim.line_id)
    loads.describe(session, carried=[(booking, line)])
    standing.check(session, departure_id=departure_id, coming={booking.id: booking.reference}, now=now)
    space.confirm(session, subject=claim_id, actor=actor, now=now)
    _agree(session, claim, departure, to_place, load, actor, now)
    if stranded is not None:
        cargo.bring_along(session, actor=actor, booking_id=stranded.id, new_booking_id=booking.id, now=now)
        let_fall_due(session, claim, now)
    return booking_queries.booking(session, booking_id=booking.id)


def give_up(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> None:
    """Let the booking of goods that are not at the hub go: its room is free, its freight ends; again changes nothing.

    Conflict ``on_its_way`` once the hub has them.
    """
    claim = _claim(session, claim_id, actor)
    booking = current(session, claim_id=claim_id)
    if booking is None:
        return
    if claim.way is not WayBack.BOOKED:
        raise Conflict("on_its_way", claim=claim.reference)
    acting.lock(session, departure_id=booking.departure_id)
    space.cancel(session, booking_id=booking.id, reason=GIVEN_UP, actor=actor, now=now)
    lose(session, claim_id=claim_id, now=now)


def lose(session: Session, *, claim_id: UUID, now: datetime) -> None:
    """End the freight of goods that no lorry takes back; their claim waits for another one, or for a word."""
    contracts.end_return(session, claim_id=claim_id, now=now)
    returning.lose(session, claim_id=claim_id, now=now)


def current(session: Session, *, claim_id: UUID) -> BookingRow | None:
    """Return the booking by which the goods of a claim go back now."""
    found = _last(session, claim_id)
    return found if found is not None and found.state in CURRENT else None


def free(session: Session, *, claim_id: UUID, now: datetime) -> None:
    """Give back the room of goods that do not go back by lorry after all; nothing where nothing is held."""
    booking = current(session, claim_id=claim_id)
    if booking is not None and booking.state in AT_HUB:
        space.release(session, subject=claim_id, reason=GIVEN_UP, now=now)


def let_fall_due(session: Session, claim: ClaimRow, now: datetime) -> None:
    """Let the freight of goods that the hub has for their way back fall due."""
    contracts.let_fall_due(
        session,
        order_id=claim.order_id,
        line_id=claim.line_id,
        claim_id=claim.id,
        event=MilestoneEvent.HANDED_OVER,
        now=now,
    )


def _claim(session: Session, claim_id: UUID, actor: Actor) -> ClaimRow:
    """Return a claim to those who book for it; NotAllowed ``sender_only`` to its other side, NotFound to others."""
    claim = claim_queries.some(session, claim_ids=[claim_id]).get(claim_id)
    known = actor.company_kind == CompanyKind.OPERATOR
    if claim is None or not (known or actor.company in (claim.claimant_id, claim.respondent_id)):
        raise NotFound("claim")
    if not may_book(claim, actor):
        raise NotAllowed("sender_only")
    return claim


def _back(session: Session, claim: ClaimRow) -> _Back:
    """Return how the goods of a claim go back; Conflict ``no_way_back`` for what no lorry ever brought."""
    outbound: Sequence[BookingRow] = booking_queries.bookings(session, subjects=[claim.line_id]).get(claim.line_id, ())
    if not outbound:
        raise Conflict("no_way_back", claim=claim.reference)
    came = outbound[-1]
    countries = {place.code: place.country for place in reference.places(session)}
    place = rides.goes_to(session, booking=came)
    ways = ways_back(
        WayOut(
            hub_code=came.hub_code,
            hub_country=countries[came.hub_code],
            place_code=place,
            place_country=countries[place],
        ),
        hubs={code: countries[code] for code in departures.hubs(session)},
        served={code: countries[code] for code in departures.destinations(session)},
    )
    return _Back(ways, _load(session, claim, came))


def _load(session: Session, claim: ClaimRow, came: BookingRow) -> Load:
    """Return the room of the units that go back: as they are packed, else their share of what came."""
    lines = line_queries.lines_of(session, order_ids=[claim.order_id])[claim.order_id]
    packing = next(line.packing for line in lines if line.id == claim.line_id)
    if packing is not None:
        return load_of(claim.quantity, packing)
    units = session.scalars(sa.select(LineBooking.quantity).where(LineBooking.booking_id == came.id)).one()
    return share(came.load, claim.quantity, of=max(units, claim.quantity))


def _to_place(departure: DepartureRow, ways: WaysBack) -> str:
    """Return where a departure brings the goods; Conflict for one from elsewhere, or to elsewhere."""
    if departure.hub_code not in ways.hubs:
        raise Conflict("other_hub", departure=departure.id, hub=", ".join(ways.hubs))
    reached = {stop.place.code for stop in departure.stops[1:] if not stop.is_border}
    found = chosen_place(ways, reached)
    if found is None:
        raise Conflict("not_served", departure=departure.id, to=ways.places[0])
    return found


def _agree(
    session: Session,
    claim: ClaimRow,
    departure: DepartureRow,
    to_place: str,
    load: Load,
    actor: Actor,
    now: datetime,
) -> None:
    """Agree the freight of the way back with the carrier, owed by whoever answers for the claim."""
    order = orders.by_id(session, order_ids=[claim.order_id])[claim.order_id]
    wanted = LineSpace(
        line_id=claim.line_id,
        departure_id=departure.id,
        to_place=to_place,
        load=load,
        quantity=claim.quantity,
        from_stock=True,
        shipper_id=claim.claimant_id,
        consignee_id=claim.respondent_id,
    )
    agreement = agreeing.agreement(session, order, wanted, now, payer_id=claim.respondent_id)
    (contract,) = contracts.agree(session, agreements=[agreement], claim_id=claim.id, actor=actor, now=now)
    papers.issue_freight_contract(session, contract=contract, actor=actor, now=now)


def _is_in_time(claim: ClaimRow, cutoff_at: datetime) -> bool:
    return claim.state is not ClaimState.SENDING or claim.deadline_at is None or cutoff_at <= claim.deadline_at


def _last(session: Session, claim_id: UUID) -> BookingRow | None:
    found = booking_queries.bookings(session, subjects=[claim_id]).get(claim_id, ())
    return found[-1] if found else None
