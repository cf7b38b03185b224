"""Terms of tariff versions, freight quotes, whole lorries, and what shares of shared lorries fell by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl
from marketplace.kernel.editions import watched_ddl

revision: str = "a1d6c05f60e9"
down_revision: str | None = "d3a7f2c81b60"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "tariff_terms",
        sa.Column("tariff_id", sa.Uuid(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariff.id"], name=op.f("fk_tariff_terms_tariff_id")),
        sa.PrimaryKeyConstraint("tariff_id", name=op.f("pk_tariff_terms")),
    )
    op.create_table(
        "freight_quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("tariff_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("pallets", sa.BigInteger(), nullable=False),
        sa.Column("chargeable_g", sa.BigInteger(), nullable=False),
        sa.Column("binding", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("components", Json, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_freight_quote_time")),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_freight_quote_total")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_freight_quote_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_freight_quote_departure_id")),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariff.id"], name=op.f("fk_freight_quote_tariff_id")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_freight_quote_to_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_quote")),
    )
    op.create_index("ix_freight_quote_company_id_id", "freight_quote", ["company_id", "id"], unique=False)
    op.create_table(
        "freight_share",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("factor_bp", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("agreed_minor", sa.BigInteger(), nullable=False),
        sa.Column("share_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_freight_share_percent")),
        sa.CheckConstraint(
            "0 <= share_minor AND share_minor <= agreed_minor"
            " AND 0 <= credited_minor AND credited_minor <= agreed_minor - share_minor",
            name=op.f("ck_freight_share_share"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_freight_share_booking_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["freight_contract.id"], name=op.f("fk_freight_share_contract_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_freight_share_departure_id")),
        sa.PrimaryKeyConstraint("booking_id", "contract_id", name=op.f("pk_freight_share")),
    )
    op.create_index(op.f("ix_freight_share_departure_id"), "freight_share", ["departure_id"], unique=False)
    op.create_index(op.f("ix_freight_share_contract_id"), "freight_share", ["contract_id"], unique=False)
    op.create_table(
        "whole_lorry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kept_grams", sa.BigInteger(), nullable=False),
        sa.Column("kept_cm3", sa.BigInteger(), nullable=False),
        sa.Column("kept_ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("kept_pallets", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("free_minutes", sa.Integer(), nullable=False),
        sa.Column("waiting_minor", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kept_grams >= 0 AND kept_cm3 >= 0 AND kept_ldm_mm >= 0 AND kept_pallets >= 0",
            name=op.f("ck_whole_lorry_kept"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_whole_lorry_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_whole_lorry_departure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whole_lorry")),
    )
    op.create_index(op.f("ix_whole_lorry_departure_id"), "whole_lorry", ["departure_id"], unique=False)
    op.create_index(
        "uq_whole_lorry_departure_id",
        "whole_lorry",
        ["departure_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    dialect = op.get_bind().dialect.name
    for table in ("tariff_terms", "freight_quote", "freight_share"):
        for statement in insert_only_ddl(table, dialect):
            op.execute(statement)
    for statement in watched_ddl("tariff_terms", dialect):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
