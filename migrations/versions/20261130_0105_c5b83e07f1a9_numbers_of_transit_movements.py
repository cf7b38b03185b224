"""Keep the numbers of transit movements of lorries and of centres in one place: each stands once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5b83e07f1a9"
down_revision: str | None = "d41c7a90be52"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; of a number that stands in both places the lorry has it."""
    op.create_table(
        "transit_number",
        sa.Column("mrn", sa.String(length=35), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("mrn", name=op.f("pk_transit_number")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_transit_number_movement_id")),
    )
    for table in ("transit_movement", "centre_transit"):
        op.execute(
            sa.text(
                f"INSERT INTO transit_number (mrn, movement_id) SELECT mrn, id FROM {table} WHERE mrn IS NOT NULL"  # noqa: S608
                " AND mrn NOT IN (SELECT mrn FROM transit_number)"
            )
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
