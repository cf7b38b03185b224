"""What was said about the days on which goods are ready, and what was asked."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.readiness.rules import AskState, SlipReason, Word


class ReadyWord(Base):
    """A day that a merchant named or named anew; the last one of a line is its ``ready_date``."""

    __tablename__ = "ready_word"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    word: Mapped[Word] = mapped_column(StateColumn(Word))
    day: Mapped[date] = mapped_column(sa.Date)
    before: Mapped[date | None] = mapped_column(sa.Date)
    reason: Mapped[SlipReason | None] = mapped_column(StateColumn(SlipReason))
    said_on: Mapped[date] = mapped_column(sa.Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadyAsk(Base):
    """Whether a day stands, asked so many days before it; until ``answer_by`` the merchant answers."""

    __tablename__ = "ready_ask"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"))
    day: Mapped[date] = mapped_column(sa.Date)
    days_before: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[AskState] = mapped_column(StateColumn(AskState))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("line_id", "day", "days_before"),
        sa.Index("ix_ready_ask_state_answer_by", "state", "answer_by"),
    )


insert_only(ReadyWord)
