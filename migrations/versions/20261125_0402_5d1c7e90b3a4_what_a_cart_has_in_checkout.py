"""What a cart has in checkout."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5d1c7e90b3a4"
down_revision: str | None = "76be2a14d8b8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("checkout_attempt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_checkout_attempt_open",
            ["company_id", "person_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('held', 'awaiting_payment')"),
            postgresql_where=sa.text("state IN ('held', 'awaiting_payment')"),
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
