"""The one place that changes a lot's figures: with a movement for every change, and only where they allow it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.models import CentreLot, LotMovement
from marketplace.logistics.centres.rules.counts import Reason
from marketplace.logistics.centres.rules.lots import Move, Papers, change_of


def move(
    session: Session,
    *,
    actor: Actor,
    lot_id: UUID,
    kind: Move,
    quantity: int,
    was_promised: bool = False,
    subject_id: UUID | None = None,
    number: str | None = None,
    reason: Reason | None = None,
    now: datetime,
) -> UUID:
    """Move units of a lot and return the movement's id.

    Conflict ``lot_short`` naming what is left where fewer lie there unpromised, with nothing moved: of two who take
    the last unit at once the second is refused.
    """
    change = change_of(kind, quantity, was_promised=was_promised)
    statement = (
        sa.update(CentreLot)
        .where(
            CentreLot.id == lot_id,
            CentreLot.promised + change.promised >= 0,
            CentreLot.on_hand + change.on_hand >= CentreLot.promised + change.promised,
        )
        .values(on_hand=CentreLot.on_hand + change.on_hand, promised=CentreLot.promised + change.promised)
        .execution_options(synchronize_session=False)
    )
    if cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 0:
        left = session.scalar(sa.select(CentreLot.on_hand - CentreLot.promised).where(CentreLot.id == lot_id))
        raise Conflict("lot_short", lot=lot_id, left=left)
    row = LotMovement(
        id=new_id(),
        lot_id=lot_id,
        kind=kind,
        on_hand=change.on_hand,
        promised=change.promised,
        subject_id=subject_id,
        number=number,
        reason=reason,
        person_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    facts: dict[str, Any] = {"kind": kind, "on_hand": change.on_hand, "promised": change.promised}
    audit.record(session, actor=actor, action="lot.moved", subject="lot", subject_id=lot_id, facts=facts, now=now)
    return row.id


def open_lot(session: Session, *, facts: Mapping[str, Any], papers: Papers, now: datetime) -> CentreLot:
    """Make an empty lot under these papers; ``facts`` are its other columns."""
    row = CentreLot(
        id=new_id(),
        reference=new_reference("LOT"),
        on_hand=0,
        promised=0,
        status=papers.status,
        entry_number=papers.entry_number,
        bonded_since=papers.bonded_since,
        bonded_until=papers.bonded_until,
        is_imported=papers.is_imported,
        declaration_number=papers.declaration_number,
        declaration_line=papers.declaration_line,
        declared_on=papers.declared_on,
        created_at=now,
        **facts,
    )
    session.add(row)
    session.flush()
    return row
