"""What buyers say of received goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "24dd3429d1c3"
down_revision: str | None = "5c1d7b2e9a40"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "review_right",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_review_right_company_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_review_right_listing_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_review_right_merchant_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_review_right")),
    )
    op.create_index("ix_review_right_company_id", "review_right", ["company_id"], unique=False)
    op.create_index("ix_review_right_listing_id", "review_right", ["listing_id"], unique=False)

    op.create_table(
        "goods_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Uuid(), nullable=True),
        sa.Column("reply_version", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(reply_id IS NULL) = (reply_version IS NULL)", name=op.f("ck_goods_review_reply")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_goods_review_company_id")),
        sa.ForeignKeyConstraint(["line_id"], ["review_right.line_id"], name=op.f("fk_goods_review_line_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_goods_review_listing_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_goods_review_merchant_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["remark.id"], name=op.f("fk_goods_review_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_review")),
        sa.UniqueConstraint("line_id", name=op.f("uq_goods_review_line_id")),
        sa.UniqueConstraint("reply_id", name=op.f("uq_goods_review_reply_id")),
    )
    op.create_index("ix_goods_review_listing_id_id", "goods_review", ["listing_id", "id"], unique=False)
    op.create_index("ix_goods_review_merchant_id_id", "goods_review", ["merchant_id", "id"], unique=False)

    op.create_table(
        "goods_review_version",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("remark_id", sa.Uuid(), nullable=False),
        sa.Column("goods", sa.Integer(), nullable=False),
        sa.Column("packing", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "goods BETWEEN 1 AND 5 AND packing BETWEEN 1 AND 5 AND on_time BETWEEN 1 AND 5",
            name=op.f("ck_goods_review_version_marks"),
        ),
        sa.ForeignKeyConstraint(["remark_id"], ["remark.id"], name=op.f("fk_goods_review_version_remark_id")),
        sa.ForeignKeyConstraint(["review_id"], ["goods_review.id"], name=op.f("fk_goods_review_version_review_id")),
        sa.PrimaryKeyConstraint("review_id", "version", name=op.f("pk_goods_review_version")),
        sa.UniqueConstraint("remark_id", name=op.f("uq_goods_review_version_remark_id")),
    )
    # Whoever received something before may review it, too.
    op.execute(
        "INSERT INTO review_right (line_id, listing_id, merchant_id, company_id, granted_at)"
        " SELECT line.id, line.listing_id, bought.merchant_id, bought.buyer_id, MIN(moved.at)"
        " FROM order_line_move moved JOIN order_line line ON line.id = moved.line_id"
        " JOIN trade_order bought ON bought.id = line.order_id"
        " WHERE moved.after IN ('delivered', 'damaged', 'wrong', 'accepted')"
        " GROUP BY line.id, line.listing_id, bought.merchant_id, bought.buyer_id"
    )
    for table in ("review_right", "goods_review_version"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
