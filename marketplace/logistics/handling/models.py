"""Tables of acts: each as it was sent, what somebody remarked, and its pictures."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.logistics.handling.rules.acts import Kind, Outcome


class HandlingAct(Base):
    """One act under the id that its phone made; ``done_at`` by the phone's clock, ``recorded_at`` when it was heard.

    ``number`` counts the acts of a departure that were applied; ``base`` is the last that the phone had seen.
    ``content`` holds figures and codes only. ``owns`` are the cartons that came by this act first, ``unit_id`` the
    unit that they are.
    """

    __tablename__ = "handling_act"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    subject: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    kind: Mapped[Kind] = mapped_column(StateColumn(Kind))
    device: Mapped[str] = mapped_column(sa.String(64))
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    base: Mapped[int] = mapped_column(sa.Integer)
    number: Mapped[int] = mapped_column(sa.Integer, default=0)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    outcome: Mapped[Outcome] = mapped_column(StateColumn(Outcome))
    refusal: Mapped[str | None] = mapped_column(sa.String(60))
    owns: Mapped[list[int]] = mapped_column(Json, default=list)
    unit_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("handling_unit.id"))
    receipt_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("receipt.id"))


class HandlingRemark(Base):
    """What somebody remarked on an act: prose, kept apart because it can be erased."""

    __tablename__ = "handling_remark"

    act_id: Mapped[UUID] = mapped_column(sa.ForeignKey("handling_act.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    body: Mapped[str] = mapped_column(sa.String(1000))


class HandlingFile(Base):
    """A picture of damage, or a signature as it was drawn, that came with an act."""

    __tablename__ = "handling_file"

    act_id: Mapped[UUID] = mapped_column(sa.ForeignKey("handling_act.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    is_signature: Mapped[bool] = mapped_column(sa.Boolean)


class LoadingStop(Base):
    """A booking that must not be loaded for now, and why: a code."""

    __tablename__ = "loading_stop"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.String(40))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
