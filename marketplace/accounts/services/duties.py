"""Who is in charge of what: taken by whoever acts, passed on by a hand-over."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Duty
from marketplace.accounts.rules.handovers import Kind
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import alter, ask, write
from marketplace.kernel.ids import new_id


def take(session: Session, *, actor: Actor, kind: Kind, subject_id: UUID, now: datetime) -> None:
    """Put the actor in charge of a thing for his company, in the place of whoever was; the city itself takes none."""
    if actor.person_id is None or actor.company_id is None:
        return
    mine = {"company": actor.company_id, "kind": kind.value, "subject": subject_id}
    in_charge = ask(session, _IN_CHARGE, mine).scalar_one_or_none()
    if in_charge is not None and in_charge != actor.person_id:
        alter(session, _RELIEVE, mine)
        in_charge = None
    if in_charge is None:
        begin(
            session,
            company_id=actor.company_id,
            person_id=actor.person_id,
            kind=kind,
            subject_ids=[subject_id],
            now=now,
        )


def begin(
    session: Session, *, company_id: UUID, person_id: UUID, kind: Kind, subject_ids: Collection[UUID], now: datetime
) -> None:
    """Put a person in charge of things that nobody had before."""
    rows = [
        {
            "id": new_id(),
            "company_id": company_id,
            "kind": kind.value,
            "subject_id": subject_id,
            "person_id": person_id,
            "since": now,
        }
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


_THIS: Final = (
    Duty.company_id == sa.bindparam("company"),
    Duty.kind == sa.bindparam("kind"),
    Duty.subject_id == sa.bindparam("subject"),
)
_IN_CHARGE: Final = sa.select(Duty.person_id).where(*_THIS)
_RELIEVE: Final = sa.delete(cast("sa.Table", Duty.__table__)).where(*_THIS)
