"""The inbox that members share."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "56de2a250a5f"
down_revision: str | None = "1010d38ee603"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "inbox_matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("news", sa.String(length=32), nullable=False),
        sa.Column("facts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state <> 'open' OR person_id IS NULL", name=op.f("ck_inbox_matter_open_is_nobodys")),
        sa.CheckConstraint("state <> 'taken' OR person_id IS NOT NULL", name=op.f("ck_inbox_matter_taken_by_somebody")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_inbox_matter_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_matter")),
        sa.UniqueConstraint("key", name=op.f("uq_inbox_matter_key")),
    )
    op.create_index("ix_inbox_matter_company_id_id", "inbox_matter", ["company_id", "id"])
    op.create_index("ix_inbox_matter_company_id_person_id", "inbox_matter", ["company_id", "person_id"])

    op.create_table(
        "inbox_seen",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_inbox_seen_company_id")),
        sa.PrimaryKeyConstraint("company_id", "person_id", name=op.f("pk_inbox_seen")),
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
