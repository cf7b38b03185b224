"""Lanes are ruled where borders are, and what cools is known of the fleet: planning keeps neither of its own."""

from collections.abc import Sequence

from alembic import op

revision: str = "e1a64c7b3d52"
down_revision: str | None = "b7e2d4f9c016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_table("lane_cargo_rule")
    op.drop_table("vehicle_cooling")


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
