"""Goods on lists, and the sheets that versions were read from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4bb7c64ce9c1"
down_revision: str | None = "b5c9f98ba384"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; both tables stay what they are, as their rows are never changed."""
    op.add_column("screening_entry", sa.Column("about", sa.String(32), server_default="party", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # A table that is written anew would lose the triggers that keep its rows.
        named = "CONSTRAINT fk_screening_list_file_id REFERENCES stored_file (id)"
        op.execute(f"ALTER TABLE screening_list ADD COLUMN file_id CHAR(32) {named}")
    else:
        op.add_column("screening_list", sa.Column("file_id", sa.Uuid(), nullable=True))
        op.create_foreign_key("fk_screening_list_file_id", "screening_list", "stored_file", ["file_id"], ["id"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
