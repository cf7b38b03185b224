"""By which local method a charge was made, and which files a card's bank is shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "45e195c23dc2"
down_revision: str | None = "5a0c7e4b91d3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("card_charge", sa.Column("local_method", sa.String(length=32), nullable=True))
    op.add_column("card_dispute", sa.Column("papers", Json, nullable=True))
    op.add_column("card_dispute", sa.Column("handed_over", Json, nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
