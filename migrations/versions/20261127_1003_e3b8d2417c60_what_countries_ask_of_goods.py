"""What countries ask of goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "e3b8d2417c60"
down_revision: str | None = "d9a4f6018be7"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; `city setup` brings the first rules into a city that exists."""
    op.create_table(
        "customs_restriction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("hs_prefix", sa.String(10), nullable=False),
        sa.Column("measure", sa.String(32), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("source_url", sa.String(500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customs_restriction"),
        sa.UniqueConstraint("country", "hs_prefix", "measure", "valid_from", name="uq_customs_restriction_rule"),
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
