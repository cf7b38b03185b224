"""Goods that their owner announces to a centre, and that its keeper takes in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.models import CentreArrival
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.centres import takes_bonded
from marketplace.logistics.centres.rules.counts import ARRIVAL, ArrivalState
from marketplace.logistics.centres.rules.lots import LARGEST_QUANTITY, Move, Papers, check_papers
from marketplace.logistics.centres.services.keeping import kept
from marketplace.logistics.centres.services.moving import move, open_lot
from marketplace.logistics.models.cargo import Consignment
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import BookingState

_THERE = frozenset({BookingState.ARRIVED, BookingState.COMPLETED})


@dataclass(frozen=True, slots=True)
class Announced:
    """Which goods come: the listing and its unit, what one unit weighs (grams) and counts, and how many come."""

    listing_id: UUID
    unit: str
    quantity: int
    pieces: int | None = None
    grams: int | None = None
    consignment_id: UUID | None = None
    broker_id: UUID | None = None


def announce(session: Session, *, actor: Actor, centre_id: UUID, goods: Announced, now: datetime) -> UUID:
    """Tell a centre that goods of the actor's company come, and return the announcement's id; NotFound for a centre."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    centre(session, centre_id=centre_id)
    if not 1 <= goods.quantity <= LARGEST_QUANTITY:
        raise Refused.field("quantity", "whole_range", f"1 to {LARGEST_QUANTITY}")
    row = CentreArrival(
        id=new_id(),
        reference=new_reference("ANN"),
        centre_id=centre_id,
        company_id=actor.company,
        listing_id=goods.listing_id,
        unit=goods.unit,
        pieces=goods.pieces,
        grams=goods.grams,
        quantity=goods.quantity,
        consignment_id=goods.consignment_id,
        broker_id=goods.broker_id,
        state=ArrivalState.ANNOUNCED,
        announced_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "announced", row, now)
    return row.id


def withdraw(session: Session, *, actor: Actor, arrival_id: UUID, now: datetime) -> None:
    """Take an announcement of the actor's company back; NotFound for another's, Conflict ``state`` once received."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    row = _locked(session, arrival_id)
    if row.company_id != actor.company:
        raise NotFound("arrival")
    row.state, row.ended_at = ARRIVAL.apply(row.state, "withdraw"), now
    session.flush()
    _audit(session, actor, "withdrawn", row, now)


def take_in(session: Session, *, actor: Actor, arrival_id: UUID, quantity: int, papers: Papers, now: datetime) -> UUID:
    """Put announced goods into a lot, as many as came, and return the lot's id.

    Refused by field for papers that are not those of the status and for more than was announced: what came above it
    has no papers, and is announced for itself. Conflict ``not_stripped`` for a consignment that is still on its lorry.
    """
    row = _locked(session, arrival_id)
    try:
        place = kept(session, actor=actor, centre_id=row.centre_id)
    except NotFound:
        raise NotFound("arrival") from None
    state = ARRIVAL.apply(row.state, "receive")
    today = place.today(now)
    check_papers(papers, has_licence=takes_bonded(place.figures.licence_until, today), today=today)
    if quantity > row.quantity:
        raise Refused.field("quantity", "range", f"1 to {row.quantity}")
    if row.consignment_id is not None:
        booking_state = session.scalar(
            sa.select(Booking.state)
            .join(Consignment, Consignment.booking_id == Booking.id)
            .where(Consignment.id == row.consignment_id)
        )
        if booking_state not in _THERE:
            raise Conflict("not_stripped", consignment=row.consignment_id)
    facts = {
        name: getattr(row, name)
        for name in ("centre_id", "company_id", "listing_id", "unit", "pieces", "grams", "consignment_id", "broker_id")
    }
    lot = open_lot(session, facts=facts, papers=papers, now=now)
    move(session, actor=actor, lot_id=lot.id, kind=Move.IN, quantity=quantity, subject_id=row.id, now=now)
    row.state, row.lot_id, row.ended_at = state, lot.id, now
    session.flush()
    _audit(session, actor, "received", row, now)
    return lot.id


def _locked(session: Session, arrival_id: UUID) -> CentreArrival:
    row = session.scalars(
        sa.select(CentreArrival).where(CentreArrival.id == arrival_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("arrival")
    session.refresh(row)
    return row


def _audit(session: Session, actor: Actor, what: str, row: CentreArrival, now: datetime) -> None:
    facts = {"centre": row.centre_id, "quantity": row.quantity, "lot": row.lot_id}
    audit.record(
        session,
        actor=actor,
        action=f"arrival.{what}",
        subject="arrival",
        subject_id=row.id,
        facts={name: value for name, value in facts.items() if value is not None},
        now=now,
    )
