"""Lists of goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "1010d38ee603"
down_revision: str | None = "7e3a9c4d1b58"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "saved_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_saved_list_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
    )
    op.create_index("ix_saved_list_company_id_id", "saved_list", ["company_id", "id"], unique=False)
    op.create_index("ix_saved_list_person_id", "saved_list", ["person_id"], unique=False)

    op.create_table(
        "saved_item",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("price_micro", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_saved_item_quantity")),
        sa.ForeignKeyConstraint(["list_id"], ["saved_list.id"], name=op.f("fk_saved_item_list_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_saved_item_listing_id")),
        sa.PrimaryKeyConstraint("list_id", "listing_id", name=op.f("pk_saved_item")),
    )
    op.create_index("ix_saved_item_listing_id", "saved_item", ["listing_id"], unique=False)
    op.create_index("ix_saved_item_saved_by", "saved_item", ["saved_by"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
