"""A table that SQLite has to make anew keeps its rows, and those that hang on them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.orm import Session

from marketplace.cli.database import alembic_config, upgrade
from marketplace.distribution.holds.models import HoldAboard, HoldCase
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import HoldCause
from tests.integration.merchants.test_migration import NOW, filled, url

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


def test_a_lorry_that_is_held_has_its_case_with_what_is_aboard(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)
    known: dict[str, Any] = {}
    with engine.begin() as connection:
        held = _plant(connection, tables, "departure", known, state="held", hold_cause="papers")
        _plant(connection, tables, "booking", known, state="in_transit", cm3=3_000, grams=5)
        began = {"subject": "departure", "subject_id": held, "action": "departure.hold"}
        _plant(connection, tables, "audit_row", {}, at=NOW - timedelta(hours=5), **began)
        _plant(connection, tables, "departure", dict(known, departure=None), reference="other")
    engine.dispose()
    upgrade(url)
    engine = sa.create_engine(url)
    with Session(engine) as session:
        (case,) = session.scalars(sa.select(HoldCase)).all()
        aboard = session.execute(sa.select(HoldAboard.case_id, HoldAboard.chargeable_g)).all()
        assert (case.cause, case.rule_id, case.booking_id, case.ended_at) == (HoldCause.PAPERS, None, None, None)
        assert (case.began_at, [tuple(row) for row in aboard]) == (NOW - timedelta(hours=5), [(case.id, 1_850)])
    engine.dispose()


def _plant(connection: sa.Connection, tables: sa.MetaData, name: str, known: dict[str, Any], **given: Any) -> Any:
    """Write one row of a table with a row of each table that it needs, and return its key."""
    if known.get(name) is not None:
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
