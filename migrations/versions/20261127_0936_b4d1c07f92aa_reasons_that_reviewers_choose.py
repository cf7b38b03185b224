"""Reasons that reviewers choose."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "b4d1c07f92aa"
down_revision: str | None = "3a0e69a57f7f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_told = sa.table("moderation_reason", sa.column("said", Json))


def upgrade() -> None:
    """Bring the schema forward; what was written before chose none of them."""
    op.create_table(
        "review_reason",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_reason"),
        sa.UniqueConstraint("code", name="uq_review_reason_code"),
    )
    with op.batch_alter_table("moderation_reason") as batch:
        batch.add_column(sa.Column("canned", sa.String(40), nullable=True))
        batch.add_column(sa.Column("said", Json, nullable=True))
    op.execute(sa.update(_told).values(said={}))
    with op.batch_alter_table("moderation_reason") as batch:
        batch.alter_column("said", existing_type=Json, nullable=False)
    with op.batch_alter_table("moderation_case") as batch:
        batch.add_column(sa.Column("batch", sa.Uuid(), nullable=True))
        batch.create_index("ix_moderation_case_batch", ["batch"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
