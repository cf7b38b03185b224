"""What was noted of many consignments of a lorry at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "c7e5b1f08a34"
down_revision: str | None = "8a2f6d30c9e1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "bulk_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_ids", marketplace.kernel.db.Json, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_bulk_note_departure_id_departure")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_bulk_note_company_id_company")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_bulk_note_place_code_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_note")),
    )
    op.create_index(op.f("ix_bulk_note_departure_id"), "bulk_note", ["departure_id"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
