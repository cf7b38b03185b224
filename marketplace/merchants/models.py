"""Tables of merchants, applications, decisions and payees."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.rules.numbers import Proof
from marketplace.kernel.db import Base, StateColumn, UtcDateTime
from marketplace.kernel.ids import new_id
from marketplace.merchants.rules.states import ApplicationState, MerchantState, PayeeState

_APPROVED = sa.text("state IN ('approved', 'suspended')")
_SUBMITTED = sa.text("state = 'submitted'")
_ACTIVE = sa.text("state = 'active'")
_PENDING = sa.text("state = 'pending'")


class Merchant(Base):
    """A company that applied to sell, with what its last application says; one registered number sells once."""

    __tablename__ = "merchant"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    state: Mapped[MerchantState] = mapped_column(StateColumn(MerchantState))
    legal_name: Mapped[str] = mapped_column(sa.String(200))
    country: Mapped[str] = mapped_column(sa.String(2))
    registration_number: Mapped[str] = mapped_column(sa.String(64))
    licence_file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    licence_until: Mapped[date | None] = mapped_column(sa.Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_merchant_state_company_id", "state", "company_id"),
        sa.Index(
            "uq_merchant_country_registration_number",
            "country",
            "registration_number",
            unique=True,
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
    )


class MerchantApplication(Base):
    """An application as it was sent; ``check`` names the validator that the number passed."""

    __tablename__ = "merchant_application"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"))
    state: Mapped[ApplicationState] = mapped_column(StateColumn(ApplicationState))
    legal_name: Mapped[str] = mapped_column(sa.String(200))
    country: Mapped[str] = mapped_column(sa.String(2))
    registration_number: Mapped[str] = mapped_column(sa.String(64))
    number_check: Mapped[str] = mapped_column(sa.String(40))
    proof: Mapped[Proof] = mapped_column(StateColumn(Proof))
    licence_file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    licence_until: Mapped[date | None] = mapped_column(sa.Date)
    submitted_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until when the operator answers; escalated_at while one that takes longer still waits.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_merchant_application_company_id_id", "company_id", "id"),
        sa.Index("ix_merchant_application_state_id", "state", "id"),
        sa.Index(
            "uq_merchant_application_submitted",
            "company_id",
            unique=True,
            sqlite_where=_SUBMITTED,
            postgresql_where=_SUBMITTED,
        ),
    )


class MerchantDecision(Base):
    """What the operator decided about a company and why, in words; everything else keeps its id only."""

    __tablename__ = "merchant_decision"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("merchant.company_id"))
    application_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("merchant_application.id"), unique=True)
    action: Mapped[str] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_merchant_decision_company_id_id", "company_id", "id"),)


class Payee(Base):
    """An account of a company in a currency; at most one is active and one waits for ``active_from``."""

    __tablename__ = "payee"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    state: Mapped[PayeeState] = mapped_column(StateColumn(PayeeState))
    account_name: Mapped[str] = mapped_column(sa.String(140))
    bank_name: Mapped[str] = mapped_column(sa.String(140))
    account_number: Mapped[str] = mapped_column(sa.String(34))
    bic: Mapped[str] = mapped_column(sa.String(11))
    country: Mapped[str] = mapped_column(sa.String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_from: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_payee_company_id_id", "company_id", "id"),
        sa.Index("ix_payee_state_active_from", "state", "active_from"),
        sa.Index(
            "uq_payee_active", "company_id", "currency", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
        ),
        sa.Index(
            "uq_payee_pending", "company_id", "currency", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING
        ),
    )
