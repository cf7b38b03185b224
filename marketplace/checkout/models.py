"""The claim rows of checkouts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.checkout.rules.states import OPEN, AttemptState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json

_IS_OPEN = sa.text(f"state IN ({', '.join(repr(str(state)) for state in OPEN)})")


class CheckoutAttempt(Base):
    """One checkout: ``plan`` is everything it will place; ``settled_at`` says that no charge is left to end."""

    __tablename__ = "checkout_attempt"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    key: Mapped[str] = mapped_column(sa.String(400))
    state: Mapped[AttemptState] = mapped_column(StateColumn(AttemptState))
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    group_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    return_url: Mapped[str | None] = mapped_column(sa.String(2000))
    # Why it was given up: a code and facts, told again to a retry.
    refusal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "key"),
        sa.CheckConstraint("(state = 'abandoned') = (refusal IS NOT NULL)", name="abandoned_for_a_reason"),
        sa.Index("ix_checkout_attempt_state_expires_at", "state", "expires_at"),
        sa.Index("ix_checkout_attempt_settled_at_created_at", "settled_at", "created_at"),
        # What a cart has in checkout, asked at each of its checkouts.
        sa.Index(
            "ix_checkout_attempt_open",
            "company_id",
            "person_id",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )
