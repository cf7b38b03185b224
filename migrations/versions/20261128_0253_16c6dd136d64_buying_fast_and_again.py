"""Buying fast and again: numbers to order by, lists put aside, cost centres on orders and papers."""

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.columns
import marketplace.kernel.db

revision: str = "16c6dd136d64"
down_revision: str | None = "3fb89b9958cf"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT_ONCE = 1_000


def upgrade() -> None:
    """Bring the schema forward; live listings get their numbers, groups of before the words of their units."""
    op.create_table(
        "listing_number",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listing_card.listing_id"],
            name=op.f("fk_listing_number_listing_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing_id", "number", name=op.f("pk_listing_number")),
    )
    with op.batch_alter_table("listing_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_number_number"), ["number"], unique=False)
    # Not as a batch, which would write the table anew on SQLite, while others refer to it.
    op.add_column("company", sa.Column("prints_cost_centre", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("order_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_name", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("cost_centre", sa.String(length=40), nullable=True))
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", marketplace.kernel.columns.UtcDateTime(), nullable=True))
    with op.batch_alter_table("trade_order", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cost_centre", sa.String(length=40), server_default=sa.text("''"), nullable=False)
        )
    _name_units(op.get_bind())
    _number(op.get_bind())


def _name_units(connection: sa.Connection) -> None:
    unit = sa.table("company_unit", sa.column("id"), sa.column("name"), sa.column("cost_centre"))
    group = sa.table("order_group", sa.column("unit_id"), sa.column("unit_name"), sa.column("cost_centre"))
    of_group = unit.c.id == group.c.unit_id
    connection.execute(
        sa.update(group)
        .where(group.c.unit_id.is_not(None))
        .values(
            unit_name=sa.select(unit.c.name).where(of_group).scalar_subquery(),
            cost_centre=sa.select(unit.c.cost_centre).where(of_group).scalar_subquery(),
        )
    )


def _number(connection: sa.Connection) -> None:
    """Write the numbers of live listings as ``catalog.rules.details.parts`` reads them today."""
    listing = sa.table("listing", sa.column("id", sa.Uuid()), sa.column("sku"))
    card = sa.table("listing_card", sa.column("listing_id", sa.Uuid()))
    detail = sa.table(
        "listing_detail",
        sa.column("listing_id", sa.Uuid()),
        sa.column("kind"),
        sa.column("document", marketplace.kernel.db.Json),
    )
    number = sa.table("listing_number", sa.column("listing_id", sa.Uuid()), sa.column("number"))
    wanted = (
        sa.select(listing.c.id, listing.c.sku, detail.c.document)
        .join_from(card, listing, listing.c.id == card.c.listing_id)
        .outerjoin(detail, sa.and_(detail.c.listing_id == listing.c.id, detail.c.kind == "parts"))
    )
    for batch in connection.execute(wanted).partitions(_AT_ONCE):
        rows = [
            {"listing_id": row.id, "number": each}
            for row in batch
            for each in dict.fromkeys(map(_lookup, (row.sku, *_said(row.document))))
        ]
        connection.execute(sa.insert(number), rows)


def _said(document: dict | None) -> list[str]:
    return [document["number"], *(each["number"] for each in document["crosses"])] if document else []


def _lookup(text: str) -> str:
    letters = "".join(each for each in unicodedata.normalize("NFKC", text).upper() if each.isalnum())
    return (letters or text.strip())[:120]


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
