"""Bank accounts whose statements are imported, the statements, their entries, and what the house's are for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.house_money import EntryState, MatchState, Purpose, ReturnState, ReversalState

_COUNTS = sa.text("state IN ('proposed', 'done')")
_ONCE = sa.text("purpose IN ('receipt', 'payout', 'payout_return', 'sender_sent', 'sale_receipt', 'sale_return')")


class BankAccount(Base):
    """An account of a company; its row is locked while a statement of it is imported."""

    __tablename__ = "bank_account"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    number: Mapped[str] = mapped_column(sa.String(34))
    currency: Mapped[str] = mapped_column(sa.String(3))
    is_house: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("company_id", "number", "currency"),)


class BankStatement(Base):
    """One statement as it was imported; balances are None where its file had none."""

    __tablename__ = "bank_statement"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_account.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[str] = mapped_column(sa.String(40))
    since: Mapped[date] = mapped_column(sa.Date)
    until: Mapped[date] = mapped_column(sa.Date)
    opening_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    closing_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    entries: Mapped[int] = mapped_column(sa.Integer)
    new_entries: Mapped[int] = mapped_column(sa.Integer)
    # Which of the bank's columns are ours, as it was told for this one.
    mapping: Mapped[dict[str, str] | None] = mapped_column(Json)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("account_id", "digest"),
        sa.Index("ix_bank_statement_account_id_since", "account_id", "since"),
    )


class BankEntry(Base):
    """One line of a bank's books, kept once however many statements it stands in; positive came."""

    __tablename__ = "bank_entry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_account.id"))
    statement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_statement.id"), index=True)
    key: Mapped[str] = mapped_column(sa.String(200))
    currency: Mapped[str] = mapped_column(sa.String(3))
    minor: Mapped[int] = mapped_column(sa.BigInteger)
    booked_on: Mapped[date] = mapped_column(sa.Date)
    bank_reference: Mapped[str] = mapped_column(sa.String(100))
    text: Mapped[str] = mapped_column(sa.String(1_500))
    party_name: Mapped[str] = mapped_column(sa.String(140))
    party_account: Mapped[str] = mapped_column(sa.String(34))
    party_bic: Mapped[str] = mapped_column(sa.String(11))
    is_return: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[EntryState] = mapped_column(StateColumn(EntryState))
    transfer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("incoming_transfer.id"), unique=True)
    # Until when somebody must say what it is for, None where nobody must; escalated_at once that was told.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.CheckConstraint("minor <> 0", name="some"),
        sa.Index("ix_bank_entry_account_id_booked_on", "account_id", "booked_on"),
        sa.Index("ix_bank_entry_state_id", "state", "id"),
    )

    @property
    def amount_minor(self) -> int:
        """How much it moved, whichever way."""
        return abs(self.minor)

    @property
    def reference(self) -> str:
        """What the bank calls it, or nothing."""
        return self.bank_reference


class HouseMatch(Base):
    """One person's word what an entry of the house's account is for, and whose yes it had."""

    __tablename__ = "house_match"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_entry.id"), index=True)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    # Where money goes that is sent back: the account it came from.
    sender: Mapped[dict[str, str] | None] = mapped_column(Json)
    state: Mapped[MatchState] = mapped_column(StateColumn(MatchState))
    first_by: Mapped[UUID | None] = mapped_column(sa.Uuid)  # None: the reference said so
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    needs_two: Mapped[bool] = mapped_column(sa.Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.Index(
            "uq_house_match_open",
            "entry_id",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
    )


class HousePart(Base):
    """A share of a house entry that was placed, and the transfer of the ledger that says so."""

    __tablename__ = "house_part"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    match_id: Mapped[UUID] = mapped_column(sa.ForeignKey("house_match.id"), index=True)
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_entry.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(StateColumn(Purpose))
    target_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    minor: Mapped[int] = mapped_column(sa.BigInteger)
    transfer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ledger_transfer.id"))
    # How often a line was said to be for this before, and was another's.
    turn: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("minor > 0", name="some"),
        # A payout leaves and bounces once, a receipt is one line's.
        sa.Index(
            "uq_house_part_once",
            "target_id",
            "purpose",
            "turn",
            unique=True,
            sqlite_where=_ONCE,
            postgresql_where=_ONCE,
        ),
    )


class HouseReversal(Base):
    """One person's word that a placed line was placed wrongly, and whose yes it had."""

    __tablename__ = "house_reversal"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    match_id: Mapped[UUID] = mapped_column(sa.ForeignKey("house_match.id"), index=True)
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_entry.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    state: Mapped[ReversalState] = mapped_column(StateColumn(ReversalState))
    first_by: Mapped[UUID] = mapped_column(sa.Uuid)
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.CheckConstraint("state <> 'done' OR second_by IS NOT NULL", name="agreed"),
        sa.Index("uq_house_reversal_open", "match_id", unique=True, sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    )


class HousePartReversal(Base):
    """A share of a house entry that counts no more, and the transfer of the ledger that says so."""

    __tablename__ = "house_part_reversal"

    part_id: Mapped[UUID] = mapped_column(sa.ForeignKey("house_part.id"), primary_key=True)
    reversal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("house_reversal.id"), index=True)
    transfer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("ledger_transfer.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SenderReturn(Base):
    """Money of the house's account that two people send back to the account it came from."""

    __tablename__ = "sender_return"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("bank_entry.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    account: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[ReturnState] = mapped_column(StateColumn(ReturnState))
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payout_file.id"), index=True)
    # Who said that the bank did not take it; a second person agrees.
    failed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    # Until when the bank's word is expected, or the operator's people say what becomes of it.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index("ix_sender_return_state_id", "state", "id"),
    )


for _table in (BankStatement, HousePart, HousePartReversal):
    insert_only(_table)
