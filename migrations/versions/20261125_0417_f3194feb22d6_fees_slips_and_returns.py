"""Fees, slips and returns."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "f3194feb22d6"
down_revision: str | None = "5d1c7e90b3a4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "return_receipt",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["ledger_transfer.id"], name=op.f("fk_return_receipt_return_id")),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_return_receipt")),
    )
    op.create_table(
        "card_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=True),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("bank_reference", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'due') = (second_by IS NULL)", name=op.f("ck_card_return_approved")),
        sa.CheckConstraint("(first_by IS NULL) = (way IS NULL)", name=op.f("ck_card_return_chosen")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_return_amount")),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name=op.f("ck_card_return_two_people")),
        sa.ForeignKeyConstraint(["charge_id"], ["card_charge.id"], name=op.f("fk_card_return_charge_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["card_refund.id"], name=op.f("fk_card_return_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_return")),
        sa.UniqueConstraint("reference", name=op.f("uq_card_return_reference")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_card_return_refund_id")),
    )
    with op.batch_alter_table("card_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_return_charge_id"), ["charge_id"], unique=False)
        batch_op.create_index("ix_card_return_state_id", ["state", "id"], unique=False)

    with op.batch_alter_table("card_charge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fee_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("fee_currency", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("card_refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_payment_state_answer_by", ["state", "answer_by"], unique=False)

    # Slips that wait already are asked about at once.
    op.execute(sa.text("UPDATE payment SET answer_by = COALESCE(slip_at, created_at) WHERE state = 'slip_received'"))
    for statement in insert_only_ddl("return_receipt", op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
