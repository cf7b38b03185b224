"""How many twenty-foot units a lorry counts as, and the monthly figures of the corridor as they were closed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "c4d81b6e05fa"
down_revision: str | None = "9c4f27d1e6b8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("vehicle_type", sa.Column("teu_hundredths", sa.Integer(), server_default="225", nullable=False))
    op.create_table(
        "month_close",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_close")),
    )
    op.create_table(
        "closed_lorries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closed_in", sa.String(length=7), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("departures", sa.BigInteger(), nullable=False),
        sa.Column("loaded", sa.BigInteger(), nullable=False),
        sa.Column("teu_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("on_time", sa.BigInteger(), nullable=False),
        sa.Column("used_grams", sa.BigInteger(), nullable=False),
        sa.Column("used_cm3", sa.BigInteger(), nullable=False),
        sa.Column("used_ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("used_pallets", sa.BigInteger(), nullable=False),
        sa.Column("room_grams", sa.BigInteger(), nullable=False),
        sa.Column("room_cm3", sa.BigInteger(), nullable=False),
        sa.Column("room_ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("room_pallets", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["closed_in"], ["month_close.month"], name=op.f("fk_closed_lorries_closed_in")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_closed_lorries_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_lorries")),
        sa.UniqueConstraint("closed_in", "month", "line_id", "direction", name="uq_closed_lorries_key"),
    )
    op.create_table(
        "closed_goods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closed_in", sa.String(length=7), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("from_country", sa.String(length=2), nullable=False),
        sa.Column("to_country", sa.String(length=2), nullable=False),
        sa.Column("chapter", sa.String(length=2), nullable=False),
        sa.Column("shipper_id", sa.Uuid(), nullable=False),
        sa.Column("consignee_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("consignments", sa.BigInteger(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("cny_minor", sa.BigInteger(), nullable=False),
        sa.Column("unrated_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["closed_in"], ["month_close.month"], name=op.f("fk_closed_goods_closed_in")),
        sa.ForeignKeyConstraint(["consignee_id"], ["company.id"], name=op.f("fk_closed_goods_consignee_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_closed_goods_line_id")),
        sa.ForeignKeyConstraint(["shipper_id"], ["company.id"], name=op.f("fk_closed_goods_shipper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_goods")),
        sa.UniqueConstraint(
            "closed_in",
            "month",
            "line_id",
            "from_country",
            "to_country",
            "chapter",
            "shipper_id",
            "consignee_id",
            "currency",
            name="uq_closed_goods_key",
        ),
    )
    op.create_table(
        "closed_stages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closed_in", sa.String(length=7), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("from_place", sa.String(length=40), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("passed", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("planned_minutes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["closed_in"], ["month_close.month"], name=op.f("fk_closed_stages_closed_in")),
        sa.ForeignKeyConstraint(["from_place"], ["place.code"], name=op.f("fk_closed_stages_from_place")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_closed_stages_line_id")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_closed_stages_to_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_stages")),
        sa.UniqueConstraint("closed_in", "month", "line_id", "from_place", "to_place", name="uq_closed_stages_key"),
    )
    op.create_table(
        "closed_rate",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("closed_in", sa.String(length=7), nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["closed_in"], ["month_close.month"], name=op.f("fk_closed_rate_closed_in")),
        sa.PrimaryKeyConstraint("month", "currency", name=op.f("pk_closed_rate")),
    )
    op.create_index(op.f("ix_closed_rate_closed_in"), "closed_rate", ["closed_in"], unique=False)
    for table in ("month_close", "closed_lorries", "closed_goods", "closed_stages", "closed_rate"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
