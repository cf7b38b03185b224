"""The keys and the answers kept under them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.idempotency.rules import KeyState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id


class IdempotencyKey(Base):
    """One key of one account; ``attempt`` counts the requests that were let through under it."""

    __tablename__ = "idempotency_key"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(sa.String(100))
    key: Mapped[str] = mapped_column(sa.String(255))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[KeyState] = mapped_column(StateColumn(KeyState))
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    locked_until: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(sa.Integer)
    body: Mapped[Any | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("scope", "key"),
        sa.CheckConstraint("(state = 'done') = (status IS NOT NULL)", name="answered"),
    )
