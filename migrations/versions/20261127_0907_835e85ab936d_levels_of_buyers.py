"""Levels of buyers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "835e85ab936d"
down_revision: str | None = "1c533cb23d0a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; what was chosen before was asked of companies that sell."""
    _widen_rules(op.get_bind())
    op.create_table(
        "qualification",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_qualification_company_id"),
        sa.PrimaryKeyConstraint("company_id", name="pk_qualification"),
    )
    op.create_index("ix_qualification_kind_state_until", "qualification", ["kind", "state", "until"])
    op.create_table(
        "warehouse",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("street", sa.String(200), nullable=False),
        sa.Column("city", sa.String(100), nullable=False),
        sa.Column("region", sa.String(100), nullable=False),
        sa.Column("postcode", sa.String(16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_warehouse_company_id"),
        sa.PrimaryKeyConstraint("company_id", name="pk_warehouse"),
    )
    op.create_table(
        "credit_limit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_credit_limit_amount_not_negative"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_credit_limit_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_limit"),
    )
    op.create_index("ix_credit_limit_company_id_currency_id", "credit_limit", ["company_id", "currency", "id"])
    for statement in insert_only_ddl("credit_limit", op.get_bind().dialect.name):
        op.execute(statement)


def _widen_rules(connection: sa.Connection) -> None:
    """Make the kind of company part of a choice's key: the table is small and written anew."""
    old = sa.table("requirement_rule", sa.column("country"), sa.column("item"), sa.column("asked"))
    chosen = [dict(row) for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("requirement_rule")
    new = op.create_table(
        "requirement_rule",
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("asked", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("country", "kind", "item", name="pk_requirement_rule"),
    )
    for row in chosen:
        connection.execute(sa.insert(new).values(kind="merchant", **row))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
