"""Tables of floor plans: each attempt with its task and its sums, and where every item of a drawn one stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.logistics.floor.rules.states import Effort, Failure, PlanState


class FloorPlan(Base):
    """One plan of a departure: what was asked (``task``, by its hash), by what it was drawn, and how it came out.

    ``left_over``: keys of items that have no place, each with the packer's reason. ``sha256`` is over task and spots.
    """

    __tablename__ = "floor_plan"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    version: Mapped[int] = mapped_column(sa.Integer)
    state: Mapped[PlanState] = mapped_column(StateColumn(PlanState))
    effort: Mapped[Effort] = mapped_column(StateColumn(Effort))
    failure: Mapped[Failure | None] = mapped_column(StateColumn(Failure))
    packer: Mapped[str] = mapped_column(sa.String(20))
    packer_version: Mapped[str | None] = mapped_column(sa.String(20))
    task: Mapped[dict[str, Any]] = mapped_column(Json)
    input_sha256: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    placed: Mapped[int | None] = mapped_column(sa.Integer)
    total: Mapped[int] = mapped_column(sa.Integer)
    left_over: Mapped[list[dict[str, str]]] = mapped_column(Json)
    front_axle_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    rear_axle_g: Mapped[int | None] = mapped_column(sa.BigInteger)
    centre_x_mm: Mapped[int | None] = mapped_column(sa.Integer)
    centre_y_mm: Mapped[int | None] = mapped_column(sa.Integer)
    centre_z_mm: Mapped[int | None] = mapped_column(sa.Integer)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("departure_id", "version"),
        sa.CheckConstraint("placed IS NULL OR (placed >= 0 AND placed <= total)", name="placed"),
    )


class FloorPosition(Base):
    """Where an item stands in a plan: ``number`` in the order of loading, ``stop`` by its place on the way."""

    __tablename__ = "floor_position"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("floor_plan.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    unit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("handling_unit.id"), index=True)
    block: Mapped[int] = mapped_column(sa.Integer)
    x_mm: Mapped[int] = mapped_column(sa.Integer)
    y_mm: Mapped[int] = mapped_column(sa.Integer)
    z_mm: Mapped[int] = mapped_column(sa.Integer)
    length_mm: Mapped[int] = mapped_column(sa.Integer)
    width_mm: Mapped[int] = mapped_column(sa.Integer)
    height_mm: Mapped[int] = mapped_column(sa.Integer)
    turned: Mapped[bool] = mapped_column(sa.Boolean)
    stop: Mapped[int] = mapped_column(sa.Integer)
    stack: Mapped[int] = mapped_column(sa.Integer)
    pinned: Mapped[bool] = mapped_column(sa.Boolean)

    __table_args__ = (
        sa.UniqueConstraint("plan_id", "number"),
        sa.UniqueConstraint("plan_id", "unit_id", "block"),
    )
