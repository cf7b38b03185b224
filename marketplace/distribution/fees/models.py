"""Tables of fee rules, of fees as charged, and of why they were let off."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.fees.rules.terms import Basis, FeeKind
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id


class FeeRuleVersion(Base):
    """What is asked from a day on; a later row of the same day takes its place, none is changed."""

    __tablename__ = "fee_rule"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[FeeKind] = mapped_column(StateColumn(FeeKind))
    basis: Mapped[Basis] = mapped_column(StateColumn(Basis))
    share_bp: Mapped[int] = mapped_column(sa.Integer)
    per_kg_micro: Mapped[int | None] = mapped_column(sa.BigInteger)
    minimum_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    grace_minutes: Mapped[int] = mapped_column(sa.Integer)
    free_days: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_fictitious: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(basis = 'per_kg') = (per_kg_micro IS NOT NULL)", name="basis"),
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000 AND minimum_minor >= 0", name="figures"),
        sa.CheckConstraint("grace_minutes >= 0 AND free_days >= 0", name="times"),
    )


class BookingFee(Base):
    """What one booking is charged, once for each kind; the figures are those that it was reckoned by."""

    __tablename__ = "booking_fee"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[FeeKind] = mapped_column(StateColumn(FeeKind))
    # None for waiting, whose rate the freight froze.
    rule_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fee_rule.id"))
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"))
    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("freight_contract.id"))
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    carrier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    reason: Mapped[str] = mapped_column(sa.String(32))  # the code with which the booking left; empty for late cargo
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    freight_minor: Mapped[int] = mapped_column(sa.BigInteger)  # in the currency of the contract
    chargeable_g: Mapped[int] = mapped_column(sa.BigInteger)
    # Of waiting: how long, how much of that is free, and what a started hour beyond it costs.
    waited_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    free_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    hourly_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    cutoff_at: Mapped[datetime] = mapped_column(UtcDateTime)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[FeeState] = mapped_column(StateColumn(FeeState))
    charged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("booking_id", "kind"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint(
            "(kind = 'waiting') = (waited_minutes IS NOT NULL) AND (kind = 'waiting') = (free_minutes IS NOT NULL)"
            " AND (kind = 'waiting') = (hourly_minor IS NOT NULL) AND (kind = 'waiting') = (rule_id IS NULL)",
            name="waiting",
        ),
        sa.CheckConstraint("(state = 'waived') = (waived_at IS NOT NULL)", name="waived"),
        sa.Index("ix_booking_fee_payer_id_id", "payer_id", "id"),
        sa.Index("ix_booking_fee_carrier_id_id", "carrier_id", "id"),
    )


class FeeWaiver(Base):
    """Whose doing it was and what somebody wrote who would let a fee off: prose, kept apart as it can be erased."""

    __tablename__ = "fee_waiver"

    fee_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking_fee.id"), primary_key=True)
    cause: Mapped[WaiverCause] = mapped_column(StateColumn(WaiverCause))
    body: Mapped[str] = mapped_column(sa.String(1000))
    # None once the person is forgotten.
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(FeeRuleVersion)
watched(FeeRuleVersion)
