"""Terms of tariff versions, freight quotes, and what shares of shared lorries fell by."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.editions import watched
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import DIMENSIONS


class TariffTerms(Base):
    """What a tariff version says beyond its price for a kg, as ``rules.terms`` writes it; none for a plain one."""

    __tablename__ = "tariff_terms"

    tariff_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tariff.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class FreightQuote(Base):
    """What a tariff version asked a company for a load on a departure, and until when that holds."""

    __tablename__ = "freight_quote"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    tariff_id: Mapped[UUID] = mapped_column(sa.ForeignKey("tariff.id"))
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    pallets: Mapped[int] = mapped_column(sa.BigInteger)
    chargeable_g: Mapped[int] = mapped_column(sa.BigInteger)
    binding: Mapped[str] = mapped_column(sa.String(32))
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int] = mapped_column(sa.BigInteger)
    # Kinds and minor units; they add up to the total.
    components: Mapped[list[Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("total_minor >= 0", name="total"),
        sa.CheckConstraint("expires_at > made_at", name="time"),
        sa.Index("ix_freight_quote_company_id_id", "company_id", "id"),
    )


class WholeLorry(Base):
    """A departure that one company took all of; ``kept_*`` is the room beside its goods."""

    __tablename__ = "whole_lorry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kept_grams: Mapped[int] = mapped_column(sa.BigInteger)
    kept_cm3: Mapped[int] = mapped_column(sa.BigInteger)
    kept_ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    kept_pallets: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    free_minutes: Mapped[int] = mapped_column(sa.Integer)
    waiting_minor: Mapped[int] = mapped_column(sa.BigInteger)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(" AND ".join(f"kept_{name} >= 0" for name in DIMENSIONS), name="kept"),
        sa.Index(
            "uq_whole_lorry_departure_id",
            "departure_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


watched(TariffTerms)
for _table in (TariffTerms, FreightQuote):
    insert_only(_table)
