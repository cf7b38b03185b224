"""The table of shares of shared lorries."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base, insert_only


class FreightShare(Base):
    """What a booking's freight fell to when its lorry left so full; ``credited_minor`` is what could still be let off.

    That is less than the difference only where some of the freight had gone back before.
    """

    __tablename__ = "freight_share"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("freight_contract.id"), primary_key=True, index=True)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    percent: Mapped[int] = mapped_column(sa.Integer)
    factor_bp: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    agreed_minor: Mapped[int] = mapped_column(sa.BigInteger)
    share_minor: Mapped[int] = mapped_column(sa.BigInteger)
    credited_minor: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint(
            "0 <= share_minor AND share_minor <= agreed_minor"
            " AND 0 <= credited_minor AND credited_minor <= agreed_minor - share_minor",
            name="share",
        ),
    )


insert_only(FreightShare)
