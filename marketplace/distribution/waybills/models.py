"""What is stated of a consignment for its papers."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.waybills.rules.wood import Wood
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json


class CargoStatement(Base):
    """What both sides of an order line state for its papers; a line of which nothing is stated has no row.

    ``marks`` are the order's shipping marks beside the usual ones; ``wood`` None where nobody said.
    """

    __tablename__ = "cargo_statement"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    marks: Mapped[str] = mapped_column(sa.String(500))
    wood: Mapped[Wood | None] = mapped_column(StateColumn(Wood))
    wood_marks: Mapped[list[str]] = mapped_column(Json)
    shipping_name: Mapped[str] = mapped_column(sa.String(200))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
