"""What is agreed, what falls due, and the money that came."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.paying import MilestoneState, Mistake, PaymentState, TransferState
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Rail, SubjectKind


class PaymentTerms(Base):
    """How one subject is paid, frozen when it was placed; a line added by both sides raises its amount, none else.

    What both sides agreed since stands beside it, None while it is as placed: ``queries.agreed`` says what binds.
    """

    __tablename__ = "payment_terms"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    reference: Mapped[str] = mapped_column(sa.String(16))  # the subject's own, as its papers print it
    plan: Mapped[str] = mapped_column(sa.String(32))  # the code; what was agreed is in ``agreed``
    agreed: Mapped[dict[str, Any]] = mapped_column(Json)  # payments.rules.plans.AgreedPlan
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    rail: Mapped[Rail] = mapped_column(StateColumn(Rail))
    payer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    payee_id: Mapped[UUID] = mapped_column(sa.Uuid)
    payee_account: Mapped[dict[str, str] | None] = mapped_column(Json)
    credit_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("credit_line.id"), index=True)  # None: not on credit
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    commission_bp: Mapped[int] = mapped_column(sa.Integer)
    # Of the commission, on top of it; terms of before it was asked for have none.
    commission_vat_bp: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    amended_account: Mapped[dict[str, str] | None] = mapped_column(Json)
    amended_plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # Of a purchase of the trading company: the order by which it is sold on, and the margin that stays.
    sale_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    margin_bp: Mapped[int | None] = mapped_column(sa.Integer)

    __table_args__ = (
        sa.UniqueConstraint("subject_id", "subject_kind"),
        # What is free of charge has terms like anything else, and nothing of it ever falls due.
        sa.CheckConstraint("amount_minor > 0 OR (amount_minor = 0 AND plan = 'sample_free')", name="amount"),
        sa.Index("uq_payment_terms_sale_id", "sale_id", unique=True),
        sa.Index("ix_payment_terms_reference", "reference"),
    )


class Payment(Base):
    """What fell due by one event, or was charged at once, and what has come for it."""

    __tablename__ = "payment"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    creditor_reference: Mapped[str] = mapped_column(sa.String(25))
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    event: Mapped[MilestoneEvent | None] = mapped_column(StateColumn(MilestoneEvent))  # None: charged in full
    payer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    payee_id: Mapped[UUID] = mapped_column(sa.Uuid)
    payee_account: Mapped[dict[str, str] | None] = mapped_column(Json)
    rail: Mapped[Rail] = mapped_column(StateColumn(Rail))
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    paid_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    charges_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    surplus_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[PaymentState] = mapped_column(StateColumn(PaymentState))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slip_file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    slip_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Until when the slip is to be answered: by the payee, and from escalated_at on by the operator.
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("paid_minor >= 0 AND charges_minor >= 0 AND surplus_minor >= 0", name="not_negative"),
        sa.CheckConstraint(
            "state <> 'paid' OR paid_minor + charges_minor - surplus_minor = amount_minor", name="settled"
        ),
        sa.CheckConstraint("state = 'paid' OR (charges_minor = 0 AND surplus_minor = 0)", name="unsettled"),
        sa.Index("ix_payment_subject_id", "subject_id"),
        sa.Index("ix_payment_payee_id_state", "payee_id", "state"),
        sa.Index("ix_payment_payer_id_state", "payer_id", "state"),
        sa.Index("ix_payment_state_due_at", "state", "due_at"),
        sa.Index("ix_payment_state_answer_by", "state", "answer_by"),
    )


class Milestone(Base):
    """One share of one line: what, when, and where it stands."""

    __tablename__ = "milestone"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid)
    position: Mapped[int] = mapped_column(sa.Integer)
    event: Mapped[MilestoneEvent] = mapped_column(StateColumn(MilestoneEvent))
    part: Mapped[int] = mapped_column(sa.Integer, default=0)  # 0, and more where something was let off the price
    share_bp: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    commission_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[MilestoneState] = mapped_column(StateColumn(MilestoneState))
    payment_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payment.id"), index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # It ended because all of its payment was refunded, and lives again when that refund fails.
    ended_with_payment: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    # A card's dispute that froze it, or took it; frozen it is not released, whatever happens.
    dispute_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("card_dispute.id"), index=True)

    __table_args__ = (
        sa.UniqueConstraint("line_id", "event", "subject_id", "part"),
        sa.CheckConstraint("0 <= commission_minor AND commission_minor <= amount_minor", name="commission"),
        sa.Index("ix_milestone_subject_id_state", "subject_id", "state"),
    )


class IncomingTransfer(Base):
    """Money that a payee says has arrived."""

    __tablename__ = "incoming_transfer"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    payee_id: Mapped[UUID] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    received_on: Mapped[date] = mapped_column(sa.Date)
    reference: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    state: Mapped[TransferState] = mapped_column(StateColumn(TransferState))
    # Until when somebody must act, None where nobody must; escalated_at once that was told.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The line of the operator's bank that told of it, of a receipt of its trading company.
    house_entry_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index("ix_incoming_transfer_payee_id_state_id", "payee_id", "state", "id"),
    )


class TransferMatch(Base):
    """How much of an incoming transfer is for which payment."""

    __tablename__ = "transfer_match"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incoming_transfer.id"))
    payment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment.id"), index=True)
    minor: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("transfer_id", "payment_id"),
        sa.CheckConstraint("minor > 0", name="some"),
    )


class TransferWithdrawal(Base):
    """A payee's word that money it had written down never came like that; transfer and matches stay as they were."""

    __tablename__ = "transfer_withdrawal"

    transfer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("incoming_transfer.id"), primary_key=True)
    mistake: Mapped[Mistake] = mapped_column(StateColumn(Mistake))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TermsAmendment(Base):
    """Another account or another plan that both sides agreed to after placement; the latest of its kind binds."""

    __tablename__ = "terms_amendment"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    terms_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment_terms.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    payee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("payee.id"), index=True)
    account: Mapped[dict[str, str] | None] = mapped_column(Json)
    plan: Mapped[dict[str, Any] | None] = mapped_column(Json)
    cause_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)  # the change by which it was agreed
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("terms_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("(payee_id IS NULL) = (account IS NULL)", name="account"),
        sa.CheckConstraint("(payee_id IS NULL) = (plan IS NOT NULL)", name="one_thing"),
    )


for _table in (TransferMatch, TransferWithdrawal, TermsAmendment):
    insert_only(_table)
