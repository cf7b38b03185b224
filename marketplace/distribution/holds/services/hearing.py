"""Hear that a lorry is held and that it goes on, and say which consignment it is about."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.distribution.holds.models import HoldAboard, HoldCase, HoldCost
from marketplace.distribution.holds.queries import cases, table
from marketplace.distribution.holds.services import sharing
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import DepartureHeld, DepartureResumed
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.freight import STANDARD_FACTORS, chargeable
from marketplace.logistics.rules.states import BookingState, HoldCause

_ABOARD = (BookingState.LOADED, BookingState.IN_TRANSIT)


def on_held(session: Session, event: DepartureHeld) -> None:
    """Open a case under the rule of the day, with what is aboard."""
    cause = HoldCause(event.cause)
    rule = table.row_of(session, cause=cause, on=accounts.house_day(session, now=event.at)).rule
    case = HoldCase(
        id=new_id(),
        departure_id=event.departure_id,
        cause=cause,
        rule_id=rule.id if rule else None,
        began_at=event.at,
    )
    session.add(case)
    session.flush()
    m3_factor, ldm_factor = STANDARD_FACTORS
    aboard = session.scalars(
        sa.select(Booking).where(Booking.departure_id == event.departure_id, Booking.state.in_(_ABOARD))
    )
    rows = [
        {
            "case_id": case.id,
            "booking_id": one.id,
            "chargeable_g": chargeable(one.load, m3_factor=m3_factor, ldm_factor=ldm_factor).grams,
        }
        for one in aboard
    ]
    write(session, HoldAboard, rows)


def on_resumed(session: Session, event: DepartureResumed) -> None:
    """End the case, and share out what it cost."""
    wanted = sa.select(HoldCase).where(HoldCase.departure_id == event.departure_id, HoldCase.ended_at.is_(None))
    for case in session.scalars(wanted.with_for_update()).all():
        case.ended_at = event.at
        session.flush()
        sharing.share_out(session, case_id=case.id, actor=SYSTEM, now=event.at)


def name(
    session: Session,
    *,
    case_id: UUID,
    booking: str | None,
    actor: Actor,
    now: datetime,
    departure_id: UUID | None = None,
) -> None:
    """Say which consignment a hold is about, or that it is about none; those aboard are not told.

    NotFound for an unknown hold, or one of another departure than is named, Refused ``booking`` for what was not
    aboard, Conflict ``held_shared`` once its costs are shared out.
    """
    case = session.scalars(
        sa.select(HoldCase).where(HoldCase.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if case is None or departure_id not in (None, case.departure_id):
        raise NotFound("hold")
    done = sa.select(HoldCost.item_id).where(HoldCost.case_id == case_id, HoldCost.shared_at.is_not(None))
    if session.scalars(done.limit(1)).first() is not None:
        raise Conflict("held_shared")
    case.booking_id = None if booking is None else cases.aboard(session, case_id=case_id, booking=booking)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="hold.name",
        subject="hold",
        subject_id=case_id,
        facts={"departure": case.departure_id, "booking": case.booking_id},
        now=now,
    )
