"""Accounts of companies at the provider, and what is taken back of transfers to them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.remitting import AccountState, ReversalState
from marketplace.payments.rules.write_offs import WriteOffState

_PROPOSED = sa.text("state = 'proposed'")


class ProviderAccount(Base):
    """A company's own account at the provider. The row is committed before the provider is called."""

    __tablename__ = "provider_account"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    country: Mapped[str] = mapped_column(sa.String(2))
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    state: Mapped[AccountState] = mapped_column(StateColumn(AccountState))
    # How many things the provider still wants to know.
    due: Mapped[int] = mapped_column(sa.Integer, default=0)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    # From when on payouts go there: whoever took over a login shall be found out before.
    active_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("state <> 'active' OR active_from IS NOT NULL", name="active"),
        sa.Index("ix_provider_account_state_looked_at", "state", "looked_at"),
    )


class PayoutReversal(Base):
    """A part of a transfer that shall come back; from ``asked_at`` on it is asked for. Its key is its row."""

    __tablename__ = "payout_reversal"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    payout_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payout.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    # What money had to go back for; with it the refund was asked for.
    cause: Mapped[str] = mapped_column(sa.String(80), index=True)
    state: Mapped[ReversalState] = mapped_column(StateColumn(ReversalState))
    reason: Mapped[str | None] = mapped_column(sa.String(64))  # the provider's own, where it refused
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index("ix_payout_reversal_state_asked_at", "state", "asked_at"),
        sa.Index("ix_payout_reversal_company_id_currency", "company_id", "currency"),
    )


class WriteOff(Base):
    """One person's word that a company will not pay what it owes after a payout, and whose yes it had."""

    __tablename__ = "receivable_write_off"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(500))
    state: Mapped[WriteOffState] = mapped_column(StateColumn(WriteOffState))
    first_by: Mapped[UUID] = mapped_column(sa.Uuid)
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    transfer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ledger_transfer.id"), unique=True)
    # Until when the second person must say something, None where nobody must; escalated_at once that was told.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.CheckConstraint("state <> 'done' OR (second_by IS NOT NULL AND transfer_id IS NOT NULL)", name="agreed"),
        sa.Index(
            "uq_receivable_write_off_open",
            "company_id",
            "currency",
            unique=True,
            sqlite_where=_PROPOSED,
            postgresql_where=_PROPOSED,
        ),
    )
