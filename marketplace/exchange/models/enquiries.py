"""Tables of enquiries; who asked and what was written lie in rows of their own, which can be erased."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.enquiries import EnquiryKind, EnquiryState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class Enquiry(Base):
    """A question to the operator; ``key`` makes two clicks one question."""

    __tablename__ = "enquiry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[EnquiryKind] = mapped_column(StateColumn(EnquiryKind))
    state: Mapped[EnquiryState] = mapped_column(StateColumn(EnquiryState))
    owner_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    came_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until when the operator answers; escalated_at while one that takes longer still waits.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_enquiry_state_id", "state", "id"), sa.Index("ix_enquiry_due_at", "due_at"))


class EnquirySender(Base):
    """Who asked, with the consent to be answered."""

    __tablename__ = "enquiry_sender"

    enquiry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("enquiry.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(320))
    company: Mapped[str] = mapped_column(sa.String(200))
    country: Mapped[str] = mapped_column(sa.String(2))
    locale: Mapped[str] = mapped_column(sa.String(8))
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EnquiryText(Base):
    """What was asked, answered, or said when it was closed."""

    __tablename__ = "enquiry_text"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    enquiry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("enquiry.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    action: Mapped[str] = mapped_column(sa.String(16))
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
