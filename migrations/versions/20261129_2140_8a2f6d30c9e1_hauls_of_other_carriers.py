"""Ranges of departures that a carrier other than that of the line drives."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "8a2f6d30c9e1"
down_revision: str | None = "2f8b6d3c0e14"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "haul",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("first_stop", sa.Integer(), nullable=False),
        sa.Column("last_stop", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_stop >= 0 AND last_stop > first_stop", name=op.f("ck_haul_stops")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_haul_departure_id_departure")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_haul_company_id_company")),
        sa.ForeignKeyConstraint(["offered_by"], ["company.id"], name=op.f("fk_haul_offered_by_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_haul")),
    )
    for name in ("departure_id", "company_id"):
        op.create_index(op.f(f"ix_haul_{name}"), "haul", [name])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
