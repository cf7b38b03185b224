"""The payment plans that merchants offer at checkout."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id

_DEFAULT = sa.text("is_default")


class PlanOffer(Base):
    """A plan of a merchant's own, or what it says of a preset; placed orders keep what they agreed on."""

    __tablename__ = "plan_offer"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    code: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(80), default="")  # empty for a preset
    stages: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)  # None for a preset, whose own they are
    credit: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    rails: Mapped[list[str]] = mapped_column(Json)
    minimum_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    minimum_currency: Mapped[str | None] = mapped_column(sa.String(3))
    active: Mapped[bool] = mapped_column(sa.Boolean)
    is_default: Mapped[bool] = mapped_column(sa.Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("merchant_id", "code"),
        sa.CheckConstraint("(minimum_minor IS NULL) = (minimum_currency IS NULL)", name="minimum"),
        sa.Index("uq_plan_offer_default", "merchant_id", unique=True, sqlite_where=_DEFAULT, postgresql_where=_DEFAULT),
    )
