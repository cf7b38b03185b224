"""Samples."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "c2d0e6146ec5"
down_revision: str | None = "0778add126bd"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "sample_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("goods_minor", sa.BigInteger(), nullable=False),
        sa.Column("courier_minor", sa.BigInteger(), nullable=False),
        sa.Column("customs_minor", sa.BigInteger(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("courier_days", sa.Integer(), nullable=True),
        sa.Column("credit_days", sa.Integer(), nullable=True),
        sa.Column("credit_least", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("courier", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("tracking", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("credit_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credited_order_id", sa.Uuid(), nullable=True),
        sa.Column("credited_line_id", sa.Uuid(), nullable=True),
        sa.Column("credited_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(credited_order_id IS NULL) = (credited_line_id IS NULL) "
            "AND (credited_order_id IS NULL) = (credited_at IS NULL) "
            "AND (credited_order_id IS NULL) = (credited_minor = 0)",
            name=op.f("ck_sample_order_credited_once"),
        ),
        sa.CheckConstraint("credited_minor BETWEEN 0 AND goods_minor", name=op.f("ck_sample_order_credited")),
        sa.CheckConstraint("customs_minor > 0", name=op.f("ck_sample_order_customs")),
        sa.CheckConstraint(
            "quantity > 0 AND goods_minor >= 0 AND courier_minor >= 0", name=op.f("ck_sample_order_some")
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["company.id"], name=op.f("fk_sample_order_buyer_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_sample_order_line_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_sample_order_merchant_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_sample_order_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_order")),
        sa.UniqueConstraint("credited_line_id", name=op.f("uq_sample_order_credited_line_id")),
        sa.UniqueConstraint("line_id", name=op.f("uq_sample_order_line_id")),
        sa.UniqueConstraint("order_id", name=op.f("uq_sample_order_order_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_sample_order_reference")),
    )
    with op.batch_alter_table("sample_order", schema=None) as batch_op:
        batch_op.create_index("ix_sample_order_buyer_id_listing_id", ["buyer_id", "listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sample_order_credited_order_id"), ["credited_order_id"], unique=False)
        batch_op.create_index("ix_sample_order_merchant_id_id", ["merchant_id", "id"], unique=False)
        batch_op.create_index("ix_sample_order_state_deadline_at", ["state", "deadline_at"], unique=False)
        batch_op.create_index(
            "uq_sample_order_open",
            ["buyer_id", "listing_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('ordered', 'sent', 'received')"),
            postgresql_where=sa.text("state IN ('ordered', 'sent', 'received')"),
        )

    op.create_table(
        "sample_photo",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_sample_photo_file_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample_order.id"], name=op.f("fk_sample_photo_sample_id")),
        sa.PrimaryKeyConstraint("sample_id", "file_id", name=op.f("pk_sample_photo")),
    )
    op.create_table(
        "sample_remark",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["sample_order.id"], name=op.f("fk_sample_remark_sample_id")),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_sample_remark")),
    )
    for statement in insert_only_ddl("sample_photo", op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("customs_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("sample", Json, nullable=True))

    with op.batch_alter_table("trade_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), server_default="bulk", nullable=False))
        batch_op.add_column(sa.Column("by_courier", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False))

    for table, before, rules in _CHECKS:
        _check_anew(table, before, rules)


# For each table: the rule that gives way (its name, what it was), and what stands in its place.
_CHECKS: Final = (
    (
        "order_line",
        ("amount", "amount_minor > 0"),
        {
            "amount": "(replaces_id IS NULL OR amount_minor = 0)"
            " AND (amount_minor > 0 OR (amount_minor = 0 AND customs_minor > 0))",
            "customs": "customs_minor IS NULL OR customs_minor > 0",
            "credit": "credit_minor = 0 OR credit_minor BETWEEN 1 AND amount_minor - 1",
        },
    ),
    (
        "trade_order",
        ("total", "total_minor > 0"),
        {
            "total": "total_minor > 0 OR (total_minor = 0 AND kind = 'sample')",
            "credit": "credit_minor = 0 OR credit_minor BETWEEN 1 AND total_minor - 1",
        },
    ),
    (
        "payment_terms",
        ("amount", "amount_minor > 0"),
        {"amount": "amount_minor > 0 OR (amount_minor = 0 AND plan = 'sample_free')"},
    ),
)


def _check_anew(table: str, before: tuple[str, str], rules: Mapping[str, str]) -> None:
    """Put other CHECKs in a table's schema.

    On SQLite its text is changed as sqlite.org/lang_altertable.html describes: to build the table anew would take away
    the rows that others refer to.
    """
    connection = op.get_bind()
    old, was = before
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f(f"ck_{table}_{old}"), table, type_="check")
        for name, rule in rules.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
        return
    written = f"CONSTRAINT ck_{table}_{old} CHECK ({was})"
    new = ", ".join(f"CONSTRAINT ck_{table}_{name} CHECK ({rule})" for name, rule in rules.items())
    find = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    schema = connection.execute(find, {"table": table}).scalar_one()
    if schema.count(written) != 1:
        raise RuntimeError(schema)
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": schema.replace(written, new), "table": table},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
