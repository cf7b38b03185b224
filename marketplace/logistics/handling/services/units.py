"""Put right what the hub's units weigh and measure, where what was done last says so."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import SealsAdded
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.rules.acts import Kind, Outcome
from marketplace.logistics.handling.rules.merging import Lot, sums
from marketplace.logistics.models.cargo import HandlingUnit, Seal
from marketplace.logistics.queries import cargo as queries
from marketplace.logistics.queries.cargo import ReceivedRow
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures.acting import booked_on, move_bookings


def own(session: Session, *, act: HandlingAct, sscc: str, cartons: list[int]) -> None:
    """Note which cartons came by an act first, and which unit they are."""
    act.unit_id = session.scalars(sa.select(HandlingUnit.id).where(HandlingUnit.sscc == sscc)).one()
    act.owns = cartons
    session.flush()


def put_right(session: Session, *, subject: UUID, decided: Mapping[int, Lot], actor: Actor, now: datetime) -> None:
    """Make each unit weigh and measure what the acts that decide about its cartons say; sides go where they mix."""
    acts = session.scalars(
        sa.select(HandlingAct).where(
            HandlingAct.subject == subject,
            HandlingAct.kind == Kind.RECEIVE,
            HandlingAct.outcome == Outcome.APPLIED,
            HandlingAct.unit_id.is_not(None),
        )
    ).all()
    for act in acts:
        unit = session.get_one(HandlingUnit, act.unit_id)
        found = sums(decided, set(act.owns))
        grams, cm3 = max(found.grams, 1), max(found.cm3, 1)
        if (unit.grams, unit.cm3) == (grams, cm3):
            continue
        facts = {"grams": grams, "cm3": cm3, "grams_before": unit.grams, "cm3_before": unit.cm3}
        unit.grams, unit.cm3 = grams, cm3
        unit.length_mm = unit.width_mm = unit.height_mm = None
        session.flush()
        audit.record(
            session,
            actor=actor,
            action="handling_unit.measured_again",
            subject="handling_unit",
            subject_id=unit.id,
            facts=facts,
            now=now,
        )


def taken_in(session: Session, *, booking_id: UUID) -> ReceivedRow:
    """Return what the hub has of a booking, nothing where nothing came."""
    return queries.received(session, booking_ids=[booking_id]).get(booking_id, ReceivedRow(0, 0, 0))


def unload(session: Session, *, departure_id: UUID, booking_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a booking off the lorry, for more of it came or it must not ride yet; nothing where it is not on it."""
    aboard = [row for row in booked_on(session, departure_id, (BookingState.LOADED,)) if row.id == booking_id]
    if aboard:
        move_bookings(session, aboard, "unload", actor=actor, now=now)
        cargo.move_units(session, booking_ids=[booking_id], action="unload")


def add_seals(
    session: Session, *, departure_id: UUID, numbers: list[str], actor: Actor, affixed_at: datetime, now: datetime
) -> list[str]:
    """Add the seals that are not on the doors yet; return which those were."""
    there = set(session.scalars(sa.select(Seal.number).where(Seal.departure_id == departure_id)))
    new = [number for number in dict.fromkeys(numbers) if number not in there]
    session.add_all(
        Seal(id=new_id(), departure_id=departure_id, number=number, affixed_by=actor.person_id, affixed_at=affixed_at)
        for number in new
    )
    session.flush()
    if new:
        events.record(session, SealsAdded(at=now, departure_id=departure_id))
    return new
