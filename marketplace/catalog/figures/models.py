"""The table of what was counted."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base


class ListingDay(Base):
    """How often a listing's page was seen on a day of its merchant, and how many carts took it in."""

    __tablename__ = "listing_day"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    views: Mapped[int] = mapped_column(sa.BigInteger)
    carts: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.CheckConstraint("views >= 0", name="views"),
        sa.CheckConstraint("carts >= 0", name="carts"),
    )
