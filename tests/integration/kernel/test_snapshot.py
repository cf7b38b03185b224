"""A snapshot sees one instant, whatever is written meanwhile, and writes nothing."""

import threading
from contextlib import nullcontext

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from marketplace.kernel import clock
from marketplace.kernel.db import db, snapshot, unit_of_work
from marketplace.outbox import queries
from marketplace.outbox import services as outbox

pytestmark = pytest.mark.postgres


def _write(app):
    def work():
        with app.app_context(), unit_of_work() as session:
            outbox.enqueue(session, "sweep_logins", {}, now=clock.now())

    writer = threading.Thread(target=work)
    writer.start()
    writer.join()


def test_a_snapshot_does_not_see_what_comes_after_it(app):
    with snapshot() as session:
        before = sum(queries.counts(session).values())
        _write(app)
        assert sum(queries.counts(session).values()) == before
    with snapshot() as session:
        assert sum(queries.counts(session).values()) == before + 1


def test_a_snapshot_writes_nothing(app):
    refused = pytest.raises(DBAPIError) if db.engine.dialect.name == "postgresql" else nullcontext()
    with snapshot() as session, refused:
        session.execute(sa.text("DELETE FROM outbox_job WHERE 1 = 0"))
