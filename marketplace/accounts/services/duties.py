"""Who is in charge of what: taken by whoever acts, passed on by a hand-over."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from marketplace.accounts.models import Duty
from marketplace.accounts.rules.handovers import Kind
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id


def take(session: Session, *, actor: Actor, kind: Kind, subject_id: UUID, now: datetime) -> None:
    """Put the actor in charge of a thing for his company, in the place of whoever was; the city itself takes none."""
    if actor.person_id is None or actor.company_id is None:
        return
    session.execute(
        _taken(session.get_bind().dialect.name),
        _duty(company_id=actor.company_id, person_id=actor.person_id, kind=kind, subject_id=subject_id, now=now),
    )


def begin(
    session: Session, *, company_id: UUID, person_id: UUID, kind: Kind, subject_ids: Collection[UUID], now: datetime
) -> None:
    """Put a person in charge of things that nobody had before."""
    rows = [
        _duty(company_id=company_id, person_id=person_id, kind=kind, subject_id=subject_id, now=now)
        for subject_id in subject_ids
    ]
    write(session, Duty, rows)


def pass_on(
    session: Session,
    *,
    company_id: UUID,
    leaver_id: UUID,
    successor_id: UUID,
    subject_ids: Collection[UUID],
    now: datetime,
) -> None:
    """Put a successor in charge of what the leaver was, as far as it is on the list."""
    session.execute(
        sa.update(Duty)
        .where(Duty.company_id == company_id, Duty.person_id == leaver_id, Duty.subject_id.in_(subject_ids))
        .values(person_id=successor_id, since=now)
    )


def _duty(*, company_id: UUID, person_id: UUID, kind: Kind, subject_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "company_id": company_id,
        "kind": kind.value,
        "subject_id": subject_id,
        "person_id": person_id,
        "since": now,
    }


@cache
def _taken(dialect: str) -> sa.Insert:
    """Return the INSERT of a duty that takes the place of another person's, and leaves one's own as it is."""
    table = cast("sa.Table", Duty.__table__)
    new: Any = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)
    return new.on_conflict_do_update(
        index_elements=[table.c.company_id, table.c.kind, table.c.subject_id],
        set_={name: new.excluded[name] for name in ("id", "person_id", "since")},
        where=table.c.person_id != new.excluded.person_id,
    )
