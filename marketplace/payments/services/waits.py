"""What waited too long for somebody: told once, and it goes on waiting, first in its list."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.events import record
from marketplace.payments import events
from marketplace.payments.queries.waits import KINDS, Waiting


def escalate(session: Session, *, kind: str, thing_id: UUID, now: datetime) -> bool:
    """Say that something waited too long; False when somebody acted meanwhile, or it was said before."""
    table: Waiting = KINDS[kind]
    statement = sa.select(table).where(table.id == thing_id).with_for_update()
    row = session.scalars(statement.execution_options(populate_existing=True)).one()
    if row.act_by is None or row.act_by > now or row.escalated_at is not None:
        return False
    row.escalated_at = now
    session.flush()
    facts = {"minor": row.amount_minor, "currency": row.currency, "state": str(row.state)}
    audit.record(
        session, actor=SYSTEM, action=f"{kind}.escalate", subject=kind, subject_id=row.id, facts=facts, now=now
    )
    record(session, events.WaitedTooLong(kind=kind, thing_id=row.id, at=now))
    return True
