"""Sales from distribution centres are handed over in parts; those that were at once become one each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.ids import new_id

revision: str = "b1f7c09d4e63"
down_revision: str | None = "5c1e0d9a7f34"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SALE = sa.table(
    "centre_sale",
    sa.column("id", sa.Uuid()),
    sa.column("handed", sa.BigInteger()),
    sa.column("number", sa.String()),
    sa.column("handed_at", sa.DateTime(timezone=True)),
    sa.column("ended_at", sa.DateTime(timezone=True)),
    sa.column("line_id", sa.Uuid()),
)
_MOVE = sa.table(
    "order_line_move",
    sa.column("line_id", sa.Uuid()),
    sa.column("before", sa.String()),
    sa.column("after", sa.String()),
    sa.column("quantity", sa.BigInteger()),
)


def upgrade() -> None:
    """Bring the schema forward."""
    # Nothing points to it yet: on SQLite it is made anew for its check.
    with op.batch_alter_table("centre_sale", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_centre_sale_handed"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_centre_sale_handed"),
            "(handed > 0) = (state IN ('partly_handed', 'handed_over', 'delivered'))",
        )
    collection = op.create_table(
        "centre_collection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("damaged", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_centre_collection_quantity")),
        sa.CheckConstraint("(damaged IS NULL) = (delivered_at IS NULL)", name=op.f("ck_centre_collection_delivered")),
        sa.CheckConstraint(
            "damaged IS NULL OR damaged BETWEEN 0 AND quantity", name=op.f("ck_centre_collection_damaged")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["centre_sale.id"], name=op.f("fk_centre_collection_sale_id_centre_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_collection")),
    )
    op.create_index(op.f("ix_centre_collection_sale_id"), "centre_collection", ["sale_id"])
    reads = op.get_bind()
    for row in reads.execute(sa.select(_SALE).where(_SALE.c.handed > 0)).all():
        damaged = reads.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(_MOVE.c.quantity), 0)).where(
                _MOVE.c.line_id == row.line_id, _MOVE.c.before == "in_transit", _MOVE.c.after == "damaged"
            )
        )
        reads.execute(
            collection.insert().values(
                id=new_id(),
                sale_id=row.id,
                quantity=row.handed,
                number=row.number,
                handed_at=row.handed_at,
                delivered_at=row.ended_at,
                damaged=None if row.ended_at is None else int(damaged or 0),
            )
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
