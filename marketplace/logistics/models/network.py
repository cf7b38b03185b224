"""Lines, their legs and crossings, lorries, weekly services and tariffs."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import GENERAL_LANE, Carriage, Mode


class Line(Base):
    """A route that lorries run by timetable, from one hub, by one carrier.

    It departs from ``begins_at`` on and before ``ended_at``, always where they are None.
    """

    __tablename__ = "line"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    hub_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), index=True)
    carrier_company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    begins_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LineSuccession(Base):
    """A line that another goes on from, led another way."""

    __tablename__ = "line_succession"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"), primary_key=True)
    follows_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"), unique=True)


class BorderCrossing(Base):
    """A crossing: two places, one a side, each with its own clock."""

    __tablename__ = "border_crossing"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    one_side: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    other_side: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))


class Leg(Base):
    """A part of a line between two places; ``source`` says where figures come from, ``is_assumed`` that nobody says so.

    ``minutes`` include handling, not the wait for a border whose hours are known. ``lane`` is that of its crossing.
    """

    __tablename__ = "leg"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    from_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    to_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    crossing_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("border_crossing.id"))
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    carriage: Mapped[Carriage] = mapped_column(StateColumn(Carriage))
    minutes: Mapped[int] = mapped_column(sa.Integer)
    km: Mapped[int | None] = mapped_column(sa.Integer)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_assumed: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    lane: Mapped[str] = mapped_column(sa.String(40), default=GENERAL_LANE, server_default=GENERAL_LANE)

    __table_args__ = (
        sa.UniqueConstraint("line_id", "position"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
    )


class VehicleType(Base):
    """A kind of lorry and what it holds; inside and axles where they are known, from the front wall of the inside."""

    __tablename__ = "vehicle_type"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    pallets: Mapped[int] = mapped_column(sa.BigInteger)
    # Hundredths of a twenty-foot equivalent unit: 13.7 m is 45 ft, 2.25 of them.
    teu_hundredths: Mapped[int] = mapped_column(sa.Integer, default=225, server_default="225")
    source: Mapped[str] = mapped_column(sa.String(200))
    # Whether it keeps goods cold.
    is_reefer: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    inner_length_mm: Mapped[int | None] = mapped_column(sa.Integer)
    inner_width_mm: Mapped[int | None] = mapped_column(sa.Integer)
    inner_height_mm: Mapped[int | None] = mapped_column(sa.Integer)
    front_axle_mm: Mapped[int | None] = mapped_column(sa.Integer)
    front_axle_limit_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    rear_axle_mm: Mapped[int | None] = mapped_column(sa.Integer)
    rear_axle_limit_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    tare_g: Mapped[int | None] = mapped_column(sa.BigInteger)


class ServicePattern(Base):
    """A weekly departure of a line by the hub's wall clock; Monday is 0."""

    __tablename__ = "service_pattern"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    vehicle_type_id: Mapped[UUID] = mapped_column(sa.ForeignKey("vehicle_type.id"))
    weekday: Mapped[int] = mapped_column(sa.Integer)
    minute_of_day: Mapped[int] = mapped_column(sa.Integer)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("line_id", "weekday", "minute_of_day", name="uq_service_pattern_slot"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="minute_of_day"),
    )


class Tariff(Base):
    """What a line charges to a place: per chargeable kg, at least a minimum, in its own currency, for a time."""

    __tablename__ = "tariff"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    per_kg_micro: Mapped[int] = mapped_column(sa.BigInteger)
    minimum_minor: Mapped[int] = mapped_column(sa.BigInteger)
    m3_factor: Mapped[int] = mapped_column(sa.Integer)
    ldm_factor: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (
        sa.UniqueConstraint("line_id", "to_place", "valid_from", name="uq_tariff_start"),
        sa.CheckConstraint("per_kg_micro >= 0 AND minimum_minor >= 0", name="price"),
        sa.CheckConstraint("m3_factor > 0 AND ldm_factor > 0", name="factors"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
    )


for _entity in (Leg, Line, Tariff):
    watched(_entity)
