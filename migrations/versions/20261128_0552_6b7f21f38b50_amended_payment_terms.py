"""Amended payment terms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "6b7f21f38b50"
down_revision: str | None = "c2d0e6146ec5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; nothing that was placed before was amended."""
    op.create_table(
        "terms_amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("terms_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=True),
        sa.Column("account", Json, nullable=True),
        sa.Column("plan", Json, nullable=True),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(payee_id IS NULL) = (account IS NULL)", name=op.f("ck_terms_amendment_account")),
        sa.CheckConstraint("(payee_id IS NULL) = (plan IS NOT NULL)", name=op.f("ck_terms_amendment_one_thing")),
        sa.CheckConstraint("number > 0", name=op.f("ck_terms_amendment_number")),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("fk_terms_amendment_payee_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["payment_terms.id"], name=op.f("fk_terms_amendment_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_amendment")),
        sa.UniqueConstraint("cause_id", name=op.f("uq_terms_amendment_cause_id")),
        sa.UniqueConstraint("terms_id", "number", name=op.f("uq_terms_amendment_terms_id_number")),
    )
    with op.batch_alter_table("terms_amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_terms_amendment_payee_id"), ["payee_id"], unique=False)

    op.create_table(
        "order_change_stop",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["order_change.id"], name=op.f("fk_order_change_stop_change_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_order_change_stop")),
    )
    with op.batch_alter_table("order_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("binds_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_order_change_ended"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_order_change_line"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_order_change_ended"), "(ended_at IS NULL) = (state IN ('proposed', 'agreed'))"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_order_change_line"), "(kind IN ('cancel', 'plan', 'payee')) = (line_id IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_order_change_binds_from"), "(kind = 'payee') = (binds_from IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_order_change_waits"), "kind = 'payee' OR state NOT IN ('agreed', 'stopped')"
        )
        batch_op.drop_index(batch_op.f("uq_order_change_order"))
        batch_op.create_index(
            "uq_order_change_order",
            ["order_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'agreed') AND line_id IS NULL"),
            postgresql_where=sa.text("state IN ('proposed', 'agreed') AND line_id IS NULL"),
        )
        batch_op.create_index("ix_order_change_state_binds_from", ["state", "binds_from"], unique=False)

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amended_account", Json, nullable=True))
        batch_op.add_column(sa.Column("amended_plan", Json, nullable=True))

    for table in ("terms_amendment", "order_change_stop"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
