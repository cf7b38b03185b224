"""Card charges, their refunds, and the provider's notices that were taken."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.cards import CardState, RefundState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import SubjectKind


class CardCharge(Base):
    """One charge. The row is committed before the provider is called, and never deleted.

    ``*_asked_at`` are claims: from then on the act is owed until the provider shows it done or impossible.
    """

    __tablename__ = "card_charge"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    subject_ids: Mapped[dict[str, Any]] = mapped_column(Json)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    authorised_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    captured_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    refunded_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[CardState] = mapped_column(StateColumn(CardState))
    # How the buyer pays: a method of the provider, or a page (then None). Ids of the provider, no card data.
    payment_method: Mapped[str | None] = mapped_column(sa.String(255))
    # By which local method the page takes the money, at once; None: it takes a card.
    local_method: Mapped[LocalMethod | None] = mapped_column(StateColumn(LocalMethod))
    return_url: Mapped[str | None] = mapped_column(sa.String(2000))
    # What the buyer reads on the provider's page: the number of the order or of the freight contract.
    title: Mapped[str | None] = mapped_column(sa.String(200))
    intent_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    page_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    # Where the buyer must go; None again once he was there and his bank has not answered.
    page_url: Mapped[str | None] = mapped_column(sa.Text)
    decline_code: Mapped[str | None] = mapped_column(sa.String(64))
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    capture_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    capture_attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What the provider kept of it, in the currency it settles in; unknown until it says so.
    fee_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    fee_currency: Mapped[str | None] = mapped_column(sa.String(3))
    # When the reconciler last asked about it, so that all have their turn.
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint(
            "0 <= refunded_minor AND refunded_minor <= captured_minor AND captured_minor <= authorised_minor",
            name="in_order",
        ),
        sa.CheckConstraint("capture_asked_at IS NULL OR cancel_asked_at IS NULL", name="one_end"),
        sa.Index("ix_card_charge_subject_kind_subject_id", "subject_kind", "subject_id"),
        sa.Index("ix_card_charge_state_changed_at", "state", "changed_at"),
    )


class CardRefund(Base):
    """One refund of a charge; committed before the provider is called. Its key is the caller's."""

    __tablename__ = "card_refund"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    charge_id: Mapped[UUID] = mapped_column(sa.ForeignKey("card_charge.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[RefundState] = mapped_column(StateColumn(RefundState))
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), unique=True)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index("ix_card_refund_state_asked_at", "state", "asked_at"),
    )


class CardReturn(Base):
    """A refund that came back from the card's bank: its money waits at the provider until two people sent it on."""

    __tablename__ = "card_return"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    refund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("card_refund.id"), unique=True)
    charge_id: Mapped[UUID] = mapped_column(sa.ForeignKey("card_charge.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[ReturnState] = mapped_column(StateColumn(ReturnState))
    way: Mapped[Way | None] = mapped_column(StateColumn(Way))
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)
    # The two people of this attempt; a failed one is agreed to anew.
    first_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    second_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    # Where it goes by bank: the first person's word, to which the second one agrees.
    account: Mapped[dict[str, str] | None] = mapped_column(Json)
    # What the bank calls the transfer, when the money went that way.
    bank_reference: Mapped[str | None] = mapped_column(sa.String(100))
    # Until when somebody must act, None where nobody must; escalated_at once that was told.
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("(first_by IS NULL) = (way IS NULL)", name="chosen"),
        sa.CheckConstraint("state = 'covered' OR (state = 'due') = (second_by IS NULL)", name="approved"),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name="two_people"),
        sa.Index("ix_card_return_state_id", "state", "id"),
    )


class WebhookEvent(Base):
    """A notice of the provider that was taken, inserted with its effect: the second time it is nothing new."""

    __tablename__ = "webhook_event"

    event_id: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(100))
    charge_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(WebhookEvent)
