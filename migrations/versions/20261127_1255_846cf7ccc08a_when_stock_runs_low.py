"""when stock runs low."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "846cf7ccc08a"
down_revision: str | None = "6dbfa24b9904"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("low_below", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
