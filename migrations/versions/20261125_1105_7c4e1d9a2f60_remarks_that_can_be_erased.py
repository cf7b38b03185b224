"""Remarks that can be erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7c4e1d9a2f60"
down_revision: str | None = "ad7868f539b0"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LAST_TO_NOTE = (
    "UPDATE discrepancy SET remarked_by = (SELECT actor_id FROM audit_row"
    " WHERE subject = 'discrepancy' AND subject_id = discrepancy.id AND action = 'discrepancy.noted'"
    " ORDER BY id DESC LIMIT 1) WHERE remarks <> ''"
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "receipt_remark",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_remark_receipt_id")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_remark")),
    )
    op.create_index(op.f("ix_receipt_remark_person_id"), "receipt_remark", ["person_id"])
    op.execute(
        sa.text(
            "INSERT INTO receipt_remark (receipt_id, person_id, body)"
            " SELECT id, recorded_by, remarks FROM receipt WHERE remarks <> ''"
        )
    )
    # Not as a batch, which would copy the table and leave its triggers behind.
    op.drop_column("receipt", "remarks")
    op.add_column("discrepancy", sa.Column("remarked_by", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_discrepancy_remarked_by"), "discrepancy", ["remarked_by"])
    op.execute(sa.text(_LAST_TO_NOTE))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
