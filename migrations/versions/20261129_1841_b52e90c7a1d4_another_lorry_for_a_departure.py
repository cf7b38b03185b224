"""Another kind of lorry for a departure: how full it was, by how much it is overbooked, which kinds keep cold."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b52e90c7a1d4"
down_revision: str | None = "5f0c1e7ab4d2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("departure", sa.Column("filled_percent", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "departure", sa.Column("overbooking_percent", sa.Integer(), server_default=sa.text("100"), nullable=False)
    )
    op.add_column("vehicle_type", sa.Column("is_reefer", sa.Boolean(), server_default=sa.false(), nullable=False))
    # The kind that the seed calls refrigerated; every other is as its operator says.
    op.execute(sa.text("UPDATE vehicle_type SET is_reefer = true WHERE code = 'REEFER-13.7'"))


def downgrade() -> None:
    """Take the columns away again."""
    op.drop_column("vehicle_type", "is_reefer")
    op.drop_column("departure", "overbooking_percent")
    op.drop_column("departure", "filled_percent")
