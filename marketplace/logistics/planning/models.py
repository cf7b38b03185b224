"""Tables of what bookings carry, of what somebody set on a departure, and of plans."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.planning.rules.states import PlanState


class BookingCargo(Base):
    """What a booking carries, as far as it decides what stands beside it; a booking without a row is plain goods.

    Temperatures in tenths of °C; ``due_at`` by when it is to arrive, ``ready_at`` from when it can be at the hub.
    """

    __tablename__ = "booking_cargo"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    un_number: Mapped[str] = mapped_column(sa.String(4), default="")
    labels: Mapped[list[str]] = mapped_column(Json)
    packing_group: Mapped[str] = mapped_column(sa.String(3), default="")
    product: Mapped[str] = mapped_column(sa.String(40), default="")
    food: Mapped[bool] = mapped_column(sa.Boolean)
    fresh: Mapped[bool] = mapped_column(sa.Boolean)
    stackable: Mapped[bool] = mapped_column(sa.Boolean)
    temp_min: Mapped[int | None] = mapped_column(sa.Integer)
    temp_max: Mapped[int | None] = mapped_column(sa.Integer)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("temp_min IS NULL OR temp_max IS NULL OR temp_min <= temp_max", name="temperatures"),
    )


class BookingPin(Base):
    """A booking that the operator set on a departure: no plan moves it elsewhere."""

    __tablename__ = "booking_pin"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    pinned_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    pinned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoadPlan(Base):
    """A plan of one hub's departures until an instant, of one line or of all; the scope's runs are numbered.

    ``objective_minor`` and ``bound_minor`` are those that the solver proved for the input of this hash; what the
    operator changed after is in the rows.
    """

    __tablename__ = "load_plan"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(sa.String(100))
    version: Mapped[int] = mapped_column(sa.Integer)
    hub_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("line.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[PlanState] = mapped_column(StateColumn(PlanState))
    input_sha256: Mapped[str] = mapped_column(sa.String(64))
    solver: Mapped[str] = mapped_column(sa.String(32))
    solver_version: Mapped[str] = mapped_column(sa.String(32))
    currency: Mapped[str] = mapped_column(sa.String(3))
    objective_minor: Mapped[int] = mapped_column(sa.BigInteger)
    bound_minor: Mapped[int] = mapped_column(sa.BigInteger)
    milliseconds: Mapped[int] = mapped_column(sa.Integer)
    rounds: Mapped[int] = mapped_column(sa.Integer)
    killed: Mapped[bool] = mapped_column(sa.Boolean)
    made_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("scope", "version"),
        sa.CheckConstraint("objective_minor <= bound_minor", name="bound"),
    )


class LoadPlanRow(Base):
    """Where a plan puts a booking, or why it stays behind; ``before_id`` is the departure that it was on.

    ``facts`` say how much is lacking where (``rules.reasons``); ``outcome`` is what applying it came to, a code.
    """

    __tablename__ = "load_plan_row"

    plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("load_plan.id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True, index=True)
    before_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    departure_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("departure.id"))
    value_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[Why | None] = mapped_column(StateColumn(Why))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    outcome: Mapped[str | None] = mapped_column(sa.String(32))
