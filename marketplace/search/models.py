"""Listings whose place in the index is out of date."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UtcDateTime
from marketplace.kernel.ids import new_id


class StaleListing(Base):
    """A change of a listing that is not indexed yet; rows are only added and taken away, so writers never wait."""

    __tablename__ = "search_stale_listing"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
