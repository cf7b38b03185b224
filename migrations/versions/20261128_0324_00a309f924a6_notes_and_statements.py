"""Credit and debit notes, statements, and the tax on commission."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "00a309f924a6"
down_revision: str | None = "afa61710e823"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "commission_charge",
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_commission_charge_transfer_id")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_commission_charge")),
    )
    with op.batch_alter_table("commission_charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commission_charge_line_id"), ["line_id"], unique=False)

    op.create_table(
        "issued_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("opening", marketplace.kernel.db.Json, nullable=False),
        sa.Column("closing", marketplace.kernel.db.Json, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_issued_statement_period")),
        sa.ForeignKeyConstraint(["document_id"], ["issued_document.id"], name=op.f("fk_issued_statement_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_statement")),
        sa.UniqueConstraint("document_id", name=op.f("uq_issued_statement_document_id")),
        sa.UniqueConstraint(
            "issuer_id",
            "recipient_id",
            "kind",
            "currency",
            "first_day",
            "last_day",
            name=op.f("uq_issued_statement_issuer_id_recipient_id_kind_currency_first_day_last_day"),
        ),
    )
    with op.batch_alter_table("issued_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issued_statement_recipient_id"), ["recipient_id"], unique=False)

    op.create_table(
        "trade_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_trade_note_amount")),
        sa.ForeignKeyConstraint(["document_id"], ["issued_document.id"], name=op.f("fk_trade_note_document_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_trade_note_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_trade_note_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_note")),
        sa.UniqueConstraint("cause_id", "kind", name=op.f("uq_trade_note_cause_id_kind")),
        sa.UniqueConstraint("document_id", name=op.f("uq_trade_note_document_id")),
    )
    with op.batch_alter_table("trade_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trade_note_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trade_note_order_id"), ["order_id"], unique=False)

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("commission_vat_bp", sa.Integer(), server_default="0", nullable=False))
    for table in ("commission_charge", "issued_statement", "trade_note"):
        for statement in marketplace.kernel.db.insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
