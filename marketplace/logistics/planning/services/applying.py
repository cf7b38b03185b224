"""Make what a plan says true: roll the bookings that it moves."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import DomainError
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.models import LoadPlan, LoadPlanRow
from marketplace.logistics.planning.rules.states import PLAN
from marketplace.logistics.planning.services.planning import draft
from marketplace.logistics.services import cargo
from marketplace.logistics.services.space import exchanging

_REASON = "plan"
MOVED = "moved"


def apply(session: Session, *, plan_id: UUID, actor: Actor, now: datetime) -> dict[UUID, str]:
    """Roll every booking that a draft puts elsewhere; return the outcome of each: ``moved``, or why it stayed.

    All are moved together where that is possible. Where something changed since, each that still can is moved by
    itself, again and again while that makes room for others; the rest stays on its departure, whole, with the code of
    what refused it. What the plan leaves behind stays where it is booked: to roll or decline it is the operator's.
    """
    plan = draft(session, plan_id)
    rows = session.scalars(
        sa.select(LoadPlanRow).where(LoadPlanRow.plan_id == plan_id, LoadPlanRow.departure_id != LoadPlanRow.before_id)
    ).all()
    moves = {row.booking_id: row.departure_id for row in rows if row.departure_id is not None}
    outcomes = _moved_by_others(session, moves)
    moves = {key: to for key, to in moves.items() if key not in outcomes}
    outcomes |= _roll(session, moves, actor, now)
    for row in rows:
        row.outcome = outcomes.get(row.booking_id)
    _finish(session, plan, outcomes, actor, now)
    return outcomes


def _moved_by_others(session: Session, moves: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """Return the bookings that are no longer where the plan found them."""
    before = sa.select(LoadPlanRow.booking_id).join(Booking, Booking.id == LoadPlanRow.booking_id)
    gone = session.scalars(before.where(LoadPlanRow.booking_id.in_(moves), Booking.rolled_to.is_not(None)).distinct())
    return dict.fromkeys(gone, "gone")


def _roll(session: Session, moves: Mapping[UUID, UUID], actor: Actor, now: datetime) -> dict[UUID, str]:
    if not moves:
        return {}
    try:
        _exchange(session, moves, actor, now)
    except DomainError:
        return _one_by_one(session, dict(moves), actor, now)
    return dict.fromkeys(moves, MOVED)


def _one_by_one(session: Session, waiting: dict[UUID, UUID], actor: Actor, now: datetime) -> dict[UUID, str]:
    outcomes: dict[UUID, str] = {}
    progress = True
    while waiting and progress:
        progress = False
        for key, to in sorted(waiting.items(), key=lambda move: (move[1], move[0])):
            try:
                _exchange(session, {key: to}, actor, now)
            except DomainError as refusal:
                outcomes[key] = refusal.code
                continue
            outcomes[key] = MOVED
            del waiting[key]
            progress = True
    return outcomes


def _exchange(session: Session, moves: Mapping[UUID, UUID], actor: Actor, now: datetime) -> None:
    made = exchanging.exchange(session, moves=moves, reason=_REASON, actor=actor, now=now)
    for booking_id, new_booking_id in made.items():
        cargo.hand_on(session, booking_id=booking_id, new_booking_id=new_booking_id)


def _finish(session: Session, plan: LoadPlan, outcomes: Mapping[UUID, str], actor: Actor, now: datetime) -> None:
    plan.state = PLAN.apply(plan.state, "apply")
    plan.applied_at = now
    moved = sum(outcome == MOVED for outcome in outcomes.values())
    facts = {"moved": moved, "stayed": len(outcomes) - moved}
    session.flush()
    audit.record(
        session, actor=actor, action="load_plan.apply", subject="load_plan", subject_id=plan.id, facts=facts, now=now
    )
