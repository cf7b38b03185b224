"""Tables of merchants' warehouses and of what lies in them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.catalog.warehouses.rules import LONGEST_NAME, LONGEST_PLACE
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id

_OPEN = sa.text("retired_at IS NULL")


class MerchantWarehouse(Base):
    """A warehouse that a merchant sells from; ``name_key`` is its name as names are compared.

    The open ones stand in their merchant's order of preference, the lowest ``position`` first.
    """

    __tablename__ = "merchant_warehouse"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    # Folded letters may be more than those that were written.
    name_key: Mapped[str] = mapped_column(sa.String(20 * LONGEST_NAME))
    place: Mapped[str] = mapped_column(sa.String(LONGEST_PLACE))
    position: Mapped[int] = mapped_column(sa.Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_merchant_warehouse_company_id_position", "company_id", "position"),
        sa.Index(
            "uq_merchant_warehouse_open_name",
            "company_id",
            "name_key",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class StockPlace(Base):
    """Units of a listing in one warehouse; the places of a listing sum to its row in ``stock``."""

    __tablename__ = "stock_place"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stock.listing_id"), primary_key=True)
    warehouse_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant_warehouse.id"), primary_key=True, index=True)
    on_hand: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("on_hand >= 0", name="on_hand"),)
