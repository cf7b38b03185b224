"""Read jobs: which are due, how many wait, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState

_HAS_KEY: Final = sa.select(sa.exists().where(OutboxJob.key == sa.bindparam("key")))


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as an operator sees it."""

    id: UUID
    name: str
    args: dict[str, Any]
    state: JobState
    created_at: datetime
    run_at: datetime
    attempts: int
    last_error: str | None
    finished_at: datetime | None


def due(session: Session, *, now: datetime, limit: int = 100) -> tuple[UUID, ...]:
    """Return the jobs that may run now, those waiting longest first."""
    return tuple(named_due(session, now=now, limit=limit))


def named_due(session: Session, *, now: datetime, limit: int = 100) -> dict[UUID, str]:
    """Return the names of the jobs that may run now, those waiting longest first."""
    found = session.execute(
        sa.select(OutboxJob.id, OutboxJob.name)
        .where(OutboxJob.state == JobState.PENDING, OutboxJob.run_at <= now)
        .order_by(OutboxJob.run_at, OutboxJob.id)
        .limit(limit)
    )
    return {row.id: row.name for row in found}


def expired(session: Session, *, now: datetime, limit: int = 100) -> tuple[UUID, ...]:
    """Return the running jobs whose runner let its lease run out."""
    return tuple(
        session.scalars(
            sa.select(OutboxJob.id)
            .where(OutboxJob.state == JobState.RUNNING, OutboxJob.claimed_until < now)
            .order_by(OutboxJob.id)
            .limit(limit)
        )
    )


def is_unfinished(session: Session, *, name: str) -> bool:
    """Tell whether a job of this name is pending or running."""
    wanted = sa.exists().where(OutboxJob.name == name, OutboxJob.state.in_((JobState.PENDING, JobState.RUNNING)))
    return bool(session.scalar(sa.select(wanted)))


def has_key(session: Session, *, key: str) -> bool:
    """Tell whether a job was written under this key."""
    return bool(session.execute(_HAS_KEY, {"key": key}).scalar())


def get(session: Session, *, job_id: UUID) -> JobRow | None:
    """Return one job."""
    job = session.get(OutboxJob, job_id)
    return _row(job) if job else None


def jobs(session: Session, *, states: Sequence[JobState] = tuple(JobState), limit: int = 100) -> tuple[JobRow, ...]:
    """Return the newest jobs in these states."""
    found = session.scalars(
        sa.select(OutboxJob).where(OutboxJob.state.in_(states)).order_by(OutboxJob.id.desc()).limit(limit)
    )
    return tuple(_row(job) for job in found)


def due_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when the job waits that has waited longest, None when none is due."""
    return session.scalar(
        sa.select(sa.func.min(OutboxJob.run_at)).where(OutboxJob.state == JobState.PENDING, OutboxJob.run_at <= now)
    )


def given_up(session: Session) -> int:
    """Count the jobs that were given up."""
    return session.scalars(sa.select(sa.func.count()).where(OutboxJob.state == JobState.FAILED)).one()


def counts(session: Session) -> dict[JobState, int]:
    """Count the jobs in each state."""
    found = session.execute(sa.select(OutboxJob.state, sa.func.count()).group_by(OutboxJob.state)).all()
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in found}


def _row(job: OutboxJob) -> JobRow:
    return JobRow(
        job.id,
        job.name,
        dict(job.args),
        job.state,
        job.created_at,
        job.run_at,
        job.attempts,
        job.last_error,
        job.finished_at,
    )
