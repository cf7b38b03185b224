"""Tables of what shows how goods came; nothing in them is ever changed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.temperatures import Unit


class ArrivalPhoto(Base):
    """A picture of goods of a line as they came."""

    __tablename__ = "arrival_photo"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TemperatureRecord(Base):
    """What a logger measured on the way of a line's goods, in hundredths of a degree Celsius, with its file if any.

    ``is_outside`` tells whether the goods were once colder or warmer than agreed; ``outside`` counts readings.
    """

    __tablename__ = "temperature_record"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    logger: Mapped[str] = mapped_column(sa.String(40))
    unit: Mapped[Unit] = mapped_column(StateColumn(Unit))
    least_centi: Mapped[int] = mapped_column(sa.Integer)
    most_centi: Mapped[int] = mapped_column(sa.Integer)
    readings: Mapped[int] = mapped_column(sa.Integer)
    outside: Mapped[int] = mapped_column(sa.Integer)
    is_outside: Mapped[bool] = mapped_column(sa.Boolean)
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("least_centi <= most_centi AND outside BETWEEN 0 AND readings", name="measured"),
        sa.CheckConstraint("(readings > 0) = (file_id IS NOT NULL)", name="counted_in_a_file"),
    )


insert_only(ArrivalPhoto)
insert_only(TemperatureRecord)
