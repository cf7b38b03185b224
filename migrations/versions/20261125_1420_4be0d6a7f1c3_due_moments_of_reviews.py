"""Due moments of reviews."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4be0d6a7f1c3"
down_revision: str | None = "c63eae50a120"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("merchant_application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    # What waited before there were due moments is due since it began to wait.
    op.execute("UPDATE merchant_application SET due_at = submitted_at WHERE state = 'submitted'")
    with op.batch_alter_table("moderation_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
