"""Trusted merchants and samples."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "d9a4f6018be7"
down_revision: str | None = "c7e21a90d3b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; who is trusted follows from what was decided before."""
    op.create_table(
        "review_seed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_seed"),
    )
    op.create_table(
        "moderation_judgement",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("judgement", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("most_risk", sa.Integer(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("clean_days", sa.Integer(), nullable=False),
        sa.Column("sample_percent", sa.Integer(), nullable=False),
        sa.Column("seed_id", sa.Uuid(), nullable=False),
        sa.Column("is_sampled", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name="fk_moderation_judgement_case_id"),
        sa.ForeignKeyConstraint(["seed_id"], ["review_seed.id"], name="fk_moderation_judgement_seed_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_moderation_judgement"),
    )
    for statement in insert_only_ddl("moderation_judgement", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
