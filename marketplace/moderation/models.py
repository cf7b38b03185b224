"""Tables of cases and of the reasons given for decisions."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, StateColumn, UtcDateTime
from marketplace.kernel.ids import new_id
from marketplace.moderation.rules import CaseKind, CaseState

_PENDING = sa.text("state = 'pending'")


class Case(Base):
    """One review; ``content_hash`` is the fingerprint of what was decided upon."""

    __tablename__ = "moderation_case"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[CaseKind] = mapped_column(StateColumn(CaseKind))
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    change_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("listing_change.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[CaseState] = mapped_column(StateColumn(CaseState))
    risk: Mapped[int] = mapped_column(sa.Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # While one that takes longer still waits.
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content_hash: Mapped[str | None] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.Index("ix_moderation_case_state_id", "state", "id"),
        sa.Index("ix_moderation_case_listing_id_id", "listing_id", "id"),
        sa.Index(
            "uq_moderation_case_pending",
            "listing_id",
            "kind",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )


class CaseReason(Base):
    """Why a case was decided as it was: prose for the merchant, kept out of audit and events."""

    __tablename__ = "moderation_reason"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("moderation_case.id"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
