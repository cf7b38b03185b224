"""Tables of the rounds in which the price of a whole lorry was shared, and of how long it waited."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.hires.rules.sharing import Why
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import HoldCause


class HireRound(Base):
    """One sharing of the price of a whole lorry; the last of a lorry counts."""

    __tablename__ = "hire_round"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    hire_id: Mapped[UUID] = mapped_column(sa.ForeignKey("whole_lorry.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    why: Mapped[Why] = mapped_column(StateColumn(Why))
    currency: Mapped[str] = mapped_column(sa.String(3))
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("hire_id", "number"),
        sa.CheckConstraint("price_minor >= 0 AND number > 0", name="price"),
    )


class HireShare(Base):
    """What one booking pays in a round, and what it would by weight.

    Goods that left are not ``is_aboard``: they pay by weight on another lorry again, under the booking that theirs
    became. ``settled_at`` is empty while what changed could not be billed or credited yet.
    """

    __tablename__ = "hire_share"

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hire_round.id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True, index=True)
    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("freight_contract.id"))
    line_id: Mapped[UUID] = mapped_column(sa.Uuid)
    quantity: Mapped[int | None] = mapped_column(sa.BigInteger)  # units; None for goods that go back
    weight_minor: Mapped[int] = mapped_column(sa.BigInteger)
    share_minor: Mapped[int] = mapped_column(sa.BigInteger)
    is_aboard: Mapped[bool] = mapped_column(sa.Boolean)
    made_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("freight_contract.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("weight_minor >= 0 AND share_minor >= 0", name="share"),)


class HireHold(Base):
    """That a whole lorry was held, by which class of cause, from when until when."""

    __tablename__ = "hire_hold"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    hire_id: Mapped[UUID] = mapped_column(sa.ForeignKey("whole_lorry.id"), index=True)
    cause: Mapped[HoldCause] = mapped_column(StateColumn(HoldCause))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HireWait(Base):
    """How long a whole lorry was at a place, and how many minutes of that count; written once, after the last place.

    At its hub it has no span where it did not wait for its hirer.
    """

    __tablename__ = "hire_wait"

    hire_id: Mapped[UUID] = mapped_column(sa.ForeignKey("whole_lorry.id"), primary_key=True)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"), primary_key=True)
    is_loading: Mapped[bool] = mapped_column(sa.Boolean)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(sa.Integer)
    held_minutes: Mapped[int] = mapped_column(sa.Integer)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("minutes >= 0 AND held_minutes >= 0", name="minutes"),
        sa.CheckConstraint("(began_at IS NULL) = (ended_at IS NULL)", name="span"),
    )


for _table in (HireRound, HireWait):
    insert_only(_table)
