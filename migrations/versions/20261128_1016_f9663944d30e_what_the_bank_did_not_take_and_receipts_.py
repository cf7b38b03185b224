"""What goes back and the bank did not take, and commission written down by hand that never came."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "f9663944d30e"
down_revision: str | None = "e613cd340e7c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; what is on its way back to its sender already is looked at by people now."""
    op.create_table(
        "commission_withdrawal",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["commission_receipt.transfer_id"], name=op.f("fk_commission_withdrawal_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_commission_withdrawal_transfer_id")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_commission_withdrawal")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_commission_withdrawal_transfer_id")),
    )
    for statement in insert_only_ddl("commission_withdrawal", op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("commission_receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("act_by", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("sender_return", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failed_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("act_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sender_return SET act_by = changed_at WHERE state = 'sent'")


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
