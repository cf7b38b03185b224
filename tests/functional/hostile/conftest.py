"""The city under siege, built once for each database and put back before each test."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.conftest import Database
from tests.functional.hostile import pages
from tests.functional.hostile.city import build
from tests.functional.hostile.promises import Promises
from tests.functional.hostile.siege import Siege
from tests.functional.hostile.watch import Watch


@pytest.fixture(scope="session")
def besieged(shared_app: Flask, database: Database, settings: Settings) -> Siege:
    """Build the city."""
    with shared_app.app_context():
        database.refresh()
        city = build(shared_app)
        built = time.monotonic()
        promises = Promises()
        watch = Watch(database, Path(settings.data_dir))
        description = shared_app.test_client().get("/api/v1/openapi.json").get_json()
        found = Siege(shared_app, city, promises, watch, pages.clients(city), description, built)
        clock.set_offset(0)
        return found


@pytest.fixture
def siege(besieged: Siege) -> Iterator[Siege]:
    """The city as it was built, nothing found yet."""
    with besieged.app.app_context():
        besieged.watch.arrive()
        besieged.findings.clear()
        besieged.sent = 0
        besieged.set_clock()
        yield besieged
        clock.set_offset(0)
        besieged.watch.leave()
        db.session.remove()
        db.engine.dispose()
