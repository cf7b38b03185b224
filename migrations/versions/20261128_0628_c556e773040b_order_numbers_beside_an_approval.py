"""Order numbers beside an approval."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "c556e773040b"
down_revision: str | None = "7000cc6a0b46"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("approval_case", sa.Column("beside", Json, server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
