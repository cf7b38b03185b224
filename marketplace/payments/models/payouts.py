"""Payouts, who agreed to them, their instruction files; and what payees allow off the price of a line."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.remitting import PayoutWay
from marketplace.payments.rules.terms import SubjectKind

_RESERVING = sa.text("state IN ('due', 'approved')")


class PayoutFile(Base):
    """Instructions to the provider's bank, written once; the bytes are kept as they were sent."""

    __tablename__ = "payout_file"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(20), unique=True)
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    # The same instructions as pain.001; None where the operator named no account to pay from in some currency of them.
    pain001: Mapped[str | None] = mapped_column(sa.Text)
    pain001_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Payout(Base):
    """Released money on its way to a company's account; one at a time is open per company, currency and source."""

    __tablename__ = "payout"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    source: Mapped[AccountKind] = mapped_column(StateColumn(AccountKind))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    payee_account: Mapped[dict[str, str]] = mapped_column(Json)
    approvals_needed: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[PayoutState] = mapped_column(StateColumn(PayoutState))
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payout_file.id"), index=True)
    way: Mapped[PayoutWay] = mapped_column(StateColumn(PayoutWay), default=PayoutWay.BANK_FILE)
    # By transfer: the company's account at the provider, and the provider's id of what was moved there. No bank data.
    destination: Mapped[str | None] = mapped_column(sa.String(255))
    transfer_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(sa.String(64))  # a ``Failure``, or the provider's own reason
    # Until when somebody must act, None where nobody must; escalated_at once that was told.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name="approvals"),
        sa.CheckConstraint("(way = 'provider_transfer') = (destination IS NOT NULL)", name="destination"),
        sa.Index("ix_payout_company_id_id", "company_id", "id"),
        sa.Index("ix_payout_state_id", "state", "id"),
        sa.Index(
            "uq_payout_open",
            "company_id",
            "currency",
            "source",
            unique=True,
            sqlite_where=_RESERVING,
            postgresql_where=_RESERVING,
        ),
    )


class PayoutApproval(Base):
    """One person's yes to a payout."""

    __tablename__ = "payout_approval"

    payout_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payout.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PayoutResult(Base):
    """What the bank made of a payout, as a person wrote it down: the day, and the bank's reference or its reason."""

    __tablename__ = "payout_result"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    payout_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payout.id"), index=True)
    result: Mapped[str] = mapped_column(sa.String(32))
    booked_on: Mapped[date] = mapped_column(sa.Date)
    bank_reference: Mapped[str] = mapped_column(sa.String(100))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Allowance(Base):
    """What a payee lets off the price of a line for a cause: part of it never falls due, part is owed back."""

    __tablename__ = "allowance"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    cause_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    why: Mapped[Why | None] = mapped_column(StateColumn(Why))  # None: of before it was kept
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    waived_minor: Mapped[int] = mapped_column(sa.BigInteger)
    owed_minor: Mapped[int] = mapped_column(sa.BigInteger)
    commission_minor: Mapped[int] = mapped_column(sa.BigInteger)  # no longer earned on what is owed back
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0 AND waived_minor >= 0 AND owed_minor >= 0", name="some"),
        sa.CheckConstraint("waived_minor + owed_minor = amount_minor", name="parts"),
    )


class CommissionReceipt(Base):
    """Under which reference a bank transfer paid commission, as the bank writes it; the audit row has its digest."""

    __tablename__ = "commission_receipt"

    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), primary_key=True)
    bank_reference: Mapped[str] = mapped_column(sa.String(100))
    # Until when its line is expected on a statement; None where none is.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CommissionWithdrawal(Base):
    """The operator's word that commission it had written down by hand never came like that; the receipt stays."""

    __tablename__ = "commission_withdrawal"

    receipt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("commission_receipt.transfer_id"), primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


for _table in (PayoutFile, PayoutApproval, PayoutResult, Allowance, CommissionReceipt, CommissionWithdrawal):
    insert_only(_table)
