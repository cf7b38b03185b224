"""Tables of covers, insurances, insured lines, and claims against insurers."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.logistics.insurance.rules.claiming import Evidence, InsuranceClaimState
from marketplace.logistics.insurance.rules.covering import Clauses, CoverKind, InsuranceState

_NOT_VOID = sa.text(f"state <> '{InsuranceState.VOID}'")


class InsuranceCover(Base):
    """What an insurer offers; never changed, for what was taken under it stands: a new policy is a new row.

    The rate is in millionths of the insured value; ``excluded`` are beginnings of HS codes.
    """

    __tablename__ = "insurance_cover"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    insurer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    kind: Mapped[CoverKind] = mapped_column(StateColumn(CoverKind))
    policy_number: Mapped[str] = mapped_column(sa.String(40))
    clauses: Mapped[Clauses] = mapped_column(StateColumn(Clauses))
    rate_ppm: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    minimum_minor: Mapped[int] = mapped_column(sa.BigInteger)
    limit_minor: Mapped[int] = mapped_column(sa.BigInteger)
    valid_from: Mapped[date] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    excluded: Mapped[list[str]] = mapped_column(Json)
    takes_dangerous: Mapped[bool] = mapped_column(sa.Boolean)
    is_fictitious: Mapped[bool] = mapped_column(sa.Boolean)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("insurer_id", "policy_number"),
        sa.CheckConstraint("rate_ppm > 0 AND minimum_minor >= 0 AND limit_minor > 0", name="figures"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
    )


class CargoInsurance(Base):
    """The insurance of one order's goods on their way: what was declared, and the premium as it was shown.

    ``by_rule`` where the price basis binds the seller to insure for the buyer. The insurer invoices the premium to
    ``insured_id`` itself: here it is recorded.
    """

    __tablename__ = "cargo_insurance"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cover_id: Mapped[UUID] = mapped_column(sa.ForeignKey("insurance_cover.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(sa.Uuid)
    insured_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    beneficiary_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    value_minor: Mapped[int] = mapped_column(sa.BigInteger)
    insured_minor: Mapped[int] = mapped_column(sa.BigInteger)
    premium_minor: Mapped[int] = mapped_column(sa.BigInteger)
    by_rule: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[InsuranceState] = mapped_column(StateColumn(InsuranceState))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("value_minor > 0 AND insured_minor > 0 AND premium_minor >= 0", name="figures"),
        # Goods are insured once; what was voided may be taken again.
        sa.Index("uq_cargo_insurance_order_id", "order_id", unique=True, sqlite_where=_NOT_VOID,
                 postgresql_where=_NOT_VOID),
    )  # fmt: skip


class InsuredLine(Base):
    """An order line's share of its insured value, on the departure that carries it; certified once it is at the hub."""

    __tablename__ = "insured_line"

    insurance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cargo_insurance.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, index=True)
    departure_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    insured_minor: Mapped[int] = mapped_column(sa.BigInteger)
    certificate: Mapped[str | None] = mapped_column(sa.String(40))
    at_risk_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("insured_minor >= 0", name="insured"),
        sa.CheckConstraint("(certificate IS NULL) = (at_risk_at IS NULL)", name="certified"),
    )


class InsuranceClaim(Base):
    """A claim against the insurer about one line; ``claim_id`` is that against the carrier, if there is one."""

    __tablename__ = "insurance_claim"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    insurance_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cargo_insurance.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    claim_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    claimant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    insurer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    accepted_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    state: Mapped[InsuranceClaimState] = mapped_column(StateColumn(InsuranceClaimState))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The payment: entered by one, over a threshold confirmed by another.
    payment_reference: Mapped[str | None] = mapped_column(sa.String(80))
    paid_on: Mapped[date | None] = mapped_column(sa.Date)
    entered_by: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint(
            "accepted_minor IS NULL OR (accepted_minor > 0 AND accepted_minor <= amount_minor)", name="accepted"
        ),
    )


class InsuranceClaimText(Base):
    """What a person wrote about a claim: what happened, or why it is refused. Apart, for it can be erased."""

    __tablename__ = "insurance_claim_text"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    claim_id: Mapped[UUID] = mapped_column(sa.ForeignKey("insurance_claim.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    body: Mapped[str] = mapped_column(sa.String(2000))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InsuranceSurvey(Base):
    """What a surveyor found of damaged goods; who wrote it down is who is asked when it is to be forgotten."""

    __tablename__ = "insurance_survey"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    claim_id: Mapped[UUID] = mapped_column(sa.ForeignKey("insurance_claim.id"), index=True)
    surveyed_on: Mapped[date] = mapped_column(sa.Date)
    surveyor: Mapped[str] = mapped_column(sa.String(200))
    findings: Mapped[str] = mapped_column(sa.String(4000))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InsuranceClaimFile(Base):
    """A document of a claim: a file handed in, or a paper of the city."""

    __tablename__ = "insurance_claim_file"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    claim_id: Mapped[UUID] = mapped_column(sa.ForeignKey("insurance_claim.id"), index=True)
    evidence: Mapped[Evidence] = mapped_column(StateColumn(Evidence))
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    document_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("issued_document.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("(file_id IS NULL) <> (document_id IS NULL)", name="one"),)
