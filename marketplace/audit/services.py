"""Write audit rows, and seal them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import rules
from marketplace.audit.models import AuditRow, AuditSeal, AuditUnsealed
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import put_off
from marketplace.kernel.ids import new_id

# One seal is one JSON list of ids; more rows become more seals.
ROWS_PER_SEAL: Final = 1_000
# The name of the sealers' turn among PostgreSQL's advisory locks: "seal" in ASCII.
_TURN: Final = 0x7365616C


@dataclass(frozen=True, slots=True)
class Act:
    """One act to note: what was done to which thing, and its facts."""

    action: str
    subject_id: UUID
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: UUID,
    facts: Mapping[str, Any] | None = None,
    now: datetime,
) -> UUID:
    """Write one audit row as this transaction ends; ValueError for facts that are no ids, codes or numbers."""
    (row_id,) = record_all(session, actor=actor, subject=subject, acts=(Act(action, subject_id, facts or {}),), now=now)
    return row_id


def record_all(session: Session, *, actor: Actor, subject: str, acts: Iterable[Act], now: datetime) -> list[UUID]:
    """Write an audit row for each act of one actor as this transaction ends, in this order; return their ids."""
    rows = [_row(actor, subject, act, now) for act in acts]
    put_off(session, AuditRow, rows)
    put_off(session, AuditUnsealed, [{"row_id": row["id"]} for row in rows])
    return [row["id"] for row in rows]


def _row(actor: Actor, subject: str, act: Act, now: datetime) -> dict[str, Any]:
    row_id = new_id()
    content = rules.row_content(
        id=row_id,
        at=now,
        actor=actor.person_id,
        company=actor.company_id,
        action=act.action,
        subject=subject,
        subject_id=act.subject_id,
        facts=rules.plain(act.facts),
    )
    return {
        "id": row_id,
        "at": now,
        "actor_id": actor.person_id,
        "company_id": actor.company_id,
        "action": act.action,
        "subject": subject,
        "subject_id": act.subject_id,
        "facts": content["facts"],
        "hash": rules.digest(content),
    }


def seal(session: Session, *, now: datetime) -> int:
    """Seal every committed row that no seal names yet; return how many.

    A row whose transaction commits late is on the list only from then on, so the next seal takes it: no time
    or id horizon could miss it. Sealers take turns.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    sealed = 0
    while count := _seal_some(session, now):
        sealed += count
    return sealed


def _seal_some(session: Session, now: datetime) -> int:
    rows = session.execute(
        sa.select(AuditRow.id, AuditRow.hash)
        .join(AuditUnsealed, AuditUnsealed.row_id == AuditRow.id)
        .order_by(AuditRow.id)
        .limit(ROWS_PER_SEAL)
    ).all()
    if not rows:
        return 0
    last = session.execute(
        sa.select(AuditSeal.sequence, AuditSeal.hash).order_by(AuditSeal.sequence.desc()).limit(1)
    ).one_or_none()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, rules.GENESIS)
    session.add(
        AuditSeal(
            sequence=sequence,
            at=now,
            count=len(rows),
            rows=[str(row.id) for row in rows],
            previous=previous,
            hash=rules.seal_hash(
                sequence=sequence, at=now, previous=previous, rows=[(str(row.id), row.hash) for row in rows]
            ),
        )
    )
    session.flush()
    session.execute(sa.delete(AuditUnsealed).where(AuditUnsealed.row_id.in_([row.id for row in rows])))
    return len(rows)
