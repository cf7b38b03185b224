"""Tables of the showroom: halls, booths, who stands there on which day, exhibits with their labels, visits."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import ScaledDecimal, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id


class Hall(Base):
    """A hall of the showroom, its names by language; a retired one is closed until it is brought back."""

    __tablename__ = "hall"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Booth(Base):
    """A place in a hall: its ground, and its cell on the plan.

    A retired one keeps its code and leaves its cell to another: it waits in column 0, in a row below none of the plan.
    """

    __tablename__ = "booth"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    hall_id: Mapped[UUID] = mapped_column(sa.ForeignKey("hall.id"))
    code: Mapped[str] = mapped_column(sa.String(12))
    area_m2: Mapped[Decimal] = mapped_column(ScaledDecimal(2))
    plan_column: Mapped[int] = mapped_column(sa.Integer)
    plan_row: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("hall_id", "code"),
        sa.UniqueConstraint("hall_id", "plan_column", "plan_row"),
        sa.CheckConstraint("area_m2 > 0", name="area"),
    )


class Tenancy(Base):
    """A merchant on a booth from one day to another, both counted; its days are the rows of ``booth_day``."""

    __tablename__ = "tenancy"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booth_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booth.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"), index=True)
    from_on: Mapped[date] = mapped_column(sa.Date)
    until_on: Mapped[date] = mapped_column(sa.Date)
    let_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    let_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("until_on >= from_on", name="period"),)


class BoothDay(Base):
    """A day of a tenancy. The key lets nobody else stand on the booth that day, on any database."""

    __tablename__ = "booth_day"

    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    booth_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booth.id"), primary_key=True)
    tenancy_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tenancy.id"), index=True)


class Exhibit(Base):
    """A listing that a tenant shows on a booth; ``code`` is what its label opens, and nobody can guess it."""

    __tablename__ = "exhibit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    tenancy_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tenancy.id"))
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(22), unique=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("tenancy_id", "listing_id"),)


class ExhibitVisit(Base):
    """That a label was opened on a day by a browser; ``mark`` is drawn for this exhibit and day, and names nobody."""

    __tablename__ = "exhibit_visit"

    exhibit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("exhibit.id"), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    mark: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
