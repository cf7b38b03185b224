"""Find listings by when they were approved."""

from collections.abc import Sequence

from alembic import op

revision: str = "eafdf1e9f36f"
down_revision: str | None = "a95b1e7c20d8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("ix_listing_approved_at_id", "listing", ["approved_at", "id"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
