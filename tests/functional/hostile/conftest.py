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
from tests.functional.hostile.city import MINUTES, build
from tests.functional.hostile.siege import Siege
from tests.functional.hostile.watch import Watch


@pytest.fixture(scope="session")
def besieged(shared_app: Flask, database: Database, settings: Settings) -> Siege:
    """Build the city and look at everything that it asks for."""
    with shared_app.app_context():
        database.refresh()
        city = build(shared_app)
        # To open every page takes minutes, too, and codes that were sent are good for ten.
        built = time.monotonic()
        watch = Watch(database, Path(settings.data_dir))
        browsers = pages.clients(city)
        twins: set[tuple[str, str]] = set()
        forms = pages.crawl(shared_app, city, browsers, twins=twins) | pages.passing(city, browsers)
        description = shared_app.test_client().get("/api/v1/openapi.json").get_json()
        found = Siege(shared_app, city, watch, browsers, forms, description, built=built, twins=twins)
        clock.set_offset(0)
        return found


@pytest.fixture
def siege(besieged: Siege) -> Iterator[Siege]:
    """The city as it was built, nothing found yet."""
    with besieged.app.app_context():
        besieged.watch.restore()
        besieged.findings.clear()
        besieged.sent = 0
        # The hour at which it was built, however long the attacks before took: what waits for somebody still waits.
        clock.set_offset(MINUTES - int(time.monotonic() - besieged.built))
        yield besieged
        clock.set_offset(0)
        db.session.remove()
        db.engine.dispose()
