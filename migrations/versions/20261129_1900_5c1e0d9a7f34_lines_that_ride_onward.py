"""Order lines that ride onward on a second departure."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5c1e0d9a7f34"
down_revision: str | None = "c5e1a7b0d4f2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "onward_ride",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("change_at", sa.String(length=40), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("tariff_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["change_at"], ["place.code"], name=op.f("fk_onward_ride_change_at_place")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_onward_ride_to_place_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onward_ride")),
        sa.UniqueConstraint("line_id", name=op.f("uq_onward_ride_line_id")),
    )
    op.create_index(op.f("ix_onward_ride_state"), "onward_ride", ["state"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
