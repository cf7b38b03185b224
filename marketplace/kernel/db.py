"""The database: column types, connection settings, and the unit of work - the only place that commits.

One SQL serves SQLite and PostgreSQL. On SQLite a writing unit of work begins with BEGIN IMMEDIATE behind a file
lock: the driver's own lazy BEGIN loses updates silently, and SQLite's busy handler has no queue, so writers starve
(measured, see docs/adr/0003-one-sql-two-databases.md).
"""

import fcntl
import random
import sqlite3
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from marketplace.kernel import events

Result = TypeVar("Result")

NAMING: Final = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_WRITE: Final = "city_write"
_ON_COMMIT: Final = "city.on_commit"
_PUT_OFF: Final = "city.put_off"
_REMEMBERED: Final = "city.remembered"
_SAVEPOINTS: Final = "city.savepoints"
_RETRIED: Final = ("40P01", "40001")  # PostgreSQL: deadlock detected, serialization failure
_RETRIES: Final = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be called after the commit, once with the items of all that asked for the same."""

    callback: Callable[[Sequence[Any]], None]
    item: Any = None


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


# JSON on both, JSONB on PostgreSQL so that it can be compared and indexed.
Json = sa.JSON().with_variant(JSONB(), "postgresql")


# Names of the tables that only grow; ``city db check`` proves that the migrations guard the same ones.
INSERT_ONLY: Final[set[str]] = set()


def insert_only(entity: type[Base]) -> None:
    """Make the database itself refuse UPDATE and DELETE on an entity's table, on both databases."""
    table = Base.metadata.tables[entity.__tablename__]
    INSERT_ONLY.add(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in insert_only_ddl(table.name, dialect):
            # DDL() formats with %, so a literal per cent sign is doubled.
            ddl = sa.DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)


def insert_only_ddl(table: str, dialect: str) -> list[str]:
    """Return the statements (for migrations) that make a table insert-only."""
    if dialect == "sqlite":
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}"
            for verb in ("UPDATE", "DELETE")
        ]
    name = f"{table}_insert_only"
    body = f"$$ BEGIN RAISE EXCEPTION '{table} is insert-only'; END $$"
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {body}"
    trigger = f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return [function, trigger]


@event.listens_for(sa.Engine, "connect")
def _configure(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(sa.Engine, "begin")
def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    writing = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine options that the measured recipe asks for."""
    # Compiled statements: the default of 500 is fewer than a process has, and the rest would be compiled anew.
    options: dict[str, Any] = {"hide_parameters": True, "query_cache_size": 5_000}
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30}, "pool_size": 16, "max_overflow": 16, **options}
    return {"pool_size": 8, "max_overflow": 16, "pool_pre_ping": True, **options}


@contextmanager
def unit_of_work() -> Generator[Session]:
    """Open one writing transaction; commit at the end, roll back on any error.

    The events recorded inside are handled before the commit; ``on_commit`` callbacks run after it. A unit of work
    never contains another, and no network call is made inside one.
    """
    session: Session = db.session()
    if session.info.get(_WRITE):
        msg = "a unit of work contains no other"
        raise RuntimeError(msg)
    # What was read before belongs to an older snapshot: forget it, so that decisions rest on locked facts.
    session.rollback()
    session.expire_all()
    with _turn_to_write(db.engine):
        session.info[_WRITE] = True
        try:
            session.connection(execution_options={_WRITE: True})
            yield session
            session.flush()
            events.dispatch(session, current_app.extensions["city.reactions"])
            write_put_off(session)
            session.commit()
            asked: list[_Asked] = session.info.pop(_ON_COMMIT, [])
        except BaseException:
            session.rollback()
            session.info.pop(_ON_COMMIT, None)
            session.info.pop(_PUT_OFF, None)
            events.forget(session)
            raise
        finally:
            session.info.pop(_WRITE, None)
    _call(asked)


@event.listens_for(Session, "after_transaction_create")
def _begin_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault(_SAVEPOINTS, WeakKeyDictionary())
        put_off = {table: len(rows) for table, rows in session.info.get(_PUT_OFF, {}).items()}
        marks[transaction] = (events.waiting(session), len(session.info.get(_ON_COMMIT, ())), put_off)


@event.listens_for(Session, "after_soft_rollback")
def _undo_savepoint(session: Session, transaction: SessionTransaction) -> None:
    """Forget the news of a savepoint with its rows, and what was read: a handler would look for what is not there."""
    if transaction.nested and (mark := session.info.get(_SAVEPOINTS, {}).get(transaction)):
        recorded, asked, put_off = mark
        events.forget(session, beyond=recorded)
        del session.info.get(_ON_COMMIT, [])[asked:]
        for table, rows in session.info.get(_PUT_OFF, {}).items():
            del rows[put_off.get(table, 0) :]
        session.info.pop(_REMEMBERED, None)


@event.listens_for(Session, "after_transaction_end")
def _forget_remembered(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_REMEMBERED, None)


def in_unit_of_work(work: Callable[[Session], Result]) -> Result:
    """Run the work in a unit of work, again after a deadlock: up to five times, with jitter."""
    for attempt in range(1, _RETRIES + 1):
        try:
            with unit_of_work() as session:
                return work(session)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _RETRIED or attempt == _RETRIES:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  jitter, no secret
    raise AssertionError  # the loop returns or raises


def reading() -> Session:
    """Return the request's session for queries; it sees one snapshot until the next unit of work."""
    return db.session()


def instant(stored: str) -> datetime:
    """Return the instant that either database wrote as this text."""
    read = datetime.fromisoformat(stored)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


@contextmanager
def snapshot() -> Generator[Session]:
    """Read many things as they were at one instant, whatever others write meanwhile; nothing can be written."""
    session: Session = db.session()
    session.rollback()
    session.expire_all()
    is_postgresql = db.engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if is_postgresql else {}
    session.connection(execution_options=options)
    try:
        yield session
    finally:
        session.rollback()


def insert_if_new(session: Session, entity: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique key already has it; tell whether it was inserted.

    A racer on PostgreSQL waits for the other's end, then sees its row: nobody gets a unique violation.
    """
    return bool(insert_new(session, entity, (values,)))


def insert_new(session: Session, entity: type[Base], rows: Sequence[Mapping[str, Any]]) -> set[Any]:
    """Insert the rows whose unique keys nobody has; return the first primary key columns of those inserted."""
    if not rows:
        return set()
    statement = _insert_unless_there(entity, session.get_bind().dialect.name)
    return set(session.execute(statement, list(rows)).scalars())


# Statements of every unit of work are built once: building one takes as long as to run it.
@cache
def _insert_unless_there(entity: type[Base], dialect: str) -> sa.Insert:
    table = cast("sa.Table", entity.__table__)
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    # RETURNING, because not every driver counts its rows.
    return insert(table).on_conflict_do_nothing().returning(table.primary_key.columns[0])


@cache
def _insert_into(entity: type[Base]) -> sa.Insert:
    return sa.insert(cast("sa.Table", entity.__table__))


def write(session: Session, entity: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all columns of which are given."""
    if rows:
        session.execute(_insert_into(entity), list(rows))


def put_off(session: Session, entity: type[Base], rows: Sequence[Mapping[str, Any]], *, new_only: bool = False) -> None:
    """Insert rows at the end of the unit of work, with all others of their table in one statement.

    For rows that nobody reads before: an order leaves a dozen of them in the audit trail. ``new_only`` leaves out those
    whose unique keys somebody has by then. A table is written in one way only, in the order in which tables came first.
    """
    if not session.info.get(_WRITE):
        _insert(session, entity, rows, new_only=new_only)
        return
    session.info.setdefault(_PUT_OFF, {}).setdefault((entity, new_only), []).extend(rows)


def write_put_off(session: Session) -> None:
    """Insert what was put off so far."""
    for (entity, new_only), rows in session.info.pop(_PUT_OFF, {}).items():
        if rows:
            _insert(session, entity, rows, new_only=new_only)


def _insert(session: Session, entity: type[Base], rows: Sequence[Mapping[str, Any]], *, new_only: bool) -> None:
    if new_only:
        insert_new(session, entity, rows)
    else:
        write(session, entity, rows)


def remembered(session: Session, key: str, read: Callable[[], Result]) -> Result:
    """Read something once in a transaction and return the same until its end; ``forget_remembered`` reads it anew."""
    kept = session.info.setdefault(_REMEMBERED, {})
    if key not in kept:
        kept[key] = read()
    return kept[key]


def forget_remembered(session: Session, key: str) -> None:
    """Read something anew: whoever writes it says so."""
    session.info.get(_REMEMBERED, {}).pop(key, None)


def on_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run the callback once this unit of work is committed, never if it is rolled back."""
    session.info.setdefault(_ON_COMMIT, []).append(_Asked(lambda _: callback()))


def together_on_commit(session: Session, callback: Callable[[Sequence[Any]], None], item: Any) -> None:
    """Run the callback once this unit of work is committed, with all the items that were given for it."""
    session.info.setdefault(_ON_COMMIT, []).append(_Asked(callback, item))


def _call(asked: Sequence[_Asked]) -> None:
    together: dict[Callable[[Sequence[Any]], None], list[Any]] = {}
    for one in asked:
        together.setdefault(one.callback, []).append(one.item)
    for callback, items in together.items():
        callback(items)


def extension(name: str) -> Any | None:
    """Return the adapter that the running application holds under this name, None where it holds none."""
    return current_app.extensions.get(name)


def writers_queue() -> bool:
    """Tell whether one unit of work keeps all others waiting, so that what can be read before it begins should be."""
    return db.engine.dialect.name == "sqlite"


@contextmanager
def _turn_to_write(engine: sa.Engine) -> Generator[None]:
    """Queue SQLite's writers on a file beside the database; PostgreSQL needs no queue."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
