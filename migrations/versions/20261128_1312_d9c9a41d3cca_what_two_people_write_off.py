"""What two people write off, and the word that what is owed back is sent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d9c9a41d3cca"
down_revision: str | None = "5e19c07ab2d4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "receivable_write_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=False),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("act_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'done' OR (second_by IS NOT NULL AND transfer_id IS NOT NULL)",
            name=op.f("ck_receivable_write_off_agreed"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_receivable_write_off_amount")),
        sa.CheckConstraint(
            "second_by IS NULL OR second_by <> first_by", name=op.f("ck_receivable_write_off_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_receivable_write_off_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receivable_write_off")),
        sa.UniqueConstraint("reference", name=op.f("uq_receivable_write_off_reference")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_receivable_write_off_transfer_id")),
    )
    with op.batch_alter_table("receivable_write_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receivable_write_off_act_by"), ["act_by"], unique=False)
        batch_op.create_index(
            "uq_receivable_write_off_open",
            ["company_id", "currency"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
    op.create_table(
        "return_notice",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["return_id"], ["ledger_transfer.id"], name=op.f("fk_return_notice_return_id")),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_return_notice")),
    )
    op.create_index(op.f("ix_return_notice_answer_by"), "return_notice", ["answer_by"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
