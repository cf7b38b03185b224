"""The table of restrictions."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.customs.rules import Measure
from marketplace.kernel.columns import StateColumn
from marketplace.kernel.db import Base, Json
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id


class Restriction(Base):
    """A measure of a destination for goods under an HS prefix; ``valid_to`` is its last day, None while it holds on."""

    __tablename__ = "customs_restriction"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(sa.String(2))
    hs_prefix: Mapped[str] = mapped_column(sa.String(10))
    measure: Mapped[Measure] = mapped_column(StateColumn(Measure))
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    source: Mapped[str] = mapped_column(sa.String(300))
    source_url: Mapped[str] = mapped_column(sa.String(500))
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    checked_on: Mapped[date] = mapped_column(sa.Date)

    __table_args__ = (
        sa.UniqueConstraint("country", "hs_prefix", "measure", "valid_from", name="uq_customs_restriction_rule"),
    )


watched(Restriction)
