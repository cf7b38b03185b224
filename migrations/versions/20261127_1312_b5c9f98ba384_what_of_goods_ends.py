"""What of goods ends, and what merchants were told of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "b5c9f98ba384"
down_revision: str | None = "da055944a662"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; what is said already says when it ends."""
    op.add_column("listing_detail", sa.Column("ends_on", sa.Date(), nullable=True))
    op.create_index("ix_listing_detail_ends_on", "listing_detail", ["ends_on"])
    op.create_table(
        "listing_end_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(220), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_listing_end_notice_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_listing_end_notice"),
        sa.UniqueConstraint("company_id", "kind", "key", "until", "stage", name="uq_listing_end_notice_once"),
    )
    for statement in insert_only_ddl("listing_end_notice", op.get_bind().dialect.name):
        op.execute(statement)
    _fill()


def _fill() -> None:
    detail = sa.table(
        "listing_detail",
        sa.column("listing_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("document", Json),
        sa.column("ends_on", sa.Date()),
    )
    bind = op.get_bind()
    said = sa.select(detail.c.listing_id, detail.c.kind, detail.c.document)
    for row in bind.execute(said.where(detail.c.kind.in_(["certificates", "brand"]))).all():
        days = [day for day in _days(row.kind, row.document) if day]
        if days:
            bind.execute(
                sa.update(detail)
                .where(detail.c.listing_id == row.listing_id, detail.c.kind == row.kind)
                .values(ends_on=date.fromisoformat(min(days)))
            )


def _days(kind: str, document: Any) -> list[str | None]:
    if kind == "certificates":
        return [each["valid_until"] for each in document["items"]]
    return [document["until"]] if document["relation"] == "licensed" else []


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
