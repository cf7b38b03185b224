"""The jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.outbox.rules import JobState


class OutboxJob(Base):
    """One piece of work; ``args`` are ids, ``last_error`` is the name of an exception's class."""

    __tablename__ = "outbox_job"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(64))
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    # At most one job a key, for as long as the job is kept.
    key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    state: Mapped[JobState] = mapped_column(StateColumn(JobState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(100))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(state = 'running') = (claimed_until IS NOT NULL)", name="leased"),
        sa.Index("ix_outbox_job_state_run_at", "state", "run_at"),
        sa.Index("ix_outbox_job_name_state", "name", "state"),
    )
