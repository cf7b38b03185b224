"""What payers are asked for goods above their booking."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.handling.rules.surcharges import STANDING, SurchargeState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base

_STANDS = sa.text("state IN ({}) AND with_id IS NULL".format(", ".join(f"'{state}'" for state in STANDING)))


class FreightSurcharge(Base):
    """More freight for a line that weighs or measures more than agreed; its payer consents or the goods wait.

    ``contract_id`` is the contract it is above of, ``made_id`` the one that consent made. It is answered until the
    departure of its booking leaves; without consent the goods are not on that. Of goods that change lorry the second
    carrier's is asked for and answered ``with_id`` the first's, about the first booking: they wait before that leaves.
    """

    __tablename__ = "freight_surcharge"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("freight_contract.id"), index=True)
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    agreed_g: Mapped[int] = mapped_column(sa.BigInteger)
    chargeable_g: Mapped[int] = mapped_column(sa.BigInteger)
    binding: Mapped[str] = mapped_column(sa.String(32))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    state: Mapped[SurchargeState] = mapped_column(StateColumn(SurchargeState))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("freight_contract.id"))
    with_id: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(
            "uq_freight_surcharge_line_id", "line_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
        ),
    )
