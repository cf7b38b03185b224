"""Know what the index was given."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a0ca9d58ea34"
down_revision: str | None = "5d20c7e8b1f4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; of what is indexed already nothing is known."""
    op.add_column(
        "search_entry", sa.Column("document", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
