"""Runs migrations on the database whose URL the caller gives; nothing is read from files."""

import sqlalchemy as sa
from alembic import context

import marketplace.app  # noqa: F401  loads every model
from marketplace.kernel.db import Base

LOCK_TIMEOUT = "5s"


def run() -> None:
    """Migrate in one transaction; batch mode rebuilds tables that SQLite cannot alter."""
    engine = sa.create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # A migration that waits for a lock must not stop everybody behind it.
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
