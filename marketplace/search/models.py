"""What search keeps in the database: what is not indexed yet, and what it counts and sorts by."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class StaleListing(Base):
    """A change of a listing that is not indexed yet; rows are only added and taken away, so writers never wait."""

    __tablename__ = "search_stale_listing"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SearchEntry(Base):
    """A live listing as search counts it; ``bases`` and ``currencies`` between bars, ``text`` folded.

    ``document`` is the mark of what the index was last given of it, empty while that is not known for certain.
    """

    __tablename__ = "search_entry"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    category: Mapped[str] = mapped_column(sa.String(40))
    origin: Mapped[str] = mapped_column(sa.String(2))
    hub_code: Mapped[str] = mapped_column(sa.String(40))
    lead_days: Mapped[int | None] = mapped_column(sa.Integer)
    bases: Mapped[str] = mapped_column(sa.String(80))
    currencies: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.Text)
    document: Mapped[str] = mapped_column(sa.String(64), default="", server_default=sa.text("''"))


class SearchPrice(Base):
    """A tier of a listing in millionths of a US dollar, for sorting alone; the first tier counts from 0 on."""

    __tablename__ = "search_price"

    listing_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("search_entry.listing_id", ondelete="CASCADE"), primary_key=True
    )
    ladder: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    from_quantity: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    usd_micro: Mapped[int] = mapped_column(sa.BigInteger)
