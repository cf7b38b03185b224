"""Money of a charge that waits at the provider, and until when it may."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.holds import HoldState, HoldWay


class CardHold(Base):
    """One captured charge; ``act_by`` is the alarm before ``hold_until``, two people decide from then on."""

    __tablename__ = "card_hold"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    charge_id: Mapped[UUID] = mapped_column(sa.ForeignKey("card_charge.id"), unique=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[HoldState] = mapped_column(StateColumn(HoldState))
    way: Mapped[HoldWay | None] = mapped_column(StateColumn(HoldWay))
    first_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    captured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hold_until: Mapped[datetime] = mapped_column(UtcDateTime)
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("(first_by IS NULL) = (way IS NULL)", name="chosen"),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.CheckConstraint("state NOT IN ('released', 'refunded') OR second_by IS NOT NULL", name="decided"),
        sa.Index("ix_card_hold_state_hold_until", "state", "hold_until"),
    )
