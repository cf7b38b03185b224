"""What a card payment is for, as its buyer reads it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e82060f34155"
down_revision: str | None = "4be0d6a7f1c3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("card_charge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
