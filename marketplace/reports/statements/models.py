"""Which statements were issued, for which period."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.papers.rules.documents import PaperKind


class IssuedStatement(Base):
    """A numbered statement of a period that is over: once for its parties, currency and days."""

    __tablename__ = "issued_statement"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[PaperKind] = mapped_column(StateColumn(PaperKind))
    issuer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    recipient_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    first_day: Mapped[date] = mapped_column(sa.Date)
    last_day: Mapped[date] = mapped_column(sa.Date)
    zone: Mapped[str] = mapped_column(sa.String(40))
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("issued_document.id"), unique=True)
    # Minor units at both ends, one for each balance that the paper has.
    opening: Mapped[list[int]] = mapped_column(Json)
    closing: Mapped[list[int]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("issuer_id", "recipient_id", "kind", "currency", "first_day", "last_day"),
        sa.CheckConstraint("first_day <= last_day", name="period"),
    )


insert_only(IssuedStatement)
