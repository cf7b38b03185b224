"""What is kept of a sample beside its order: its terms, where it stands, and the bulk order that took its credit."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.samples import OPEN, SampleState, Way

_IS_OPEN = sa.text(f"state IN ({', '.join(repr(str(state)) for state in OPEN)})")


class SampleOrder(Base):
    """One sample of one listing for one buyer; what was agreed about it is frozen, its state and credit move.

    ``credited_order_id`` names an order of a checkout, which a card may not have paid yet.
    """

    __tablename__ = "sample_order"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), unique=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), unique=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    way: Mapped[Way] = mapped_column(StateColumn(Way))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    goods_minor: Mapped[int] = mapped_column(sa.BigInteger)
    courier_minor: Mapped[int] = mapped_column(sa.BigInteger)
    customs_minor: Mapped[int] = mapped_column(sa.BigInteger)
    lead_days: Mapped[int] = mapped_column(sa.Integer)
    courier_days: Mapped[int | None] = mapped_column(sa.Integer)
    credit_days: Mapped[int | None] = mapped_column(sa.Integer)
    credit_least: Mapped[int | None] = mapped_column(sa.BigInteger)
    state: Mapped[SampleState] = mapped_column(StateColumn(SampleState))
    # Until when the courier has to be there, or the buyer to decide.
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    courier: Mapped[str] = mapped_column(sa.String(80), default="", server_default=sa.text("''"))
    tracking: Mapped[str] = mapped_column(sa.String(80), default="", server_default=sa.text("''"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    credit_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credited_order_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    credited_line_id: Mapped[UUID | None] = mapped_column(sa.Uuid, unique=True)
    credited_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    credited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0 AND goods_minor >= 0 AND courier_minor >= 0", name="some"),
        sa.CheckConstraint("customs_minor > 0", name="customs"),
        sa.CheckConstraint("credited_minor BETWEEN 0 AND goods_minor", name="credited"),
        sa.CheckConstraint(
            "(credited_order_id IS NULL) = (credited_line_id IS NULL) "
            "AND (credited_order_id IS NULL) = (credited_at IS NULL) "
            "AND (credited_order_id IS NULL) = (credited_minor = 0)",
            name="credited_once",
        ),
        sa.Index("ix_sample_order_buyer_id_listing_id", "buyer_id", "listing_id"),
        sa.Index("ix_sample_order_merchant_id_id", "merchant_id", "id"),
        sa.Index("ix_sample_order_state_deadline_at", "state", "deadline_at"),
        sa.Index(
            "uq_sample_order_open",
            "buyer_id",
            "listing_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )


class SampleRemark(Base):
    """What a buyer wrote of a sample: prose, kept apart from everything that cannot be erased."""

    __tablename__ = "sample_remark"

    sample_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sample_order.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    body: Mapped[str] = mapped_column(sa.Text)


class SamplePhoto(Base):
    """A picture that shows why a sample was approved or refused."""

    __tablename__ = "sample_photo"

    sample_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sample_order.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


insert_only(SamplePhoto)
