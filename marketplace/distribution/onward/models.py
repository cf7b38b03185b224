"""The table of lines that ride onward on a second departure."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.onward.rules import RideState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class OnwardRide(Base):
    """The second half of an order line's way; its id is the subject of the second booking.

    The line is held before its order is written, so nothing is pointed at. ``tariff_id`` tells the second carrier's
    freight contracts from the first's. ``changed_at``: since when the second carrier has the goods.
    """

    __tablename__ = "onward_ride"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    change_at: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    tariff_id: Mapped[UUID] = mapped_column(sa.Uuid)
    state: Mapped[RideState] = mapped_column(StateColumn(RideState), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
