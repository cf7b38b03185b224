"""A table that SQLite has to make anew keeps its rows, and those that hang on them."""

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from marketplace.cli.database import alembic_config, upgrade
from marketplace.kernel.ids import new_id
from tests.integration.merchants.test_migration import filled, url

BEFORE = "b52e90c7a1d4"
__all__ = ["url"]
pytestmark = pytest.mark.both_databases


def test_fees_of_before_and_why_they_were_let_off_stay(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        _plant(connection, tables, "fee_waiver", {}, cause="carrier", body="It came too late.")
    engine.dispose()
    upgrade(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        joined = (
            "SELECT w.body, f.amount_minor, f.waited_minutes FROM fee_waiver w JOIN booking_fee f ON f.id = w.fee_id"
        )
        rows = connection.execute(sa.text(joined)).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("It came too late.", 1, None)]


def _plant(connection: sa.Connection, tables: sa.MetaData, name: str, known: dict[str, Any], **given: Any) -> Any:
    """Write one row of a table with a row of each table that it needs, and return its key."""
    if name in known:
        return known[name]
    table = tables.tables[name]
    for column in table.columns:
        if column.nullable and not column.primary_key:
            continue
        parent = next((key.column.table.name for key in column.foreign_keys), None)
        if parent is not None:
            given.setdefault(column.name, _plant(connection, tables, parent, known))
        elif column.name == "id" or isinstance(column.type, sa.Uuid):
            made = new_id()
            given.setdefault(column.name, made.hex if connection.dialect.name == "sqlite" else made)
    connection.execute(filled(table, **given))
    known[name] = given[table.primary_key.columns.values()[0].name] if name != "place" else given.get("code", "x")
    return known[name]
