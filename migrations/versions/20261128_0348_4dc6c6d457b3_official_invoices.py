"""The register of official invoices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "4dc6c6d457b3"
down_revision: str | None = "00a309f924a6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "official_invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("refers_to", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(net_minor < 0 AND tax_minor <= 0) OR (net_minor > 0 AND tax_minor >= 0)",
            name=op.f("ck_official_invoice_sign"),
        ),
        sa.CheckConstraint("net_minor <> 0", name=op.f("ck_official_invoice_amount")),
        sa.CheckConstraint("net_minor > 0 OR refers_to IS NOT NULL", name=op.f("ck_official_invoice_red")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_official_invoice_file_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_official_invoice_order_id")),
        sa.ForeignKeyConstraint(["refers_to"], ["official_invoice.id"], name=op.f("fk_official_invoice_refers_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_invoice")),
        sa.UniqueConstraint(
            "issuer_id", "country", "code", "number", name=op.f("uq_official_invoice_issuer_id_country_code_number")
        ),
    )
    with op.batch_alter_table("official_invoice", schema=None) as batch_op:
        batch_op.create_index("ix_official_invoice_buyer_id_id", ["buyer_id", "id"], unique=False)
        batch_op.create_index("ix_official_invoice_issuer_id_id", ["issuer_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_official_invoice_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_official_invoice_refers_to"), ["refers_to"], unique=False)

    op.create_table(
        "official_invoice_match",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_official_invoice_match_some")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["official_invoice.id"], name=op.f("fk_official_invoice_match_invoice_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_official_invoice_match_line_id")),
        sa.PrimaryKeyConstraint("invoice_id", "line_id", name=op.f("pk_official_invoice_match")),
    )
    with op.batch_alter_table("official_invoice_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_official_invoice_match_line_id"), ["line_id"], unique=False)

    op.create_table(
        "official_invoice_reminder",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_official_invoice_reminder_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_official_invoice_reminder")),
    )
    for statement in insert_only_ddl("official_invoice_reminder", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
