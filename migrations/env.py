"""Runs migrations on the database whose URL the caller gives; who compares with the models loads them first."""

from typing import Literal

import sqlalchemy as sa
from alembic import context

from marketplace.kernel.db import Base

LOCK_TIMEOUT = "5s"


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that a migration outlives their classes."""
    if kind != "type":
        return False
    if isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    return "marketplace.kernel.db.Json" if isinstance(item, sa.JSON) else False


def _check_foreign_keys(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        msg = f"nothing was migrated: rows would point to nothing in {tables}"
        raise RuntimeError(msg)


def run() -> None:
    """Migrate in one transaction; batch mode rebuilds tables that SQLite cannot alter.

    SQLite takes dropping the old table for deleting its rows, which what hangs on them would refuse: it checks foreign
    keys afterwards, all at once.
    """
    engine = sa.create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # A migration that waits for a lock must not stop everybody behind it.
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            connection.commit()
        else:
            # Past SQLAlchemy, which would begin a transaction: within one SQLite does not hear this.
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                _check_foreign_keys(connection)
        connection.commit()
    engine.dispose()


run()
