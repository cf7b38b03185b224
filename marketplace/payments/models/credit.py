"""Credits of buyers with merchants, what was decided about them, and reminders of overdue payments."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.credit import LIVE, LONGEST_WORDS, CreditState

_LIVE = sa.text(f"state IN ({', '.join(repr(str(state)) for state in LIVE)})")


class CreditLine(Base):
    """A buyer's credit with a merchant in one currency; its row is locked by whoever takes it up."""

    __tablename__ = "credit_line"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    state: Mapped[CreditState] = mapped_column(StateColumn(CreditState))
    wanted_minor: Mapped[int] = mapped_column(sa.BigInteger)
    note: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS))  # the buyer's words
    limit_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    days: Mapped[int] = mapped_column(sa.Integer, default=0)
    until: Mapped[date | None] = mapped_column(sa.Date)
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")  # of the last decision
    # Until when a request is answered; without an answer it is declined.
    decide_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("wanted_minor > 0 AND limit_minor >= 0", name="amounts"),
        sa.CheckConstraint("(state = 'requested') = (decide_by IS NOT NULL)", name="answered_by"),
        sa.CheckConstraint(
            "state <> 'granted' OR (limit_minor > 0 AND days > 0 AND until IS NOT NULL)", name="granted"
        ),
        sa.Index(
            "uq_credit_line_live",
            "merchant_id",
            "buyer_id",
            "currency",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        sa.Index("ix_credit_line_merchant_id_id", "merchant_id", "id"),
        sa.Index("ix_credit_line_buyer_id_id", "buyer_id", "id"),
        sa.Index("ix_credit_line_decide_by", "decide_by"),
    )


class CreditDecision(Base):
    """What was decided about a credit, by whom and why; nobody where it was declined by silence."""

    __tablename__ = "credit_decision"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    credit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("credit_line.id"), index=True)
    state: Mapped[CreditState] = mapped_column(StateColumn(CreditState))
    limit_minor: Mapped[int] = mapped_column(sa.BigInteger)
    days: Mapped[int] = mapped_column(sa.Integer)
    until: Mapped[date | None] = mapped_column(sa.Date)
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dunning(Base):
    """How far the payer of an overdue payment on credit was reminded, and when the next reminder goes."""

    __tablename__ = "dunning"

    payment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment.id"), primary_key=True)
    level: Mapped[int] = mapped_column(sa.Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # None after the final one
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pause_reason: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("level BETWEEN 0 AND 3", name="level"),)


insert_only(CreditDecision)
