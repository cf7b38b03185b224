"""Sales from distribution centres."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.centre_sales.rules import SaleState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.rules.lots import LONGEST_NUMBER, Status
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Remark, Step, TransitState


class CentreSale(Base):
    """An order line of goods that lie in a centre: so many units, under which status, and how far they are."""

    __tablename__ = "centre_sale"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), unique=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), index=True)
    status: Mapped[Status] = mapped_column(StateColumn(Status))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[SaleState] = mapped_column(StateColumn(SaleState))
    # The broker whom the importer named; of free goods nobody.
    broker_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    # What left in all, and the paper by which the last of it did.
    handed: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    number: Mapped[str | None] = mapped_column(sa.String(LONGEST_NUMBER))
    # Until when they are to be declared and fetched, and whether both sides were told that nobody did.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("status IN ('bonded', 'free')", name="status"),
        sa.CheckConstraint("quantity > 0 AND handed BETWEEN 0 AND quantity", name="quantity"),
        sa.CheckConstraint("(handed > 0) = (state IN ('partly_handed', 'handed_over', 'delivered'))", name="handed"),
        sa.CheckConstraint("broker_id IS NULL OR status = 'bonded'", name="broker"),
        sa.Index("ix_centre_sale_state_due_at", "state", "due_at"),
    )


class CentreCollection(Base):
    """Units of a sale that left the centre at once, under the number of a paper, and whether they came."""

    __tablename__ = "centre_collection"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    sale_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_sale.id"), index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[str] = mapped_column(sa.String(LONGEST_NUMBER))
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    damaged: Mapped[int | None] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("(damaged IS NULL) = (delivered_at IS NULL)", name="delivered"),
        sa.CheckConstraint("damaged IS NULL OR damaged BETWEEN 0 AND quantity", name="damaged"),
    )


class CentreTransit(Base):
    """Bonded goods of a sale that leave the centre under customs, for another place, secured by a guarantee."""

    __tablename__ = "centre_transit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    sale_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_sale.id"), index=True)
    regime: Mapped[Regime] = mapped_column(StateColumn(Regime))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    state: Mapped[TransitState] = mapped_column(StateColumn(TransitState))
    mrn: Mapped[str | None] = mapped_column(sa.String(35), unique=True)
    guarantee: Mapped[Guarantee] = mapped_column(StateColumn(Guarantee))
    guarantee_reference: Mapped[str] = mapped_column(sa.String(35))
    guarantee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    guarantee_currency: Mapped[str] = mapped_column(sa.String(3))
    guarantee_until: Mapped[date] = mapped_column(sa.Date)
    discharge_by: Mapped[datetime] = mapped_column(UtcDateTime)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("guarantee_minor > 0", name="guarantee"),)


class CentreTransitStep(Base):
    """What happened to such a movement, where and when, and who said so: nobody where its order ended."""

    __tablename__ = "centre_transit_step"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    transit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre_transit.id"), index=True)
    step: Mapped[Step] = mapped_column(StateColumn(Step))
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    remark: Mapped[Remark | None] = mapped_column(StateColumn(Remark))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)


insert_only(CentreTransitStep)
