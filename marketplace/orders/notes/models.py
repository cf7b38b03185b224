"""Which cause has which note."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.notes import NoteKind, NoteReason


class TradeNote(Base):
    """A credit or debit note about an order; the paper is the document, this is what the books say of it."""

    __tablename__ = "trade_note"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[NoteKind] = mapped_column(StateColumn(NoteKind))
    cause_id: Mapped[UUID] = mapped_column(sa.Uuid)
    reason: Mapped[NoteReason] = mapped_column(StateColumn(NoteReason))
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("issued_document.id"), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    issuer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    recipient_id: Mapped[UUID] = mapped_column(sa.Uuid)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("cause_id", "kind"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )


insert_only(TradeNote)
