"""Tables of saved lists."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class SavedList(Base):
    """A named list of goods: its person's alone, or shared with the company for which that person made it."""

    __tablename__ = "saved_list"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    name: Mapped[str] = mapped_column(sa.String(80))
    is_shared: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Put aside: not among the lists one works with, and as it is until it is taken up again.
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_saved_list_company_id_id", "company_id", "id"),
        sa.Index("ix_saved_list_person_id", "person_id"),
    )


class SavedItem(Base):
    """Goods on a list: how many, at which price they were saved, and their title then, for the day they are gone.

    There is no price where it was not shown to who saved them.
    """

    __tablename__ = "saved_item"

    list_id: Mapped[UUID] = mapped_column(sa.ForeignKey("saved_list.id"), primary_key=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    note: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(8))
    unit: Mapped[str] = mapped_column(sa.String(3))
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    price_micro: Mapped[int | None] = mapped_column(sa.BigInteger)
    saved_by: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)
