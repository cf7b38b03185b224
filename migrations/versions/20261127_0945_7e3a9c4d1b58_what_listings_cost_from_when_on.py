"""What listings cost from when on."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.columns
import marketplace.kernel.db
from marketplace.kernel.db import insert_only_ddl
from marketplace.kernel.ids import new_id

revision: str = "7e3a9c4d1b58"
down_revision: str | None = "24dd3429d1c3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT_ONCE = 1_000
_listing = sa.table(
    "listing", sa.column("id", sa.Uuid), sa.column("changed_at", marketplace.kernel.columns.UtcDateTime)
)
_prices = (
    sa.column("id", sa.Uuid),
    sa.column("listing_id", sa.Uuid),
    sa.column("currency", sa.String),
    sa.column("incoterm", sa.String),
    sa.column("place_code", sa.String),
    sa.column("tiers", marketplace.kernel.db.Json),
)
_ladder = sa.table("price_ladder", *_prices)
_history = sa.table(
    "price_history",
    *(sa.column(each.name, each.type) for each in _prices),
    sa.column("at", marketplace.kernel.columns.UtcDateTime),
)


def upgrade() -> None:
    """Bring the schema forward; what listings cost now has stood at least since they were changed last."""
    op.create_table(
        "price_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("at", marketplace.kernel.columns.UtcDateTime(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("incoterm", sa.String(3), nullable=False),
        sa.Column("place_code", sa.String(40), nullable=False),
        sa.Column("tiers", marketplace.kernel.db.Json, nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name="fk_price_history_listing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_price_history"),
    )
    op.create_index("ix_price_history_listing_id_id", "price_history", ["listing_id", "id"])
    _begin(op.get_bind())
    for statement in insert_only_ddl("price_history", op.get_bind().dialect.name):
        op.execute(statement)


def _begin(connection: sa.Connection) -> None:
    last = UUID(int=0)
    while True:
        found = connection.execute(
            sa.select(_ladder, _listing.c.changed_at)
            .join_from(_ladder, _listing, _listing.c.id == _ladder.c.listing_id)
            .where(_ladder.c.id > last)
            .order_by(_ladder.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1].id
        names = ("listing_id", "currency", "incoterm", "place_code", "tiers")
        rows = [{name: getattr(row, name) for name in names} | {"id": new_id(), "at": row.changed_at} for row in found]
        connection.execute(sa.insert(_history), rows)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
