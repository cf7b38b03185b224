"""What merchants say of themselves."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "14069f1f16c0"
down_revision: str | None = "51af83f0412f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "storefront_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("headlines", marketplace.kernel.db.Json, nullable=False),
        sa.Column("texts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("source_locale", sa.String(length=8), nullable=False),
        sa.Column("banner_file_id", sa.Uuid(), nullable=True),
        sa.Column("banner_alt", sa.String(length=160), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["banner_file_id"], ["stored_file.id"], name=op.f("fk_storefront_version_banner_file_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["merchant.company_id"], name=op.f("fk_storefront_version_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storefront_version")),
    )
    with op.batch_alter_table("storefront_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_storefront_version_banner_file_id"), ["banner_file_id"], unique=False)
        batch_op.create_index("ix_storefront_version_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_storefront_version_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_storefront_version_pending",
            ["company_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "uq_storefront_version_shown",
            ["company_id"],
            unique=True,
            sqlite_where=sa.text("state = 'shown'"),
            postgresql_where=sa.text("state = 'shown'"),
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
