"""Bonded goods that were sold in a distribution centre go on to another place under a transit movement."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "d4a90e6b2f18"
down_revision: str | None = "7f3d90b2c815"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "centre_transit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("regime", sa.String(length=32), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("mrn", sa.String(length=35), nullable=True),
        sa.Column("guarantee", sa.String(length=32), nullable=False),
        sa.Column("guarantee_reference", sa.String(length=35), nullable=False),
        sa.Column("guarantee_minor", sa.BigInteger(), nullable=False),
        sa.Column("guarantee_currency", sa.String(length=3), nullable=False),
        sa.Column("guarantee_until", sa.Date(), nullable=False),
        sa.Column("discharge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("guarantee_minor > 0", name=op.f("ck_centre_transit_guarantee")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_transit_company_id_company")),
        sa.ForeignKeyConstraint(["sale_id"], ["centre_sale.id"], name=op.f("fk_centre_transit_sale_id_centre_sale")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_centre_transit_to_place_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_transit")),
        sa.UniqueConstraint("mrn", name=op.f("uq_centre_transit_mrn")),
    )
    for name in ("sale_id", "company_id"):
        op.create_index(op.f(f"ix_centre_transit_{name}"), "centre_transit", [name])
    op.create_table(
        "centre_transit_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transit_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("remark", sa.String(length=32), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_transit_step_company_id_company")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_centre_transit_step_place_code_place")),
        sa.ForeignKeyConstraint(
            ["transit_id"], ["centre_transit.id"], name=op.f("fk_centre_transit_step_transit_id_centre_transit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_transit_step")),
    )
    for name in ("transit_id", "company_id"):
        op.create_index(op.f(f"ix_centre_transit_step_{name}"), "centre_transit_step", [name])
    for statement in insert_only_ddl("centre_transit_step", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
