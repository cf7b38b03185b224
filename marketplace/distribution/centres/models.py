"""Listings that are sold from a distribution centre."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.editions import watched
from marketplace.logistics.centres.rules.lots import Status


class CentreOffer(Base):
    """That a listing is sold from a centre under one status, and the currency and rule that it was checked for."""

    __tablename__ = "centre_offer"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    centre_id: Mapped[UUID] = mapped_column(sa.ForeignKey("centre.id"), primary_key=True, index=True)
    status: Mapped[Status] = mapped_column(StateColumn(Status))
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("status IN ('bonded', 'free')", name="status"),)


# Every cart asks which of its goods are sold from a centre, and few are; of a shelf the cards say it.
watched(CentreOffer)
