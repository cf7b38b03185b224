"""Surcharges of goods that change lorry: the second carrier's is asked for and answered with the first's."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "e4b7a91c0d63"
down_revision: str | None = "b1f7c09d4e63"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME: Final = "uq_freight_surcharge_line_id"
_STANDS: Final = sa.text("state IN ('proposed', 'declined') AND with_id IS NULL")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("freight_surcharge", sa.Column("with_id", sa.Uuid(), nullable=True))
    op.drop_index(_NAME, table_name="freight_surcharge")
    op.create_index(
        _NAME, "freight_surcharge", ["line_id"], unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
