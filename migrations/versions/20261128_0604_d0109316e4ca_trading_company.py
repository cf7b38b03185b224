"""The operator's trading company, merchants who agreed to sell to it, and what it buys for its orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "d0109316e4ca"
down_revision: str | None = "6b7f21f38b50"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "trading_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("trader_id", sa.Uuid(), nullable=False),
        sa.Column("margin_bp", sa.Integer(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("margin_bp BETWEEN 0 AND 4000", name=op.f("ck_trading_agreement_margin")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_trading_agreement_merchant_id")),
        sa.ForeignKeyConstraint(["trader_id"], ["company.id"], name=op.f("fk_trading_agreement_trader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trading_agreement")),
    )
    with op.batch_alter_table("trading_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_trading_agreement_merchant_id_id", ["merchant_id", "id"], unique=False)
        batch_op.create_index(
            "uq_trading_agreement_live",
            ["merchant_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('offered', 'agreed')"),
            postgresql_where=sa.text("state IN ('offered', 'agreed')"),
        )

    op.create_table(
        "trading_company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_trading_company_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trading_company")),
    )
    op.create_table(
        "order_purchase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("trader_id", sa.Uuid(), nullable=False),
        sa.Column("margin_bp", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payee", Json, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_purchase_amount")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["trading_agreement.id"], name=op.f("fk_order_purchase_agreement_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_order_purchase_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_purchase")),
        sa.UniqueConstraint("order_id", name=op.f("uq_order_purchase_order_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_order_purchase_reference")),
    )
    with op.batch_alter_table("order_purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_purchase_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "order_purchase_line",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("unit_price_micro", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("let_off_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_purchase_line_amount")),
        sa.CheckConstraint("let_off_minor BETWEEN 0 AND amount_minor", name=op.f("ck_order_purchase_line_let_off")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_order_purchase_line_line_id")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["order_purchase.id"], name=op.f("fk_order_purchase_line_purchase_id")
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_order_purchase_line")),
    )
    with op.batch_alter_table("order_purchase_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_purchase_line_purchase_id"), ["purchase_id"], unique=False)

    with op.batch_alter_table("incoming_transfer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("house_entry_id", sa.Uuid(), nullable=True))

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sale_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("margin_bp", sa.Integer(), nullable=True))
        batch_op.create_index("uq_payment_terms_sale_id", ["sale_id"], unique=True)

    with op.batch_alter_table("trade_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seller_id", sa.Uuid(), nullable=True))

    once = sa.text("purpose IN ('receipt', 'payout', 'payout_return', 'sender_sent', 'sale_receipt', 'sale_return')")
    op.drop_index("uq_house_part_once", table_name="house_part")
    op.create_index(
        "uq_house_part_once",
        "house_part",
        ["target_id", "purpose", "turn"],
        unique=True,
        sqlite_where=once,
        postgresql_where=once,
    )
    for table in ("trading_company", "order_purchase"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
