"""Tables of fairs and of who is registered; names and addresses of people lie in rows of their own."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.fairs import FairKind, FairState, SeatState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id


class Fair(Base):
    """A fair or matchmaking day; ``taken`` counts its seats, and the table lets it be no more than there are."""

    __tablename__ = "fair"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[FairKind] = mapped_column(StateColumn(FairKind))
    state: Mapped[FairState] = mapped_column(StateColumn(FairState))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    hall_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("hall.id"))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    register_until: Mapped[datetime] = mapped_column(UtcDateTime)
    capacity: Mapped[int] = mapped_column(sa.Integer)
    taken: Mapped[int] = mapped_column(sa.Integer, default=0)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="seats"),
        sa.Index("ix_fair_state_starts_at", "state", "starts_at"),
    )


class FairMerchant(Base):
    """A merchant that takes part, and may follow up who agreed to that."""

    __tablename__ = "fair_merchant"

    fair_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fair.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"), primary_key=True, index=True)


class FairSeat(Base):
    """Somebody whom a company registered; who came first is first in the order of ids."""

    __tablename__ = "fair_seat"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    fair_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fair.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    state: Mapped[SeatState] = mapped_column(StateColumn(SeatState))
    code: Mapped[str] = mapped_column(sa.String(22), unique=True)
    registered_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_fair_seat_fair_id_state_id", "fair_id", "state", "id"),)


class FairGuest(Base):
    """Who it is; gone with the registration. ``may_follow_up``: merchants of the fair may write."""

    __tablename__ = "fair_guest"

    seat_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fair_seat.id"), primary_key=True)
    fair_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fair.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(320))
    locale: Mapped[str] = mapped_column(sa.String(8))
    may_follow_up: Mapped[bool] = mapped_column(sa.Boolean)

    __table_args__ = (sa.UniqueConstraint("fair_id", "company_id", "email"),)
