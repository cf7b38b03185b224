"""Open a case where less was counted than declared, and end it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.models import Discrepancy
from marketplace.distribution.rules.handover import DISCREPANCY, DiscrepancyState, Stage
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id


def note(
    session: Session,
    *,
    line_id: UUID,
    booking_id: UUID,
    stage: Stage,
    declared: int,
    counted: int,
    damaged: int = 0,
    grams: tuple[int, int] | None = None,
    remarks: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Open a case for a line, or bring its case up to date; one whose cartons all came is made good.

    ``grams`` are declared and counted. Nothing happens where all is as declared and no case is open.
    """
    found = _open(session, line_id, stage)
    differs = counted < declared or damaged > 0
    if found is None and not differs:
        return
    if found is None:
        found = Discrepancy(
            id=new_id(), line_id=line_id, stage=stage, state=DiscrepancyState.OPEN, opened_at=now, remarks=""
        )
        session.add(found)
    found.booking_id = booking_id
    found.declared_cartons, found.counted_cartons, found.damaged_cartons = declared, counted, damaged
    found.declared_grams, found.counted_grams = grams or (None, None)
    if remarks:
        found.remarks, found.remarked_by = remarks, actor.person_id
    if not differs:
        _end(found, "make_good", now)
    session.flush()
    facts = {"declared": declared, "counted": counted, "damaged": damaged, "state": str(found.state)}
    audit.record(
        session,
        actor=actor,
        action="discrepancy.noted",
        subject="discrepancy",
        subject_id=found.id,
        facts={"line": line_id, **facts},
        now=now,
    )


def leave_short(session: Session, *, line_id: UUID, stage: Stage, actor: Actor, now: datetime) -> None:
    """End the open case of a line: what is missing does not come any more."""
    found = _open(session, line_id, stage)
    if found is None:
        return
    _end(found, "leave_short", now)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="discrepancy.left_short",
        subject="discrepancy",
        subject_id=found.id,
        facts={"line": line_id},
        now=now,
    )


def _open(session: Session, line_id: UUID, stage: Stage) -> Discrepancy | None:
    return session.scalars(
        sa.select(Discrepancy).where(
            Discrepancy.line_id == line_id, Discrepancy.stage == stage, Discrepancy.state == DiscrepancyState.OPEN
        )
    ).one_or_none()


def _end(found: Discrepancy, action: str, now: datetime) -> None:
    found.state = DISCREPANCY.apply(found.state, action)
    found.ended_at = now
