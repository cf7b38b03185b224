"""A glance keeps no transaction open."""

import threading

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import db, glance, reading, unit_of_work
from marketplace.outbox import queries
from marketplace.outbox import services as outbox

pytestmark = pytest.mark.postgres


def is_postgresql():
    return db.engine.dialect.name == "postgresql"


def test_a_glance_keeps_no_transaction_open(app):
    before = sum(queries.counts(glance()).values())
    if is_postgresql():
        (pid,) = glance().execute(sa.text("SELECT pg_backend_pid()")).one()
        with db.engine.connect() as other:
            state = other.scalar(sa.text("SELECT state FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid})
        assert state == "idle"
    assert sum(queries.counts(glance()).values()) == before


def test_after_a_glance_a_unit_of_work_is_whole_or_nothing(app):
    before = sum(queries.counts(glance()).values())
    with pytest.raises(RuntimeError, match="halfway"):
        _stop_halfway()
    assert sum(queries.counts(reading()).values()) == before


def test_within_a_unit_of_work_a_glance_sees_what_it_wrote(app):
    before = sum(queries.counts(glance()).values())
    with unit_of_work() as session:
        outbox.enqueue_once(session, "sweep_logins", {}, key="sweep", now=clock.now())
        assert sum(queries.counts(glance()).values()) == before + 1
        unseen = []
        other = threading.Thread(target=_look, args=(app, unseen))
        other.start()
        other.join()
        assert unseen == [before]


def _stop_halfway():
    with unit_of_work() as session:
        outbox.enqueue_once(session, "sweep_logins", {}, key="sweep", now=clock.now())
        raise RuntimeError("halfway")


def _look(app, found):
    with app.app_context():
        found.append(sum(queries.counts(glance()).values()))
