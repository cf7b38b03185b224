"""Tell cost sheets that were planned from those that were opened by a cost before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7f3d90b2c815"
down_revision: str | None = "e4b7a91c0d63"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; an open sheet on which nothing was ever planned is planned by the clock."""
    op.add_column("cost_sheet", sa.Column("is_planned", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(
        sa.text(
            "UPDATE cost_sheet SET is_planned = false WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM cost_item"
            " WHERE cost_item.departure_id = cost_sheet.departure_id AND cost_item.basis = 'planned')"
        )
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
