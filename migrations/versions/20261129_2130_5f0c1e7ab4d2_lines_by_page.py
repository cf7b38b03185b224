"""When a line begins and ends, and which one it goes on from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5f0c1e7ab4d2"
down_revision: str | None = "7c1e40b9a2d5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    # SQLite adds a column without writing the table anew, which would lose its triggers.
    for name in ("begins_at", "ended_at"):
        op.add_column("line", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "line_succession",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_succession_line_id_line")),
        sa.ForeignKeyConstraint(["follows_id"], ["line.id"], name=op.f("fk_line_succession_follows_id_line")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_line_succession")),
        sa.UniqueConstraint("follows_id", name=op.f("uq_line_succession_follows_id")),
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
