"""Reports, take-downs and appeals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7e21a90d3b4"
down_revision: str | None = "b4d1c07f92aa"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("moderation_case") as batch:
        batch.add_column(sa.Column("about_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_moderation_case_about_id", "moderation_case", ["about_id"], ["id"])
        batch.create_unique_constraint("uq_moderation_case_about_id", ["about_id"])
    op.create_table(
        "moderation_statement",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_moderation_statement_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_moderation_statement"),
    )
    op.create_index("ix_moderation_statement_person_id", "moderation_statement", ["person_id"])
    op.create_table(
        "listing_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("contact", sa.String(254), nullable=True),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name="fk_listing_report_listing_id"),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_listing_report_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_listing_report"),
    )
    op.create_index("ix_listing_report_case_id", "listing_report", ["case_id"])
    op.create_index("ix_listing_report_listing_id_state", "listing_report", ["listing_id", "state"])
    op.create_index("ix_listing_report_person_id_at", "listing_report", ["person_id", "at"])
    op.create_index(
        "uq_listing_report_open",
        "listing_report",
        ["listing_id", "person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
