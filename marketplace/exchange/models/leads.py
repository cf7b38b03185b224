"""Tables of leads; what a person wrote lies in rows of its own, which can be erased."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.leads import LeadState
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id

_RUNNING = sa.text("state <> 'closed'")


class Lead(Base):
    """Somebody who visited a tenant's exhibit: a company that was logged in, or whoever left a card.

    ``key`` makes two clicks one card; of a company one lead runs with a merchant.
    """

    __tablename__ = "lead"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"))
    exhibit_id: Mapped[UUID] = mapped_column(sa.ForeignKey("exhibit.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"), index=True)
    state: Mapped[LeadState] = mapped_column(StateColumn(LeadState))
    owner_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    came_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until when the tenant answers; escalated_at while one that takes longer still waits.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_lead_merchant_id_id", "merchant_id", "id"),
        sa.Index("ix_lead_state_due_at", "state", "due_at"),
        sa.Index(
            "uq_lead_running",
            "merchant_id",
            "company_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
    )


class LeadCard(Base):
    """What a visitor left with the consent to be written to; gone once the visitor wants it to be."""

    __tablename__ = "lead_card"

    lead_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lead.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(320))
    phone: Mapped[str] = mapped_column(sa.String(20))
    message: Mapped[str] = mapped_column(sa.Text)
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LeadNote(Base):
    """What somebody of the tenant noted of a lead, a reason for closing it among them."""

    __tablename__ = "lead_note"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    lead_id: Mapped[UUID] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    action: Mapped[str] = mapped_column(sa.String(16))
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
