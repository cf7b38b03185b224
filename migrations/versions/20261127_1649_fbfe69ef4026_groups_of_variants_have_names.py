"""Groups of variants have names."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "fbfe69ef4026"
down_revision: str | None = "d6b86647d860"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Call each group by its first article, whose number no other listing of its merchant has.

    The table is not written anew: on SQLite variants would lose the group that they name.
    """
    op.add_column("variant_group", sa.Column("name", sa.String(length=80), server_default="", nullable=False))
    op.execute(
        sa.text(
            "UPDATE variant_group SET name = coalesce("
            "(SELECT listing.sku FROM listing_variant JOIN listing ON listing.id = listing_variant.listing_id "
            "WHERE listing_variant.group_id = variant_group.id ORDER BY listing_variant.position LIMIT 1), "
            "CAST(variant_group.id AS VARCHAR(36)))"
        )
    )
    op.drop_index("ix_variant_group_company_id", table_name="variant_group")
    op.create_index("uq_variant_group_company_id_name", "variant_group", ["company_id", "name"], unique=True)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
