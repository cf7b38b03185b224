"""References of subjects and of commission receipts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "19a47d6c2c81"
down_revision: str | None = "f3194feb22d6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "commission_receipt",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_commission_receipt_transfer_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_commission_receipt")),
    )
    for statement in insert_only_ddl("commission_receipt", op.get_bind().dialect.name):
        op.execute(sa.text(statement))

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=16), nullable=True))
    for kind, table in (("order", "trade_order"), ("freight", "freight_contract")):
        of_subject = f"SELECT reference FROM {table} WHERE {table}.id = payment_terms.subject_id"  # noqa: S608  ours
        op.execute(sa.text(f"UPDATE payment_terms SET reference = ({of_subject}) WHERE subject_kind = '{kind}'"))  # noqa: S608
    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.alter_column("reference", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_index("ix_payment_terms_reference", ["reference"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
