"""Reasons of cancelled departures and late cargo."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "44b22aeaf916"
down_revision: str | None = "f39f19fb1bdf"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancel_reason", sa.String(length=200), nullable=True))

    with op.batch_alter_table("handling_unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_reason", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
