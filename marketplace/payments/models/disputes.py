"""Disputes of card holders: what a card's bank took, what was told it, and how it ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.disputes import DisputeState


class CardDispute(Base):
    """One dispute of a charge, as the provider shows it; ``taken`` and ``borne`` say where a lost one was booked."""

    __tablename__ = "card_dispute"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    provider_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    charge_id: Mapped[UUID] = mapped_column(sa.ForeignKey("card_charge.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(64))
    is_inquiry: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[DisputeState] = mapped_column(StateColumn(DisputeState))
    withdrawn_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    reinstated_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # What the provider kept for it, in the currency it settles in.
    fee_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    fee_currency: Mapped[str | None] = mapped_column(sa.String(3))
    # Of a lost one: from the subject's money, and by the house.
    taken_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    borne_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # What was or will be told the bank; from ``asked_at`` on it is owed to be handed in.
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # Which stored files are shown it, and as what; how the provider calls what was handed over of them.
    papers: Mapped[list[Any] | None] = mapped_column(Json)
    handed_over: Mapped[dict[str, Any] | None] = mapped_column(Json)
    evidence_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    # Until when the bank listens; until when somebody must act; escalated_at once that was told.
    due_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("0 <= reinstated_minor AND reinstated_minor <= withdrawn_minor", name="reinstated"),
        sa.CheckConstraint("taken_minor >= 0 AND borne_minor >= 0", name="not_negative"),
        sa.CheckConstraint(
            "taken_minor + borne_minor = 0 OR (state = 'lost' AND taken_minor + borne_minor = withdrawn_minor)",
            name="lost",
        ),
        sa.Index("ix_card_dispute_state_id", "state", "id"),
    )
