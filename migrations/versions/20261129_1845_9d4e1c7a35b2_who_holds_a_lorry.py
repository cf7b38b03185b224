"""Which company said that a lorry stands: it and the operator let it go on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9d4e1c7a35b2"
down_revision: str | None = "e4b7a1d05f38"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("departure", sa.Column("held_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
