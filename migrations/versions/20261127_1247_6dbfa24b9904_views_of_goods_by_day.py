"""views of goods by day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "6dbfa24b9904"
down_revision: str | None = "4bb7c64ce9c1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "listing_day",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("carts", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("carts >= 0", name=op.f("ck_listing_day_carts")),
        sa.CheckConstraint("views >= 0", name=op.f("ck_listing_day_views")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_day_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", "day", name=op.f("pk_listing_day")),
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
