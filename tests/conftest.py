"""What every test may ask for: an application on a fresh database, a unit of work, a client."""

import contextvars
import itertools
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.cli.database import upgrade
from marketplace.config import Settings
from marketplace.edge import schema
from marketplace.kernel import events
from marketplace.kernel.db import Base, db, unit_of_work
from tests.support import growing, hurry, kept, postgres

pytest_plugins = ["tests.support.fixtures"]
SOAK = os.environ.get("CITY_SOAK") == "1"
_DATABASES = ("sqlite", "postgresql")
_COPIED_EVERY = 50
_LIVES = 25  # that a city holds at once
_REFRESHED: dict[str, int] = {}
_SHAPES: dict[str, tuple[int, ...]] = {}
_LEARNT: set[str] = set()  # databases that know how much a market holds


# How long an example takes says how busy the machine is: speed is measured by the bench.
hypothesis_settings.register_profile("untimed", hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one database be chosen for a quick loop."""
    parser.addoption("--db", choices=(*_DATABASES, "both"), default="both", help="database of the tests")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, shared by the workers."""
    if config.getoption("--db") != "sqlite":
        postgres.start_for_session(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run integration tests, and journeys that ask for it, on both databases; on PostgreSQL they are slow tests.

    Those marked ``postgres`` are about the database or a race: they run on both every time.
    """
    if "database" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--db")
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    is_integration = (Path(__file__).parent / "integration") in Path(str(metafunc.definition.path)).parents
    runs_on_both = "both_databases" in marks or (is_integration and "one_database" not in marks)
    names = _DATABASES if runs_on_both else _DATABASES[:1]
    slow = () if "postgres" in marks else pytest.mark.slow
    metafunc.parametrize(
        "database",
        [pytest.param(name, marks=() if name == "sqlite" else slow) for name in names if chosen in ("both", name)],
        indirect=True,
        scope="session",
    )


@dataclass(frozen=True)
class Database:
    """A place that can be made fresh: a copy of a migrated template."""

    name: str
    url: str
    template: str

    def refresh(self, kept: Any = None) -> None:
        """Throw the content away and start again from the template, or from what was kept."""
        if self.name == "sqlite":
            db.engine.dispose()
            for suffix in ("-wal", "-shm", ".lock"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            _lay(self._path, kept or Path(self.template).read_bytes())
            return
        growing.begin(self.url)
        if self._can_be_emptied():
            postgres.empty(self.url, revision=schema.head())
        else:
            db.engine.dispose()
            postgres.recreate(self.url, template=self.template)
            _SHAPES[self.url] = postgres.shape_of(self.url)
            _LEARNT.discard(self.url)
        if kept is not None:
            postgres.copy_in(self.url, kept)
            self._learn_once()

    def keep(self) -> Any:
        """Return the content, for ``refresh`` to start from."""
        db.session.remove()
        if self.name == "postgresql":
            self._learn_once()
            return postgres.copy_out(self.url)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        # Who has read the file itself would hold no lock on it any longer, and another process take its log away.
        db.engine.dispose()
        return self._path.read_bytes()

    @property
    def _path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def _learn_once(self) -> None:
        # What is learnt outlives the rows, and most tests begin alike: once for each copy is enough.
        if self.url not in _LEARNT:
            postgres.learn(self.url)
            _LEARNT.add(self.url)

    def _can_be_emptied(self) -> bool:
        """Tell whether the schema stands; now and then a copy is due, before dead rows slow everything down."""
        turn = _REFRESHED[self.url] = _REFRESHED.get(self.url, 0) + 1
        return turn % _COPIED_EVERY != 1 and postgres.shape_of(self.url) == _SHAPES.get(self.url)


def _lay(path: Path, content: bytes) -> None:
    """Write a file over what is there: to give its blocks back and take as many again takes longer than to write."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(content)
        file.truncate()


def _make_schema(url: str) -> None:
    """Migrate; with ``CITY_TEST_SCHEMA=models`` take the tables from the models, before their migration is written."""
    if os.environ.get("CITY_TEST_SCHEMA") != "models":
        upgrade(url)
        return
    engine = sa.create_engine(url)
    Base.metadata.create_all(engine)
    version = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
    with engine.begin() as connection:  # a city that is served asks for the revision
        version.create(connection)
        connection.execute(version.insert().values(version_num=schema.head()))
    engine.dispose()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database made by the migrations, kept as a template."""
    name = str(request.param)
    if name == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")
        template = folder / "template.sqlite3"
        _make_schema(f"sqlite:///{template}")
        with closing(sqlite3.connect(template)) as books:  # Python 3.13 warns of connections that nobody closes
            books.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Database(name, f"sqlite:///{folder / 'city.sqlite3'}", str(template))
    mark = uuid.uuid4().hex[:12]
    template_url = postgres.create(f"template_{mark}")
    _make_schema(template_url)
    return Database(name, postgres.create(f"city_{mark}"), f"template_{mark}")


@pytest.fixture(scope="session")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test city with a data folder of its own."""
    return Settings(
        env="test",
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=database.url,
        limits="off",
        port=8000,
    )


class Browser(FlaskClient):
    """Sends every request from outside the test's own application context, as a server would."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Iterator[Flask]:
    """The application, built once a worker and database; no connection outlives it."""
    built = create_app(settings)
    built.test_client_class = Browser
    with built.app_context():
        engine = db.engine
    with hurry.hurried(built), growing.watched(engine):
        yield built
    built.extensions["city.bell"].close()
    engine.dispose()


@pytest.fixture
def app(shared_app: Flask, database: Database, settings: Settings) -> Iterator[Flask]:
    """The application on a fresh database, inside its context; its card provider has seen nobody yet."""
    with shared_app.app_context():
        database.refresh()
        _forget_cards(settings)
        shared_app.extensions[kept.EXTENSION] = database
        yield shared_app
        shared_app.extensions["city.bell"].close()
        db.session.remove()
        if database.name == "sqlite":
            db.engine.dispose()


@pytest.fixture
def anew(app: Flask, database: Database, settings: Settings) -> Callable[[], bool]:
    """Empty the city now and then, amid a test of many lives, each of which looks at all that is there; tell so."""
    lives = itertools.count(1)

    def begin() -> bool:
        if next(lives) % _LIVES:
            return False
        db.session.remove()
        database.refresh()
        _forget_cards(settings)
        return True

    return begin


def _forget_cards(settings: Settings) -> None:
    """Empty the stand-in's books, but for the address that it tells its news to."""
    with closing(sqlite3.connect(settings.data_dir / "stripe_double.sqlite3", isolation_level=None)) as books:
        books.executescript(
            "PRAGMA synchronous=OFF; BEGIN IMMEDIATE; DELETE FROM object WHERE kind <> 'webhook_endpoint';"
            "DELETE FROM answer; DELETE FROM delivery; DELETE FROM switch; COMMIT"
        )


class _Undo(Exception):
    """Leaves a unit of work without committing."""


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """An open unit of work that is rolled back at the end; its events are not handled."""
    with suppress(_Undo), unit_of_work() as open_session:
        yield open_session
        events.forget(open_session)
        raise _Undo


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
