"""``city db``: bring the database to the newest schema, and prove that models and migrations agree."""

import tempfile
from typing import Any

import click
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from marketplace import paths
from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings
from marketplace.kernel.db import INSERT_ONLY, Base, insert_only_ddl
from marketplace.kernel.editions import WATCHED, watched_ddl


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(rev)s_%%(slug)s"
    )
    config.set_main_option("timezone", "UTC")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring a database to the newest schema."""
    command.upgrade(alembic_config(url), "head")


def has_rows(url: str, table: str) -> bool:
    """Tell whether a table has rows, without loading the application."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.literal(1)).select_from(sa.table(table)).limit(1)).first()
    engine.dispose()
    return found is not None


def revision_of(url: str) -> str | None:
    """Return the revision of a database's schema, None for a database that has none yet."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found


def differences(url: str) -> list[Any]:
    """Return what the models have and a migrated SQLite database lacks, or the reverse; the caller loads the models."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, Base.metadata)
        triggers = set(connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars())
    engine.dispose()
    wanted = {
        *(statement for table in INSERT_ONLY for statement in insert_only_ddl(table, "sqlite")),
        *(statement for table in WATCHED for statement in watched_ddl(table, "sqlite")),
    }
    others = [("trigger", statement) for statement in sorted(wanted ^ triggers)]
    return [item for item in found if item[0] != "remove_table" or not item[1].name.startswith("alembic")] + others


@click.group("db")
def db_group() -> None:
    """Look after the database's schema."""


@db_group.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest schema."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)


@db_group.command("revision")
@click.argument("message")
@pass_city
def revision_command(city: City, message: str) -> None:
    """Write a migration from the difference between the models and a freshly migrated database."""
    city.create_app()  # loads every model
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schema.sqlite3"
        upgrade(url)
        command.revision(alembic_config(url), message, autogenerate=True)


@db_group.command("check")
@pass_city
def check_command(city: City) -> None:
    """Fail when models and migrations differ."""
    city.create_app()  # loads every model
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schema.sqlite3"
        upgrade(url)
        found = differences(url)
    for item in found:
        click.echo(repr(item), err=True)
    if found:
        raise SystemExit(1)
    click.echo("models = migrations")
