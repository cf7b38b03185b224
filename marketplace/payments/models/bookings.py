"""The provider's own books as they were read, and each reading."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.bookings import BookingState
from marketplace.payments.rules.provider import BookingKind


class ProviderBooking(Base):
    """One line of the provider's books; ``booked`` is what ours say of the same, None for nothing."""

    __tablename__ = "provider_booking"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    provider_id: Mapped[str] = mapped_column(sa.String(255), unique=True)
    kind: Mapped[BookingKind] = mapped_column(StateColumn(BookingKind))
    source_id: Mapped[str | None] = mapped_column(sa.String(255))
    intent_id: Mapped[str | None] = mapped_column(sa.String(255))
    our_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    fee_currency: Mapped[str] = mapped_column(sa.String(3))
    fee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    # What the provider's balance moved by, in the fee's currency, and at which rate, where it changed the money.
    settled_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    rate: Mapped[str | None] = mapped_column(sa.String(40))
    booked_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    booked_fee_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # What of our ledger it is, once it is as ours: nothing of ours explains two lines.
    ledger_key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    state: Mapped[BookingState] = mapped_column(StateColumn(BookingState))
    # Who said why it is right all the same.
    resolved_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(state = 'resolved') = (resolved_by IS NOT NULL)", name="resolved"),
        sa.CheckConstraint("(resolved_by IS NULL) = (reason IS NULL)", name="reason"),
        sa.Index("ix_provider_booking_state_id", "state", "id"),
    )


class BookingRun(Base):
    """One reading of the provider's books over a time, and how many lines were not as ours after it."""

    __tablename__ = "booking_run"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    read: Mapped[int] = mapped_column(sa.Integer)
    differences: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(BookingRun)
