"""Keep which cartons of a line hold which lot."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "5a1d7e0c93b4"
down_revision: str | None = "c5b83e07f1a9"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("order_line_packing", sa.Column("lots", Json, nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
