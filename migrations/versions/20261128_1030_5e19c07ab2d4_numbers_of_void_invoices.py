"""Numbers of void invoices, and the price at which goods were accepted."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "5e19c07ab2d4"
down_revision: str | None = "b7bfde10f55b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE: Final = "official_invoice"
_NAME: Final = "uq_official_invoice_issuer_id_country_code_number"
_COLUMNS: Final = ("issuer_id", "country", "code", "number")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("acceptance", sa.Column("unit_price_micro", sa.BigInteger(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_NAME), _TABLE, type_="unique")
    else:
        _drop_constraint()
    not_void = sa.text("state <> 'cancelled'")
    op.create_index(_NAME, _TABLE, _COLUMNS, unique=True, sqlite_where=not_void, postgresql_where=not_void)


def _drop_constraint() -> None:
    """Take the constraint out of the table's schema on SQLite, where it has an index of its own.

    To build the table anew would take away the rows that others refer to. So the text of the schema is changed, as
    sqlite.org/lang_altertable.html describes; the constraint's index becomes one that has a name, which can be dropped.
    """
    connection = op.get_bind()
    written = f", \n\tCONSTRAINT {_NAME} UNIQUE ({', '.join(_COLUMNS)})"
    find = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"
    schema = connection.execute(sa.text(find), {"name": _TABLE}).scalar_one()
    if schema.count(written) != 1:
        raise RuntimeError(schema)
    owns = [row for row in connection.exec_driver_sql(f"PRAGMA index_list({_TABLE})") if row.origin == "u"]
    if len(owns) != 1:
        raise RuntimeError(str(owns))
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": schema.replace(written, ""), "name": _TABLE},
    )
    connection.execute(
        sa.text("UPDATE sqlite_master SET name = :new, sql = :sql WHERE type = 'index' AND name = :name"),
        {
            "new": _NAME,
            "sql": f"CREATE UNIQUE INDEX {_NAME} ON {_TABLE} ({', '.join(_COLUMNS)})",
            "name": owns[0].name,
        },
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    op.drop_index(_NAME, _TABLE)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
