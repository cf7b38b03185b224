"""Closed days of companies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "4991ec328292"
down_revision: str | None = "14069f1f16c0"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "company_closure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("parts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("words", marketplace.kernel.db.Json, nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_company_closure_days")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_closure_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_closure")),
    )
    op.create_index("ix_company_closure_company_id_first_day", "company_closure", ["company_id", "first_day"])
    op.add_column("company", sa.Column("own_closures", marketplace.kernel.db.Json, server_default="[]", nullable=False))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
