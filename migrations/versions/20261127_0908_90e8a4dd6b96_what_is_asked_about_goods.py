"""What is asked about goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "90e8a4dd6b96"
down_revision: str | None = "4991ec328292"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by", sa.Uuid(), nullable=True),
        sa.Column("hidden_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_remark_company_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_remark_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_is_public_id", "remark", ["is_public", "id"], unique=False)
    op.create_index("ix_remark_listing_id", "remark", ["listing_id"], unique=False)
    op.create_index("ix_remark_person_id", "remark", ["person_id"], unique=False)

    op.create_table(
        "listing_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(answer_id IS NOT NULL) = (state = 'answered')", name=op.f("ck_listing_question_answer")),
        sa.ForeignKeyConstraint(["answer_id"], ["remark.id"], name=op.f("fk_listing_question_answer_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_listing_question_company_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_question_listing_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_listing_question_merchant_id")),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_listing_question_remark_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_question")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_listing_question_answer_id")),
        sa.UniqueConstraint("remark_id", name=op.f("uq_listing_question_remark_id")),
    )
    op.create_index("ix_listing_question_company_id_id", "listing_question", ["company_id", "id"], unique=False)
    op.create_index("ix_listing_question_listing_id_id", "listing_question", ["listing_id", "id"], unique=False)
    op.create_index(
        "ix_listing_question_merchant_id_state_due_at",
        "listing_question",
        ["merchant_id", "state", "due_at"],
        unique=False,
    )

    op.add_column("listing", sa.Column("said", marketplace.kernel.db.Json, server_default="{}", nullable=False))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
