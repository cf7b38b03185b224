"""Withdrawals of transfers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "a95b1e7c20d8"
down_revision: str | None = "e82060f34155"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "transfer_withdrawal",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("mistake", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["incoming_transfer.id"], name=op.f("fk_transfer_withdrawal_transfer_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfer_withdrawal")),
    )
    for statement in insert_only_ddl("transfer_withdrawal", op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
