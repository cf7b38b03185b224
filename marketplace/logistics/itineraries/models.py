"""The table of what carriers emit."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import Mode


class EmissionFactor(Base):
    """Milligrams of CO2e that a tonne emits on a kilometre by a mode, well to wheel, from an instant on; who says so.

    A mode without a row has the published default of ``rules.emissions``.
    """

    __tablename__ = "emission_factor"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    mg_per_tkm: Mapped[int] = mapped_column(sa.Integer)
    source: Mapped[str] = mapped_column(sa.String(300))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("mode", "valid_from", name="uq_emission_factor_start"),
        sa.CheckConstraint("mg_per_tkm >= 0", name="figure"),
    )


watched(EmissionFactor)
