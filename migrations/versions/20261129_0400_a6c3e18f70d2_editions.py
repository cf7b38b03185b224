"""One stamp that says whether places, rates, settings, closed days, restrictions, lines and tariffs are as they were."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.editions import watched_ddl

revision: str = "a6c3e18f70d2"
down_revision: str | None = "7f21c0a9d5b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WATCHED = ("place", "fx_rate", "dated_setting", "closure", "customs_restriction", "line", "tariff")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_edition_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
    )
    for table in _WATCHED:
        for statement in watched_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
