"""Write jobs, claim them, and note how they ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new, put_off, together_on_commit
from marketplace.kernel.ids import new_id
from marketplace.outbox import bell, rules
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until its lease ends; ``attempt`` tells us from a later claimant."""

    job_id: UUID
    name: str
    args: dict[str, Any]
    attempt: int


def enqueue(
    session: Session,
    name: str,
    args: Mapping[str, Any],
    *,
    now: datetime,
    run_at: datetime | None = None,
    key: str | None = None,
) -> UUID:
    """Write a job with the end of this transaction and return its id; a ``key`` that a job has keeps that job."""
    job_id = new_id()
    row = _row(job_id, name, args, now=now, run_at=run_at, key=key)
    put_off(session, OutboxJob, (row,), new_only=True)
    if run_at is None or run_at <= now:
        together_on_commit(session, bell.ring, (job_id, name))
    return job_id


def enqueue_once(session: Session, name: str, args: Mapping[str, Any], *, now: datetime, key: str) -> UUID:
    """Write a job at once and return the id of the one that has the ``key``, this or an earlier one."""
    job_id = new_id()
    if not insert_if_new(session, OutboxJob, **_row(job_id, name, args, now=now, run_at=None, key=key)):
        return session.scalars(sa.select(OutboxJob.id).where(OutboxJob.key == key)).one()
    together_on_commit(session, bell.ring, (job_id, name))
    return job_id


def _row(
    job_id: UUID, name: str, args: Mapping[str, Any], *, now: datetime, run_at: datetime | None, key: str | None
) -> dict[str, Any]:
    return {
        "id": job_id,
        "name": name,
        "args": dict(args),
        "key": key,
        "state": JobState.PENDING,
        "created_at": now,
        "run_at": run_at or now,
        "attempts": 0,
    }


def wait_from(session: Session, *, now: datetime) -> None:
    """Let what is due have begun to wait just now: for a city whose past was made up in a minute."""
    past = (OutboxJob.state == JobState.PENDING, OutboxJob.run_at < now)
    session.execute(sa.update(OutboxJob).where(*past).values(run_at=now))


def claim(session: Session, *, job_id: UUID, now: datetime, lease: timedelta = rules.LEASE) -> Claim | None:
    """Take a due job under a lease; None when it is not due, done or somebody else's."""
    mine = _move(
        session,
        "claim",
        OutboxJob.id == job_id,
        OutboxJob.run_at <= now,
        attempts=OutboxJob.attempts + 1,
        claimed_until=now + lease,
    )
    if not mine:
        return None
    row = session.execute(
        sa.select(OutboxJob.name, OutboxJob.args, OutboxJob.attempts).where(OutboxJob.id == job_id)
    ).one()
    return Claim(job_id, row.name, dict(row.args), row.attempts)


def renew(session: Session, *, claim: Claim, now: datetime, lease: timedelta = rules.LEASE) -> bool:
    """Lengthen the lease of a job that is still ours."""
    statement = (
        sa.update(OutboxJob)
        .where(*_still_mine(claim), OutboxJob.state == JobState.RUNNING)
        .values(claimed_until=now + lease)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def finish(session: Session, *, claim: Claim, now: datetime) -> bool:
    """Note that the job is done; False when the lease ran out and the job is no longer ours."""
    return _move(session, "finish", *_still_mine(claim), claimed_until=None, finished_at=now, last_error=None)


def give_up(session: Session, *, claim: Claim, error: str, now: datetime) -> bool:
    """Note a failed attempt by its error's class: tried again later, failed for good after the last."""
    action = rules.after_failure(claim.attempt)
    return _move(
        session,
        action,
        *_still_mine(claim),
        claimed_until=None,
        last_error=error[:100],
        run_at=now + rules.wait_after(claim.attempt),
        finished_at=now if action == "give_up" else None,
    )


def requeue_expired(session: Session, *, now: datetime) -> int:
    """Give back the jobs whose runner died; return how many."""
    return _moved(session, "expire", OutboxJob.claimed_until < now, claimed_until=None, run_at=now)


def revive(session: Session, *, job_id: UUID, now: datetime) -> bool:
    """Try a failed job again from its first attempt, for operators."""
    revived = _move(session, "revive", OutboxJob.id == job_id, attempts=0, run_at=now, finished_at=None)
    if revived:
        name = session.scalars(sa.select(OutboxJob.name).where(OutboxJob.id == job_id)).one()
        together_on_commit(session, bell.ring, (job_id, name))
    return revived


def prune(session: Session, *, now: datetime) -> int:
    """Delete jobs that were done long ago; failed ones stay until somebody looks."""
    statement = sa.delete(OutboxJob).where(OutboxJob.state == JobState.DONE, OutboxJob.finished_at < now - rules.KEEP)
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount


def _still_mine(claim: Claim) -> tuple[sa.ColumnElement[bool], ...]:
    return OutboxJob.id == claim.job_id, OutboxJob.attempts == claim.attempt


def _move(session: Session, action: str, *where: sa.ColumnElement[bool], **values: Any) -> bool:
    return _moved(session, action, *where, **values) == 1


def _moved(session: Session, action: str, *where: sa.ColumnElement[bool], **values: Any) -> int:
    """Take the drawn transition where it is possible: the one place that writes a job's state."""
    before = next(state for state in JobState if rules.LIFECYCLE.allows(state, action))
    statement = (
        sa.update(OutboxJob)
        .where(OutboxJob.state == before, *where)
        .values(state=rules.LIFECYCLE.apply(before, action), **values)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount
