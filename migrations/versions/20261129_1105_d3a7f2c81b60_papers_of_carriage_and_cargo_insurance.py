"""What is stated of consignments for their papers; covers of insurers, insurances of orders, claims against insurers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "d3a7f2c81b60"
down_revision: str | None = "d3a6c1f08e57"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "insurance_cover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("insurer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("policy_number", sa.String(length=40), nullable=False),
        sa.Column("clauses", sa.String(length=32), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("excluded", marketplace.kernel.db.Json, nullable=False),
        sa.Column("takes_dangerous", sa.Boolean(), nullable=False),
        sa.Column("is_fictitious", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rate_ppm > 0 AND minimum_minor >= 0 AND limit_minor > 0", name=op.f("ck_insurance_cover_figures")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_insurance_cover_validity")),
        sa.ForeignKeyConstraint(["insurer_id"], ["company.id"], name=op.f("fk_insurance_cover_insurer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_cover")),
        sa.UniqueConstraint("insurer_id", "policy_number", name=op.f("uq_insurance_cover_insurer_id_policy_number")),
    )
    op.create_index(op.f("ix_insurance_cover_insurer_id"), "insurance_cover", ["insurer_id"], unique=False)
    op.create_table(
        "cargo_insurance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("insured_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("insured_minor", sa.BigInteger(), nullable=False),
        sa.Column("premium_minor", sa.BigInteger(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "value_minor > 0 AND insured_minor > 0 AND premium_minor >= 0", name=op.f("ck_cargo_insurance_figures")
        ),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["company.id"], name=op.f("fk_cargo_insurance_beneficiary_id")),
        sa.ForeignKeyConstraint(["cover_id"], ["insurance_cover.id"], name=op.f("fk_cargo_insurance_cover_id")),
        sa.ForeignKeyConstraint(["insured_id"], ["company.id"], name=op.f("fk_cargo_insurance_insured_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cargo_insurance")),
        sa.UniqueConstraint("reference", name=op.f("uq_cargo_insurance_reference")),
    )
    op.create_index(op.f("ix_cargo_insurance_beneficiary_id"), "cargo_insurance", ["beneficiary_id"], unique=False)
    op.create_index(op.f("ix_cargo_insurance_cover_id"), "cargo_insurance", ["cover_id"], unique=False)
    op.create_index(op.f("ix_cargo_insurance_insured_id"), "cargo_insurance", ["insured_id"], unique=False)
    op.create_index(
        "uq_cargo_insurance_order_id",
        "cargo_insurance",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'void'"),
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "insurance_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("insurance_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("insurer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_reference", sa.String(length=80), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "accepted_minor IS NULL OR (accepted_minor > 0 AND accepted_minor <= amount_minor)",
            name=op.f("ck_insurance_claim_accepted"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_insurance_claim_amount")),
        sa.ForeignKeyConstraint(["claimant_id"], ["company.id"], name=op.f("fk_insurance_claim_claimant_id")),
        sa.ForeignKeyConstraint(["insurance_id"], ["cargo_insurance.id"], name=op.f("fk_insurance_claim_insurance_id")),
        sa.ForeignKeyConstraint(["insurer_id"], ["company.id"], name=op.f("fk_insurance_claim_insurer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_claim")),
        sa.UniqueConstraint("reference", name=op.f("uq_insurance_claim_reference")),
    )
    op.create_index(op.f("ix_insurance_claim_claim_id"), "insurance_claim", ["claim_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_claimant_id"), "insurance_claim", ["claimant_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_insurance_id"), "insurance_claim", ["insurance_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_insurer_id"), "insurance_claim", ["insurer_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_line_id"), "insurance_claim", ["line_id"], unique=False)
    op.create_table(
        "insurance_claim_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(file_id IS NULL) <> (document_id IS NULL)", name=op.f("ck_insurance_claim_file_one")),
        sa.ForeignKeyConstraint(["claim_id"], ["insurance_claim.id"], name=op.f("fk_insurance_claim_file_claim_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["issued_document.id"], name=op.f("fk_insurance_claim_file_document_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_insurance_claim_file_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_claim_file")),
    )
    op.create_index(op.f("ix_insurance_claim_file_claim_id"), "insurance_claim_file", ["claim_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_file_document_id"), "insurance_claim_file", ["document_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_file_file_id"), "insurance_claim_file", ["file_id"], unique=False)
    op.create_table(
        "insurance_claim_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["insurance_claim.id"], name=op.f("fk_insurance_claim_text_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_claim_text")),
    )
    op.create_index(op.f("ix_insurance_claim_text_claim_id"), "insurance_claim_text", ["claim_id"], unique=False)
    op.create_index(op.f("ix_insurance_claim_text_person_id"), "insurance_claim_text", ["person_id"], unique=False)
    op.create_table(
        "insurance_survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=False),
        sa.Column("surveyor", sa.String(length=200), nullable=False),
        sa.Column("findings", sa.String(length=4000), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["insurance_claim.id"], name=op.f("fk_insurance_survey_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_survey")),
    )
    op.create_index(op.f("ix_insurance_survey_claim_id"), "insurance_survey", ["claim_id"], unique=False)
    op.create_index(op.f("ix_insurance_survey_person_id"), "insurance_survey", ["person_id"], unique=False)
    op.create_table(
        "cargo_statement",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("marks", sa.String(length=500), nullable=False),
        sa.Column("wood", sa.String(length=32), nullable=True),
        sa.Column("wood_marks", marketplace.kernel.db.Json, nullable=False),
        sa.Column("shipping_name", sa.String(length=200), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_cargo_statement_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_cargo_statement")),
    )
    op.create_table(
        "insured_line",
        sa.Column("insurance_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=True),
        sa.Column("insured_minor", sa.BigInteger(), nullable=False),
        sa.Column("certificate", sa.String(length=40), nullable=True),
        sa.Column("at_risk_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(certificate IS NULL) = (at_risk_at IS NULL)", name=op.f("ck_insured_line_certified")),
        sa.CheckConstraint("insured_minor >= 0", name=op.f("ck_insured_line_insured")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_insured_line_departure_id")),
        sa.ForeignKeyConstraint(["insurance_id"], ["cargo_insurance.id"], name=op.f("fk_insured_line_insurance_id")),
        sa.PrimaryKeyConstraint("insurance_id", "line_id", name=op.f("pk_insured_line")),
    )
    op.create_index(op.f("ix_insured_line_departure_id"), "insured_line", ["departure_id"], unique=False)
    op.create_index(op.f("ix_insured_line_line_id"), "insured_line", ["line_id"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
