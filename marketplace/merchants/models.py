"""Tables of merchants and their applications, of what companies show and are asked, and of payees."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.rules.companies import LONGEST_NAME
from marketplace.accounts.rules.numbers import Proof
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.merchants.rules.levels import QualificationState
from marketplace.merchants.rules.requirements import Asked, Item, Kind, Stage, Verdict
from marketplace.merchants.rules.screening import About, HitState, Likeness, ListKind, SubjectKind
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


class RequirementRule(Base):
    """Whether companies of a country and kind are asked for an item, where the operator chose; the usual has no row."""

    __tablename__ = "requirement_rule"

    country: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    kind: Mapped[Kind] = mapped_column(StateColumn(Kind), primary_key=True)
    item: Mapped[Item] = mapped_column(StateColumn(Item), primary_key=True)
    asked: Mapped[Asked] = mapped_column(StateColumn(Asked))


class RequirementPaper(Base):
    """A paper that a company showed for an item; the newest is the one that counts."""

    __tablename__ = "requirement_paper"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    item: Mapped[Item] = mapped_column(StateColumn(Item))
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    valid_until: Mapped[date | None] = mapped_column(sa.Date)
    handed_in_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_requirement_paper_company_id_item_id", "company_id", "item", "id"),
        sa.Index("ix_requirement_paper_valid_until", "valid_until"),
    )


class RequirementRuling(Base):
    """What a reviewer said of an item and why; ``mark`` names what was looked at, ``paper_id`` where it is a paper."""

    __tablename__ = "requirement_ruling"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    item: Mapped[Item] = mapped_column(StateColumn(Item))
    verdict: Mapped[Verdict] = mapped_column(StateColumn(Verdict))
    mark: Mapped[str] = mapped_column(sa.String(80))
    paper_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("requirement_paper.id"), index=True)
    until: Mapped[date | None] = mapped_column(sa.Date)
    reason: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_requirement_ruling_company_id_item_id", "company_id", "item", "id"),
        sa.Index("ix_requirement_ruling_until", "until"),
    )


class RequirementNotice(Base):
    """That a company was told how near the end of what it showed is."""

    __tablename__ = "requirement_notice"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    item: Mapped[Item] = mapped_column(StateColumn(Item), primary_key=True)
    until: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    stage: Mapped[Stage] = mapped_column(StateColumn(Stage), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Qualification(Base):
    """Whether a company meets what it is asked as a buyer or as a partner, and to which day if nothing else is shown.

    Written by ``services.qualifications`` alone; no row while it never did.
    """

    __tablename__ = "qualification"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(StateColumn(Kind))
    state: Mapped[QualificationState] = mapped_column(StateColumn(QualificationState))
    until: Mapped[date | None] = mapped_column(sa.Date)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_qualification_kind_state_until", "kind", "state", "until"),)


class Warehouse(Base):
    """Where a buyer receives goods, in its own country, as its own post writes it."""

    __tablename__ = "warehouse"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    street: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    city: Mapped[str] = mapped_column(sa.String(100))
    region: Mapped[str] = mapped_column(sa.String(100))
    postcode: Mapped[str] = mapped_column(sa.String(16))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CreditLimit(Base):
    """How much a buyer may owe in a currency and to which day, why, and who said so; the newest of a currency counts.

    ``amount``: minor units of ``currency``; nothing takes the one before back.
    """

    __tablename__ = "credit_limit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    until: Mapped[date] = mapped_column(sa.Date)
    reason: Mapped[str] = mapped_column(sa.Text)
    set_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
        sa.Index("ix_credit_limit_company_id_currency_id", "company_id", "currency", "id"),
    )


class ScreeningList(Base):
    """A version of a list as it was imported; the newest of a kind and name is compared with, earlier ones are kept."""

    __tablename__ = "screening_list"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[ListKind] = mapped_column(StateColumn(ListKind))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    entries: Mapped[int] = mapped_column(sa.Integer)
    imported_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The sheet that it was read from, as it was handed in.
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))

    __table_args__ = (sa.Index("ix_screening_list_kind_name_id", "kind", "name", "id"),)


class ScreeningEntry(Base):
    """An entry of a version; ``mark`` is the same in every version that says the same.

    Of goods ``numbers`` are beginnings of HS codes, ``aliases`` the words that they are found by.
    """

    __tablename__ = "screening_entry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    list_id: Mapped[UUID] = mapped_column(sa.ForeignKey("screening_list.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    country: Mapped[str] = mapped_column(sa.String(2))
    aliases: Mapped[list[str]] = mapped_column(Json)
    numbers: Mapped[list[str]] = mapped_column(Json)
    mark: Mapped[str] = mapped_column(sa.String(64))
    about: Mapped[About] = mapped_column(StateColumn(About), default=About.PARTY, server_default=About.PARTY)


class ScreeningKey(Base):
    """By what an entry is found."""

    __tablename__ = "screening_key"

    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("screening_entry.id"), primary_key=True)
    likeness: Mapped[Likeness] = mapped_column(StateColumn(Likeness), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), primary_key=True)

    __table_args__ = (sa.Index("ix_screening_key_value_likeness", "value", "likeness"),)


class ScreeningHit(Base):
    """That a company or person is like an entry, and what somebody said of it; ids and hashes, no names.

    ``mark`` names what was compared, ``entry_mark`` the entry whatever its version; ``company_id`` whom it concerns.
    """

    __tablename__ = "screening_hit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    subject_kind: Mapped[SubjectKind] = mapped_column(StateColumn(SubjectKind))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    entry_id: Mapped[UUID] = mapped_column(sa.ForeignKey("screening_entry.id"), index=True)
    entry_mark: Mapped[str] = mapped_column(sa.String(64))
    mark: Mapped[str] = mapped_column(sa.String(64))
    likeness: Mapped[Likeness] = mapped_column(StateColumn(Likeness))
    state: Mapped[HitState] = mapped_column(StateColumn(HitState))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_screening_hit_once", "subject_kind", "subject_id", "company_id", "entry_mark", "mark", unique=True
        ),
        sa.Index("ix_screening_hit_state_id", "state", "id"),
        sa.Index("ix_screening_hit_company_id_state", "company_id", "state"),
    )


for _grows in (
    RequirementPaper,
    RequirementRuling,
    RequirementNotice,
    CreditLimit,
    ScreeningList,
    ScreeningEntry,
    ScreeningKey,
):
    insert_only(_grows)


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
