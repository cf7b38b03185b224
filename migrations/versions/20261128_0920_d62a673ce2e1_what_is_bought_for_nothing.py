"""What samples and goods in the place of others are bought for, what the credit of a sample takes off a purchase.

And which merchants were reminded of official invoices to the trading company.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "d62a673ce2e1"
down_revision: str | None = "d0109316e4ca"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("order_purchase_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("customs_minor", sa.BigInteger(), nullable=True))
    for table, before, rules in _CHECKS:
        _check_anew(table, before, rules)
    reminder = "official_invoice_purchase_reminder"
    op.create_table(
        reminder,
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f(f"fk_{reminder}_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f(f"pk_{reminder}")),
    )
    for statement in insert_only_ddl(reminder, op.get_bind().dialect.name):
        op.execute(statement)


# For each table: the rule that gives way (its name, what it was), and what stands in its place.
_CHECKS: Final = (
    ("order_purchase", ("amount", "amount_minor > 0"), {"amount": "amount_minor >= 0"}),
    (
        "order_purchase_line",
        ("amount", "amount_minor > 0"),
        {
            "amount": "amount_minor > 0 OR (amount_minor = 0 AND customs_minor > 0)",
            "customs": "customs_minor IS NULL OR customs_minor > 0",
            "credit": "credit_minor = 0 OR credit_minor BETWEEN 1 AND amount_minor - 1",
        },
    ),
)


def _check_anew(table: str, before: tuple[str, str], rules: Mapping[str, str]) -> None:
    """Put other CHECKs in a table's schema.

    On SQLite its text is changed as sqlite.org/lang_altertable.html describes: to build the table anew would take away
    the rows that others refer to, and what keeps its rows from being written again.
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
