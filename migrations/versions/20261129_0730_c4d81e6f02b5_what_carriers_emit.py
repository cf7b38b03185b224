"""What carriers emit, as somebody published it or the operator put it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.editions import watched_ddl

revision: str = "c4d81e6f02b5"
down_revision: str | None = "8c096d8b86f6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "emission_factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("mg_per_tkm", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mg_per_tkm >= 0", name=op.f("ck_emission_factor_figure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emission_factor")),
        sa.UniqueConstraint("mode", "valid_from", name="uq_emission_factor_start"),
    )
    for statement in watched_ddl("emission_factor", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
