"""Planning keeps neither lanes nor coolers of its own, and a change of a leg leaves a stamp."""

from collections.abc import Sequence

from alembic import op

from marketplace.kernel.editions import watched_ddl

revision: str = "e1a64c7b3d52"
down_revision: str | None = "b7e2d4f9c016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_table("lane_cargo_rule")
    op.drop_table("vehicle_cooling")
    for statement in watched_ddl("leg", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
