"""The ledger: accounts, transfers, entries. All three are insert-only; a correction is another transfer."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.terms import SubjectKind


class LedgerAccount(Base):
    """An account; its balance is the sum of its entries and is kept nowhere else."""

    __tablename__ = "ledger_account"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    kind: Mapped[AccountKind] = mapped_column(StateColumn(AccountKind))
    owner_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    subject_kind: Mapped[SubjectKind | None] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (
        sa.Index("ix_ledger_account_owner_id_currency", "owner_id", "currency"),
        sa.Index("ix_ledger_account_subject_id", "subject_id"),
    )


class LedgerTransfer(Base):
    """One movement; its key is the fact that caused it, so a fact moves money once."""

    __tablename__ = "ledger_transfer"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    kind: Mapped[TransferKind] = mapped_column(StateColumn(TransferKind))
    subject_kind: Mapped[SubjectKind | None] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    payment_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_ledger_transfer_subject_id", "subject_id"),
        sa.Index("ix_ledger_transfer_payment_id", "payment_id"),
    )


class LedgerEntry(Base):
    """One side of a movement: a debit is positive, a credit negative."""

    __tablename__ = "ledger_entry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_account.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    minor: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("minor <> 0", name="some"),)


class CommissionCharge(Base):
    """On what a transfer charged commission, and its tax; negative where it took them back."""

    __tablename__ = "commission_charge"

    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    base_minor: Mapped[int] = mapped_column(sa.BigInteger)
    commission_minor: Mapped[int] = mapped_column(sa.BigInteger)
    vat_minor: Mapped[int] = mapped_column(sa.BigInteger)


class ReturnNotice(Base):
    """The word of whoever owes something back that it is sent; owed until the other side has it, or is silent.

    ``answer_by`` is until when that side may say that it has not come, None once it said something or was silent.
    What the trading company owes has no such day: there ``booked_on`` and ``bank_reference`` are what the operator's
    bank says, as ``person_id`` read it, and ``second_by`` read it too where that takes two.
    """

    __tablename__ = "return_notice"

    return_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    denied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booked_on: Mapped[date | None] = mapped_column(sa.Date)
    bank_reference: Mapped[str | None] = mapped_column(sa.String(100))
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (sa.CheckConstraint("second_by IS NULL OR second_by <> person_id", name="two_people"),)


class ReturnReceipt(Base):
    """The word of whoever was owed something back that it has come."""

    __tablename__ = "return_receipt"

    return_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_transfer.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


for _table in (LedgerAccount, LedgerTransfer, LedgerEntry, CommissionCharge, ReturnReceipt):
    insert_only(_table)
