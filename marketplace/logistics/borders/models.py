"""Hours and closures of crossings, rules of their lanes, delays, and what figures of legs were before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.rules.closing import ClosureReason, ClosureState
from marketplace.logistics.borders.rules.lanes import LaneRuleCode
from marketplace.logistics.rules.states import Carriage, Mode

_STANDS = sa.text("state <> 'withdrawn'")


class BorderHours(Base):
    """When a side is open on some weekdays, by its own clock, from one day to another, both included."""

    __tablename__ = "border_hours"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    crossing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("border_crossing.id"), index=True)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    weekdays: Mapped[int] = mapped_column(sa.Integer)
    opens: Mapped[int] = mapped_column(sa.Integer)
    closes: Mapped[int] = mapped_column(sa.Integer)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_assumed: Mapped[bool] = mapped_column(sa.Boolean)

    __table_args__ = (
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        sa.CheckConstraint("opens BETWEEN 0 AND 1439 AND closes BETWEEN 1 AND 1440", name="clock"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )


class BorderClosure(Base):
    """A time for which a side is closed, or the whole crossing where no side is named."""

    __tablename__ = "border_closure"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    crossing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("border_crossing.id"), index=True)
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[ClosureReason] = mapped_column(StateColumn(ClosureReason))
    source: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[ClosureState] = mapped_column(StateColumn(ClosureState))

    __table_args__ = (
        # One proposal for the feast of a side, however often feasts are looked up, also after it was dropped.
        sa.Index(
            "uq_border_closure",
            "crossing_id",
            "place_code",
            "starts_at",
            "ends_at",
            "reason",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("ix_border_closure_state_ends_at", "state", "ends_at"),
    )


class ClosureDelay(Base):
    """A departure that a closure delays: when it was planned at the end of its line, and when it was expected then."""

    __tablename__ = "closure_delay"

    closure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("border_closure.id"), primary_key=True)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True, index=True)
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BorderLaneRule(Base):
    """What one lane of a crossing takes, from one day to another, both included."""

    __tablename__ = "border_lane_rule"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    crossing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("border_crossing.id"), index=True)
    lane: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[LaneRuleCode] = mapped_column(StateColumn(LaneRuleCode))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_assumed: Mapped[bool] = mapped_column(sa.Boolean)

    __table_args__ = (sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),)


class LegHistory(Base):
    """What the figures of a leg were until an instant: departures planned before it keep them."""

    __tablename__ = "leg_history"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    leg_id: Mapped[UUID] = mapped_column(sa.ForeignKey("leg.id"), index=True)
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    carriage: Mapped[Carriage] = mapped_column(StateColumn(Carriage))
    lane: Mapped[str] = mapped_column(sa.String(40))
    minutes: Mapped[int] = mapped_column(sa.Integer)
    km: Mapped[int | None] = mapped_column(sa.Integer)
    source: Mapped[str] = mapped_column(sa.String(200))
    is_assumed: Mapped[bool] = mapped_column(sa.Boolean)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class SeaTrack(Base):
    """The way of a ship along a sea leg: points as [longitude, latitude] in degrees, and its length."""

    __tablename__ = "sea_track"

    leg_id: Mapped[UUID] = mapped_column(sa.ForeignKey("leg.id"), primary_key=True)
    km: Mapped[int] = mapped_column(sa.Integer)
    points: Mapped[list[list[float]]] = mapped_column(Json)


insert_only(LegHistory)
