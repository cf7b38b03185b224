"""Goods that go back by a booking: chosen, given up and taken in at the hub, by whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution import queries as distribution
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.services import access, return_way
from marketplace.distribution.services import returning as services
from marketplace.edge.acts import operations
from marketplace.edge.acts.operations import Aboard
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import operations as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import BookingState
from marketplace.orders.claims import queries as claims
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.rules.returning import WayBack
from marketplace.papers import queries as papers
from marketplace.papers.queries import DocumentRow
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class GoesBack:
    """How the goods of a claim go back by lorry, as its reader sees it, and what he may do about it.

    The freight is between its payer and the carrier: ``freight`` is None to others but who decides.
    """

    booking: BookingRow | None
    freight: FreightRow | None
    carrier: str
    documents: tuple[DocumentRow, ...]
    places: Mapping[str, PlaceRow]
    acts: tuple[str, ...]


def look(session: Session, claim: ClaimRow, *, decides: bool) -> GoesBack:
    """Return how the goods of a claim, which the asker may see, go back."""
    actor = require_actor()
    found = bookings.bookings(session, subjects=[claim.id]).get(claim.id, ())
    freight = distribution.returning(session, claim_ids=[claim.id]).get(claim.id)
    if freight is not None and not (decides or actor.company in (freight.payer_id, freight.carrier_id)):
        freight = None
    issued = papers.documents(session, subject_kind="claim", subject_ids=[claim.id], company_id=actor.company)
    booking = found[-1] if found else None
    return GoesBack(
        booking=booking,
        freight=freight,
        carrier=accounts.get_company(session, company_id=freight.carrier_id).name if freight else "",
        documents=issued[claim.id],
        places=reference.places_by_code(session, (booking.hub_code, booking.to_place)) if booking else {},
        acts=tuple(_acts(session, claim, booking)),
    )


def options(claim_id: UUID) -> tuple[OptionRow, ...]:
    """Return the departures on which the goods of a claim may go back."""
    return services.options(reading(), claim_id=claim_id, actor=require_actor(), now=clock.now())


def places_of(rows: tuple[OptionRow, ...]) -> Mapping[str, PlaceRow]:
    """Return the hubs that departures leave from and the places that they reach, by code."""
    return reference.places_by_code(reading(), {code for row in rows for code in (row.hub_code, row.to_place)})


def stranded() -> tuple[ClaimRow, ...]:
    """Return the claims whose goods lie at a hub and no lorry takes back, for the operator's staff."""
    return claims.stranded(reading())


def book(session: Session, claim_id: UUID, body: requests.BookingAgain) -> BookingRow:
    """Book the goods of a claim on a departure that brings them back."""
    return services.book(
        session, claim_id=claim_id, departure_id=body.departure, actor=require_actor(), now=clock.now()
    )


def give_up(session: Session, claim_id: UUID) -> None:
    """Let the booking of goods that are not at the hub go."""
    services.give_up(session, claim_id=claim_id, actor=require_actor(), now=clock.now())


def to_take_in(claim_id: UUID) -> Aboard:
    """Return the booking of goods that go back, for who takes them in; NotFound for any other."""
    session = reading()
    booking = access.booking_of_return(session, claim_id=claim_id, actor=require_actor(), now=clock.now())
    return operations.aboard(session, (booking,))[0]


def hand_over(session: Session, claim_id: UUID, body: requests.Handover) -> tuple[str, Aboard]:
    """Take goods that go back into the hub; return the code of the unit and the booking as it stands then."""
    counted = operations.counted(body)
    code = return_way.hand_over(session, claim_id=claim_id, counted=counted, actor=require_actor(), now=clock.now())
    booking = bookings.bookings(session, subjects=[claim_id])[claim_id][-1]
    return code, operations.aboard(session, (booking,))[0]


def _acts(session: Session, claim: ClaimRow, booking: BookingRow | None) -> list[str]:
    actor = require_actor()
    is_there = booking is not None and booking.state is BookingState.ARRIVED
    if is_there and actor.company == claim.respondent_id and actor.may(Permission.LOGISTICS_RECEIPT_RECORD):
        return ["receipt"]
    if not services.may_book(claim, actor):
        return []
    acts = ["book"] if services.is_bookable(claim) and services.crosses_border(session, claim) else []
    return acts + (["give_up"] if claim.way is WayBack.BOOKED else [])
