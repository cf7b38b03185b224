"""Rows as lines and back, by one way for both databases: values as they are stored, not as features read them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from marketplace.backup import rules
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.editions import Edition
from marketplace.kernel.exports import plain

AT_ONCE: Final = 1000
# A missing value and JSON's own null are two things, so JSON is read and written without folding them.
_JSON: Final = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def all_tables() -> list[sa.Table]:
    """Return every table, each after those it refers to; the stamp of an edition is of one database only."""
    return [table for table in Base.metadata.sorted_tables if table.name != Edition.__tablename__]


def counted(connection: sa.Connection, table: sa.Table) -> int:
    """Count the rows of a table."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def lines(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    """Yield a table row by row in the order of its key, a portion at a time in memory."""
    stored = _as_stored(table)
    is_json = [isinstance(column.type, sa.JSON) for column in table.columns]
    empty = [
        stored.c[column.name].is_(sa.null()) for column, json_ in zip(table.columns, is_json, strict=True) if json_
    ]
    wanted = sa.select(*stored.c, *(mark.label(f"empty_{place}") for place, mark in enumerate(empty)))
    order = [stored.c[column.name] for column in table.primary_key]
    result = connection.execution_options(yield_per=AT_ONCE).execute(wanted.order_by(*order))
    width = len(is_json)
    for row in result:
        marks = iter(row[width:])
        yield rules.line(
            (None if next(marks) else [value]) if json_ else plain(value)
            for value, json_ in zip(row[:width], is_json, strict=True)
        )


def rows(table: sa.Table, columns: tuple[str, ...], written: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table's lines, those that other rows of it name first."""
    readers = [_reader(table.columns[name]) for name in columns]
    found = (
        {name: read(value) for name, read, value in zip(columns, readers, json.loads(line), strict=True)}
        for line in written
    )
    keys = [key for key in table.foreign_keys if key.column.table is table]
    if not keys:
        return found
    parents = tuple(sorted(key.parent.name for key in keys))
    return rules.parents_first(found, key=keys[0].column.name, parents=parents)


def insert(connection: sa.Connection, table: sa.Table, portion: Sequence[Mapping[str, Any]]) -> None:
    """Write a portion of rows."""
    connection.execute(sa.insert(_as_stored(table)), list(portion))


def _as_stored(table: sa.Table) -> sa.TableClause:
    return sa.table(table.name, *(sa.column(column.name, _type(column.type)) for column in table.columns))


def _type(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    if isinstance(type_, sa.JSON):
        return _JSON
    # An instant is stored with a zone on one database and without on the other; every other type alike.
    if isinstance(type_, sa.types.TypeDecorator) and not isinstance(type_, UtcDateTime):
        return type_.impl_instance
    return type_


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    """Return what makes a stored value of a line's."""
    if isinstance(column.type, sa.JSON):
        return lambda value: None if value is None else sa.JSON.NULL if value[0] is None else value[0]
    makers: list[tuple[type, Callable[[str], Any]]] = [
        (sa.Uuid, UUID),
        (UtcDateTime, datetime.fromisoformat),
        (sa.Date, date.fromisoformat),
    ]
    make = next((make for kind, make in makers if isinstance(column.type, kind)), None)
    return (lambda value: value) if make is None else lambda value: None if value is None else make(value)
