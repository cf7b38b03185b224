"""Months as they were closed; their rows are written once. A row of an earlier month than its close is a correction."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.statistics.rules.cells import Direction
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id


class MonthClose(Base):
    """A month whose figures were frozen, by whom; the hash covers its rows and the hash of the close before it."""

    __tablename__ = "month_close"

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    closed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(sa.String(64))


class ClosedLorries(Base):
    """Lorries of a month, line and direction, as closed in a month."""

    __tablename__ = "closed_lorries"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    closed_in: Mapped[str] = mapped_column(sa.ForeignKey("month_close.month"))
    month: Mapped[str] = mapped_column(sa.String(7))
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    direction: Mapped[Direction] = mapped_column(StateColumn(Direction))
    departures: Mapped[int] = mapped_column(sa.BigInteger)
    loaded: Mapped[int] = mapped_column(sa.BigInteger)
    teu_hundredths: Mapped[int] = mapped_column(sa.BigInteger)
    arrived: Mapped[int] = mapped_column(sa.BigInteger)
    on_time: Mapped[int] = mapped_column(sa.BigInteger)
    used_grams: Mapped[int] = mapped_column(sa.BigInteger)
    used_cm3: Mapped[int] = mapped_column(sa.BigInteger)
    used_ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    used_pallets: Mapped[int] = mapped_column(sa.BigInteger)
    room_grams: Mapped[int] = mapped_column(sa.BigInteger)
    room_cm3: Mapped[int] = mapped_column(sa.BigInteger)
    room_ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    room_pallets: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.UniqueConstraint("closed_in", "month", "line_id", "direction", name="uq_closed_lorries_key"),)


class ClosedGoods(Base):
    """Goods of a chapter between two companies, as closed in a month; yuan by the rate of the month they left in."""

    __tablename__ = "closed_goods"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    closed_in: Mapped[str] = mapped_column(sa.ForeignKey("month_close.month"))
    month: Mapped[str] = mapped_column(sa.String(7))
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    from_country: Mapped[str] = mapped_column(sa.String(2))
    to_country: Mapped[str] = mapped_column(sa.String(2))
    chapter: Mapped[str] = mapped_column(sa.String(2))
    shipper_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    consignee_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    consignments: Mapped[int] = mapped_column(sa.BigInteger)
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    value_minor: Mapped[int] = mapped_column(sa.BigInteger)
    cny_minor: Mapped[int] = mapped_column(sa.BigInteger)
    unrated_minor: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.UniqueConstraint(
            "closed_in",
            "month",
            "line_id",
            "from_country",
            "to_country",
            "chapter",
            "shipper_id",
            "consignee_id",
            "currency",
            name="uq_closed_goods_key",
        ),
    )


class ClosedStages(Base):
    """How long lorries of a month and line took from stop to stop, as closed in a month."""

    __tablename__ = "closed_stages"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    closed_in: Mapped[str] = mapped_column(sa.ForeignKey("month_close.month"))
    month: Mapped[str] = mapped_column(sa.String(7))
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    from_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    passed: Mapped[int] = mapped_column(sa.BigInteger)
    minutes: Mapped[int] = mapped_column(sa.BigInteger)
    planned_minutes: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.UniqueConstraint("closed_in", "month", "line_id", "from_place", "to_place", name="uq_closed_stages_key"),
    )


class ClosedRate(Base):
    """The rate that values of a month and currency were brought to yuan by."""

    __tablename__ = "closed_rate"

    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    closed_in: Mapped[str] = mapped_column(sa.ForeignKey("month_close.month"), index=True)
    rate: Mapped[str] = mapped_column(sa.String(40))
    source: Mapped[str] = mapped_column(sa.String(100))
    day: Mapped[date] = mapped_column(sa.Date)


for _table in (MonthClose, ClosedLorries, ClosedGoods, ClosedStages, ClosedRate):
    insert_only(_table)
