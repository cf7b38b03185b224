"""Read audit rows, and verify their chain."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import rules
from marketplace.audit.models import AuditRow, AuditSeal, AuditUnsealed
from marketplace.kernel.checks import Breach
from marketplace.kernel.db import write_put_off
from marketplace.kernel.exports import rows
from marketplace.kernel.ids import id_text
from marketplace.kernel.pages import Page, decode_id, page_of

_AT_ONCE: Final = 500
# Ids as texts: the chain is walked over what is written.
_ROWS: Final = sa.select(
    sa.cast(AuditRow.id, sa.String).label("id"),
    AuditRow.at,
    sa.cast(AuditRow.actor_id, sa.String).label("actor"),
    sa.cast(AuditRow.company_id, sa.String).label("company"),
    AuditRow.action,
    AuditRow.subject,
    sa.cast(AuditRow.subject_id, sa.String).label("subject_id"),
    AuditRow.facts,
    AuditRow.hash,
).where(AuditRow.id.in_(sa.bindparam("ids", expanding=True)))
_ALL: Final = sa.select(AuditRow.id).order_by(AuditRow.id)
# Seals are read in small portions, because they carry up to a thousand ids each.
_SEALS: Final = (
    sa.select(*AuditSeal.__table__.c)
    .where(AuditSeal.sequence > sa.bindparam("last"))
    .order_by(AuditSeal.sequence)
    .limit(20)
)
_LISTED: Final = sa.select(AuditUnsealed.row_id)
_INVARIANT: Final = "10 audit chain"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One audit row as it is shown; names are looked up by whoever shows it."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    company_id: UUID | None
    action: str
    subject: str
    subject_id: UUID
    facts: dict[str, Any]


def history(session: Session, *, subject: str, subject_id: UUID) -> tuple[AuditEntry, ...]:
    """Return what happened to one thing, oldest first."""
    rows = session.scalars(
        sa.select(AuditRow).where(AuditRow.subject == subject, AuditRow.subject_id == subject_id).order_by(AuditRow.id)
    )
    return tuple(_entry(row) for row in rows)


def histories(session: Session, *, subject: str, subject_ids: Collection[UUID]) -> dict[UUID, tuple[AuditEntry, ...]]:
    """Return what happened to each of these things, oldest first; those without an act are left out."""
    write_put_off(session)  # what this very unit of work did is read, too
    found: dict[UUID, list[AuditEntry]] = {}
    for row in session.scalars(
        sa.select(AuditRow)
        .where(AuditRow.subject == subject, AuditRow.subject_id.in_(subject_ids))
        .order_by(AuditRow.id)
    ):
        found.setdefault(row.subject_id, []).append(_entry(row))
    return {key: tuple(entries) for key, entries in found.items()}


def trail(
    session: Session,
    *,
    subject: str | None = None,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[AuditEntry]:
    """Return what happened to one thing, to things of a kind, or by one person, newest first."""
    given = {AuditRow.subject: subject, AuditRow.subject_id: subject_id, AuditRow.actor_id: actor_id}
    wanted = sa.select(AuditRow).where(*(column == value for column, value in given.items() if value is not None))
    if cursor:
        wanted = wanted.where(AuditRow.id < decode_id(cursor))
    rows = session.scalars(wanted.order_by(AuditRow.id.desc()).limit(size + 1)).all()
    return page_of([_entry(row) for row in rows], size, lambda entry: (str(entry.id),))


def latest(
    session: Session, *, size: int, before: UUID | None = None, company_id: UUID | None = None
) -> tuple[AuditEntry, ...]:
    """Return up to ``size`` rows, newest first, of one company or of all, older than ``before``."""
    wanted = sa.select(AuditRow).order_by(AuditRow.id.desc()).limit(size)
    if before is not None:
        wanted = wanted.where(AuditRow.id < before)
    if company_id is not None:
        wanted = wanted.where(AuditRow.company_id == company_id)
    return tuple(_entry(row) for row in session.scalars(wanted))


def unsealed_since(session: Session) -> datetime | None:
    """Return when the oldest row was written that no seal names yet, None when all are sealed."""
    return session.scalar(sa.select(sa.func.min(AuditRow.at)).join(AuditUnsealed, AuditUnsealed.row_id == AuditRow.id))


def verify(session: Session, *, head: str | None = None) -> rules.VerifyResult:
    """Verify the chain in the database with the same walk as an exported file."""
    entries = (entry for _, portion in chain_portions(session) for entry in portion)
    return rules.verify_entries(entries, head=head)


def breaches(session: Session) -> list[Breach]:
    """Return what is wrong with the chain, and rows that neither a seal nor the sealing job's list knows."""
    found = verify(session)
    listed = set(session.execute(_LISTED).scalars()) if found.waiting else ()
    unlisted = [row_id for row_id in map(UUID, found.waiting) if row_id not in listed]
    return [_breach(fault) for fault in found.faults] + [
        Breach(_INVARIANT, "audit_row", row_id, "row_unlisted") for row_id in unlisted
    ]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person did and what was done to them for that person, earliest first."""
    wanted = (AuditRow.at, AuditRow.actor_id, AuditRow.company_id, AuditRow.action, AuditRow.subject)
    mine = sa.or_(
        AuditRow.actor_id == person_id, sa.and_(AuditRow.subject == "person", AuditRow.subject_id == person_id)
    )
    acts = sa.select(*wanted, AuditRow.subject_id, AuditRow.facts).where(mine)
    return {"acts": rows(session, acts.order_by(AuditRow.id))}


def _breach(fault: rules.Fault) -> Breach:
    place = "" if fault.seal is None else f" at seal {fault.seal}"
    try:
        row_id = UUID(fault.row) if fault.row else None
    except ValueError:
        row_id = None
    return Breach(_INVARIANT, "audit_row" if row_id else "audit_seal", row_id, f"{fault.code}{place}")


def chain_length(session: Session) -> int:
    """Count the rows of the trail."""
    return session.scalar(sa.select(sa.func.count()).select_from(AuditRow)) or 0


def chain_portions(session: Session, *, after: int = 0) -> Iterator[tuple[int | None, list[dict[str, Any]]]]:
    """Yield what stands behind a seal, an entry for each line of an export, each seal after its rows.

    Rows that are not sealed yet come at the end.

    A portion is a seal with its rows, and goes with the seal's number; rows not sealed yet, which may be sealed the
    next moment, go with none.
    """
    sealed: set[str] = set()
    if after:
        for named in session.scalars(sa.select(AuditSeal.rows).where(AuditSeal.sequence <= after)):
            sealed.update(named)
    last = after
    while seals := session.execute(_SEALS, {"last": last}).all():
        found = _rows(session, [row_id for seal in seals for row_id in seal.rows])
        for seal in seals:
            sealed.update(seal.rows)
            last = seal.sequence
            yield last, [*_entries(seal.rows, found), {"kind": "seal", "seal": _seal(seal)}]
    waiting = [row_id for row_id in map(str, session.scalars(_ALL)) if row_id not in sealed]
    for start in range(0, len(waiting), _AT_ONCE):
        portion = waiting[start : start + _AT_ONCE]
        yield None, list(_entries(portion, _rows(session, portion)))


def _rows(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    return {
        id_text(row.id): row
        for start in range(0, len(ids), _AT_ONCE)
        for row in session.execute(_ROWS, {"ids": [UUID(row_id) for row_id in ids[start : start + _AT_ONCE]]})
    }


def _entries(ids: Sequence[str], rows: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row_id in ids:
        if row := rows.get(row_id):
            yield {"kind": "row", "row": _content(row_id, row), "hash": row.hash}


def _content(row_id: str, row: Any) -> dict[str, Any]:
    return rules.row_content(
        id=row_id,
        at=row.at,
        actor=row.actor and id_text(row.actor),
        company=row.company and id_text(row.company),
        action=row.action,
        subject=row.subject,
        subject_id=id_text(row.subject_id),
        facts=row.facts,
    )


def _seal(seal: Any) -> dict[str, Any]:
    return {
        "sequence": seal.sequence,
        "at": rules.stamp(seal.at),
        "count": seal.count,
        "rows": seal.rows,
        "previous": seal.previous,
        "hash": seal.hash,
    }


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        row.id, row.at, row.actor_id, row.company_id, row.action, row.subject, row.subject_id, dict(row.facts)
    )
