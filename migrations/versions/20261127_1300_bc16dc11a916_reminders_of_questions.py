"""reminders of questions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bc16dc11a916"
down_revision: str | None = "846cf7ccc08a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("listing_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_listing_question_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
