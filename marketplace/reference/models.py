"""Tables of places, exchange rates, settings and closures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import ScaledDecimal, StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import RATE_PLACES, PlaceKind


class Place(Base):
    """A hub, distribution centre, city or side of a border, with its own clock; degrees in millionths, roughly."""

    __tablename__ = "place"

    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    country: Mapped[str] = mapped_column(sa.String(2))
    kind: Mapped[PlaceKind] = mapped_column(StateColumn(PlaceKind), index=True)
    zone: Mapped[str] = mapped_column(sa.String(40))
    unlocode: Mapped[str | None] = mapped_column(sa.String(5))
    latitude_e6: Mapped[int] = mapped_column(sa.Integer)
    longitude_e6: Mapped[int] = mapped_column(sa.Integer)
    source: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (
        sa.CheckConstraint("latitude_e6 BETWEEN -90000000 AND 90000000", name="latitude"),
        sa.CheckConstraint("longitude_e6 BETWEEN -180000000 AND 180000000", name="longitude"),
    )


class FxRate(Base):
    """So many units of ``quote`` for one of ``base``, as published, from a day on."""

    __tablename__ = "fx_rate"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    base: Mapped[str] = mapped_column(sa.String(3))
    quote: Mapped[str] = mapped_column(sa.String(3))
    rate: Mapped[Decimal] = mapped_column(ScaledDecimal(RATE_PLACES))
    source: Mapped[str] = mapped_column(sa.String(100))
    effective_date: Mapped[date] = mapped_column(sa.Date)

    __table_args__ = (
        sa.UniqueConstraint("base", "quote", "effective_date", name="uq_fx_rate_pair_and_day"),
        sa.CheckConstraint("rate > 0", name="rate"),
    )


class DatedSetting(Base):
    """A setting's value from an instant on."""

    __tablename__ = "dated_setting"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(sa.String(60))
    value: Mapped[Any] = mapped_column(Json)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("key", "valid_from"),)


class Closure(Base):
    """A day on which nobody works in a country though its calendar does not say so: a festival moved, a flood."""

    __tablename__ = "closure"

    country: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(200))


for _entity in (Place, FxRate, DatedSetting, Closure):
    watched(_entity)
