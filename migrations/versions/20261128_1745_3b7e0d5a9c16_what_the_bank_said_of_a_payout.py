"""What the bank made of a payout: the day and its reference or reason, as a person wrote it down."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "3b7e0d5a9c16"
down_revision: str | None = "d9c9a41d3cca"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "payout_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_result_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_result")),
    )
    op.create_index(op.f("ix_payout_result_payout_id"), "payout_result", ["payout_id"], unique=False)
    for statement in insert_only_ddl("payout_result", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
