"""Tables of bearing rules, of holds with what was aboard, and of whose their costs are."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.holds.rules.bearing import Act, RuleState, ShareBy
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import HoldCause


class BearingRuleVersion(Base):
    """Who bears what a class of causes brings about, from a day on; one person proposes it, another publishes it."""

    __tablename__ = "bearing_rule"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    cause: Mapped[HoldCause] = mapped_column(StateColumn(HoldCause))
    waiting: Mapped[Bearer] = mapped_column(StateColumn(Bearer))
    off_loading: Mapped[Bearer] = mapped_column(StateColumn(Bearer))
    transfer: Mapped[Bearer] = mapped_column(StateColumn(Bearer))
    rest: Mapped[Bearer] = mapped_column(StateColumn(Bearer))
    shared_by: Mapped[ShareBy] = mapped_column(StateColumn(ShareBy))
    valid_from: Mapped[date] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[RuleState] = mapped_column(StateColumn(RuleState))
    # None once the person is forgotten.
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),)


class HoldCase(Base):
    """One hold of a departure; ``rule_id`` is None where the table counts with which the city opened."""

    __tablename__ = "hold_case"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    cause: Mapped[HoldCause] = mapped_column(StateColumn(HoldCause))
    rule_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("bearing_rule.id"))
    # The consignment that it is about, once the operator says so.
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HoldAboard(Base):
    """A consignment that was aboard when a hold began, with its chargeable weight then."""

    __tablename__ = "hold_aboard"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hold_case.id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    chargeable_g: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("chargeable_g >= 0", name="weight"),)


class HoldCost(Base):
    """That a cost of a departure's sheet is one of a hold; ``shared_at`` once it is said whose it is."""

    __tablename__ = "hold_cost"

    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cost_item.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hold_case.id"), index=True)
    act: Mapped[Act] = mapped_column(StateColumn(Act))
    # The consignment that it was spent on.
    moved_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HoldShare(Base):
    """A part of a cost and whose it is: an owner's is a charge, the carrier's is set off, the city's has no company."""

    __tablename__ = "hold_share"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    item_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hold_cost.item_id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    bearer: Mapped[Bearer] = mapped_column(StateColumn(Bearer))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    # Of an owner's: for which goods, and by whose freight it is owed to whom; of the carrier's: who it is.
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    order_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("order_line.id"))
    payer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    carrier_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[FeeState | None] = mapped_column(StateColumn(FeeState))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    charged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The cost itself was taken back.
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("item_id", "position"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint(
            "(bearer IN ('shipper', 'goods')) = (payer_id IS NOT NULL)"
            " AND (bearer IN ('shipper', 'goods')) = (state IS NOT NULL)"
            " AND (bearer IN ('shipper', 'goods')) = (order_id IS NOT NULL)"
            " AND (bearer = 'platform') = (carrier_id IS NULL)",
            name="whose",
        ),
        sa.CheckConstraint("state IS NULL OR (state = 'waived') = (waived_at IS NOT NULL)", name="waived"),
        sa.Index("ix_hold_share_payer_id_id", "payer_id", "id"),
        sa.Index("ix_hold_share_carrier_id_id", "carrier_id", "id"),
    )


class HoldWaiver(Base):
    """Whose doing it was and what somebody wrote who would let a charge off: prose, kept apart as it can be erased."""

    __tablename__ = "hold_waiver"

    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hold_share.id"), primary_key=True)
    cause: Mapped[WaiverCause] = mapped_column(StateColumn(WaiverCause))
    body: Mapped[str] = mapped_column(sa.String(1000))
    # None once the person is forgotten.
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HoldSetOff(Base):
    """What of a carrier's share was not accepted of a line of its invoice."""

    __tablename__ = "hold_set_off"

    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hold_share.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("partner_invoice_line.id"), primary_key=True)
    minor: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("minor > 0", name="minor"),)


for _table in (HoldAboard, HoldSetOff):
    insert_only(_table)
