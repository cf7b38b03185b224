"""Evidence of both sides of a claim, and inspections before shipment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "afa61710e823"
down_revision: str | None = "16c6dd136d64"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; evidence of before was handed in by who claims, with the claim."""
    with op.batch_alter_table("claim_evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("company_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE claim_evidence SET"
        " company_id = (SELECT claimant_id FROM claim WHERE claim.id = claim_evidence.claim_id),"
        " added_at = (SELECT opened_at FROM claim WHERE claim.id = claim_evidence.claim_id)"
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("major_aql", sa.Integer(), nullable=False),
        sa.Column("minor_aql", sa.Integer(), nullable=False),
        sa.Column("lot", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("major_accepted", sa.Integer(), nullable=False),
        sa.Column("minor_accepted", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("critical", sa.Integer(), nullable=True),
        sa.Column("major", sa.Integer(), nullable=True),
        sa.Column("minor", sa.Integer(), nullable=True),
        sa.Column("checklist", Json, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (owner IS NOT NULL)", name=op.f("ck_inspection_owned_while_open")),
        sa.CheckConstraint("(reported_at IS NULL) = (checklist IS NULL)", name=op.f("ck_inspection_reported")),
        sa.CheckConstraint(
            "number > 0 AND lot > 0 AND sample BETWEEN 1 AND lot AND fee_minor >= 0", name=op.f("ck_inspection_plan")
        ),
        sa.ForeignKeyConstraint(["inspector_id"], ["company.id"], name=op.f("fk_inspection_inspector_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_inspection_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_inspection_order_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["company.id"], name=op.f("fk_inspection_payer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_inspection_line_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_inspection_reference")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_inspector_id_id", ["inspector_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inspection_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_inspection_state_deadline_at", ["state", "deadline_at"], unique=False)

    op.create_table(
        "inspection_photo",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_inspection_photo_file_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_photo_inspection_id")),
        sa.PrimaryKeyConstraint("inspection_id", "file_id", name=op.f("pk_inspection_photo")),
    )
    op.create_table(
        "inspection_remark",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_remark_inspection_id")),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_inspection_remark")),
    )

    for table in ("claim_evidence", "inspection_photo"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
