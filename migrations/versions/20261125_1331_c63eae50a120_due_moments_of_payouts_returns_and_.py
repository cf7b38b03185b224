"""Due moments of payouts, returns and transfers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c63eae50a120"
down_revision: str | None = "8d2f6b0c4e17"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What waited before there were due moments is due since it began to wait.
_WAITING = {
    "card_return": "act_by = changed_at WHERE state = 'due' OR (state = 'approved' AND way = 'bank')",
    "incoming_transfer": "act_by = created_at WHERE state = 'unmatched'",
    "payout": "act_by = changed_at WHERE state IN ('due', 'sent')",
}


def upgrade() -> None:
    """Bring the schema forward."""
    for table, since in _WAITING.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("act_by", sa.DateTime(timezone=True), nullable=True))
            batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
            batch_op.create_index(batch_op.f(f"ix_{table}_act_by"), ["act_by"], unique=False)
        op.execute(f"UPDATE {table} SET {since}")  # noqa: S608  our own words


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
