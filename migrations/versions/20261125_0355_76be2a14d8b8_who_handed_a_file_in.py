"""Who handed a file in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "76be2a14d8b8"
down_revision: str | None = "44b22aeaf916"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_in_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
