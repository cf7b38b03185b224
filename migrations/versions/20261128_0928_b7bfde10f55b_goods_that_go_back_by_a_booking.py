"""Goods that go back by a booking: how far they are, and under which freight contract."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b7bfde10f55b"
down_revision: str | None = "f9663944d30e"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(length=32), nullable=True))

    with op.batch_alter_table("freight_contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            "uq_freight_contract_claim_id",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("state = 'agreed'"),
            postgresql_where=sa.text("state = 'agreed'"),
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
