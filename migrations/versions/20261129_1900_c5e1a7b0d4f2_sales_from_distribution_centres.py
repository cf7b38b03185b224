"""Goods that lie in a distribution centre are ordered there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5e1a7b0d4f2"
down_revision: str | None = "c7e5b1f08a34"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("cart_line", sa.Column("centre_id", sa.Uuid(), nullable=True))
    op.add_column("trade_order", sa.Column("centre_id", sa.Uuid(), nullable=True))
    op.add_column("trade_order", sa.Column("is_domestic", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_trade_order_centre_id"), "trade_order", ["centre_id"])
    op.create_table(
        "centre_sale",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("broker_id", sa.Uuid(), nullable=True),
        sa.Column("handed", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("due_at", "told_at", "ready_at", "handed_at", "ended_at")
        ),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('bonded', 'free')", name=op.f("ck_centre_sale_status")),
        sa.CheckConstraint("quantity > 0 AND handed BETWEEN 0 AND quantity", name=op.f("ck_centre_sale_quantity")),
        sa.CheckConstraint(
            "(handed > 0) = (state IN ('handed_over', 'delivered'))", name=op.f("ck_centre_sale_handed")
        ),
        sa.CheckConstraint("broker_id IS NULL OR status = 'bonded'", name=op.f("ck_centre_sale_broker")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_centre_sale_order_id_trade_order")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_centre_sale_line_id_order_line")),
        sa.ForeignKeyConstraint(["buyer_id"], ["company.id"], name=op.f("fk_centre_sale_buyer_id_company")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_centre_sale_merchant_id_company")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_sale_centre_id_centre")),
        sa.ForeignKeyConstraint(["broker_id"], ["company.id"], name=op.f("fk_centre_sale_broker_id_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_sale")),
        sa.UniqueConstraint("line_id", name=op.f("uq_centre_sale_line_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_centre_sale_reference")),
    )
    for name in ("order_id", "buyer_id", "merchant_id", "centre_id", "broker_id"):
        op.create_index(op.f(f"ix_centre_sale_{name}"), "centre_sale", [name])
    op.create_index("ix_centre_sale_state_due_at", "centre_sale", ["state", "due_at"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
