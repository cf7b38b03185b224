"""What changes hardly ever, kept in the process for as long as the database says that it is as it was.

Places, rates, settings, restrictions and tariffs are asked with every cart and every order, and change a few times a
month. Whoever changes one of them leaves a new stamp in the table ``edition``: triggers do, so a row that is mended by
hand leaves one too. A request reads the stamp with who is asking and uses what was read under the same stamp; what it
reads anew is never older than its stamp, for it reads the stamp first. Whoever has read no stamp - a job, a command, a
page for strangers - keeps nothing and asks the database.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from flask import current_app, g, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# Names of the tables whose changes leave a stamp; ``city db check`` proves that the migrations watch the same ones.
WATCHED: Final[set[str]] = set()
_SHELF: Final = "city.kept"
_STAMP: Final = "city_edition"
# Beyond so many entries a process begins anew: each is a rate or what one country asks of one kind of goods.
_MOST: Final = 20_000


class Edition(Base):
    """The one row that says by its stamp whether what is watched is as it was: none while nothing was written."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(sa.String(32))

    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)


# A column for whoever finds out who is asking.
STAMP: Final = sa.select(Edition.stamp).scalar_subquery().label("edition")


def watched(entity: type[Base]) -> None:
    """Let every change of an entity's table leave a new stamp, on both databases."""
    table = cast("sa.Table", entity.__table__)
    WATCHED.add(table.name)
    table.add_is_dependent_on(cast("sa.Table", Edition.__table__))
    for dialect in ("sqlite", "postgresql"):
        for statement in watched_ddl(table.name, dialect):
            event.listen(table, "after_create", sa.DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))


def watched_ddl(table: str, dialect: str) -> list[str]:
    """Return the statements (for migrations) by which changes of a table leave a stamp."""
    put = "INSERT INTO edition (id, stamp) VALUES (1, {}) ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp"
    if dialect == "sqlite":
        renewed = put.format("lower(hex(randomblob(16)))")
        return [
            f"CREATE TRIGGER {table}_edition_{verb.lower()} AFTER {verb} ON {table} BEGIN {renewed}; END"
            for verb in ("INSERT", "UPDATE", "DELETE")
        ]
    renewed = put.format("replace(gen_random_uuid()::text, '-', '')")
    body = f"$$ BEGIN {renewed}; RETURN NULL; END $$"
    verbs = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
    return [
        f"CREATE OR REPLACE FUNCTION renew_edition() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER {table}_edition AFTER {verbs} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION renew_edition()",
    ]


def note(stamp: str | None) -> None:
    """Let the rest of this request use what was read under this stamp; without a stamp nothing is kept."""
    if stamp is not None:
        setattr(g, _STAMP, stamp)


@event.listens_for(sa.Engine, "before_execute")
def _forget(_connection: sa.Connection, statement: Any, *_: Any) -> None:
    """Let the rest of a request that changes what is watched ask the database: others must not find it before."""
    if statement.is_dml and statement.table.name in WATCHED and has_app_context():
        g.pop(_STAMP, None)


def kept(key: Hashable, read: Callable[[], Value]) -> Value:
    """Return what was read under this request's stamp, or read it."""
    shelf = _shelf()
    if shelf is None:
        return read()
    if key not in shelf:
        shelf[key] = read()
    return shelf[key]


def kept_each(
    kind: Hashable, keys: Collection[Key], read: Callable[[Collection[Key]], Mapping[Key, Value]]
) -> dict[Key, Value]:
    """Return several of a kind by key, those that were not read yet by one reading; what there is not is left out."""
    shelf = _shelf()
    if shelf is None:
        return dict(read(keys))
    if missing := [key for key in keys if (kind, key) not in shelf]:
        found = read(missing)
        shelf.update({(kind, key): found.get(key) for key in missing})
    values = {key: shelf[kind, key] for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def _shelf() -> dict[Any, Any] | None:
    """Return what this process keeps of the request's edition; threads that come upon another begin a new one."""
    stamp = g.get(_STAMP)
    if stamp is None:
        return None
    known, shelf = cast("tuple[str | None, dict[Any, Any]]", current_app.extensions.get(_SHELF, (None, {})))
    if known != stamp or len(shelf) > _MOST:
        shelf = dict[Any, Any]()
        current_app.extensions[_SHELF] = (stamp, shelf)
    return shelf
