"""A savepoint that is rolled back takes along the news and the after-commit calls of what it did."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from marketplace.audit import services as audit
from marketplace.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import on_commit, reading, remembered, unit_of_work, write
from marketplace.kernel.editions import Edition
from marketplace.kernel.events import Event, record
from marketplace.kernel.ids import new_id
from marketplace.outbox import queries
from marketplace.outbox import services as outbox

pytestmark = pytest.mark.postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Event):
    """Something happened."""

    name: str


def _ring(session, calls, name):
    record(session, Rang(at=clock.now(), name=name))
    on_commit(session, lambda: calls.append(name))


class Refusal(Exception):
    """Why a savepoint is given up."""


def _refuse():
    raise Refusal


def _give_up(session, calls, name):
    with suppress(Refusal), session.begin_nested():
        _ring(session, calls, name)
        _refuse()


def test_what_a_savepoint_told_is_forgotten_with_what_it_did(app, monkeypatch):
    heard, calls = [], []
    monkeypatch.setitem(app.extensions, "city.reactions", {Rang: (lambda _session, event: heard.append(event.name),)})
    with unit_of_work() as session:
        _ring(session, calls, "before")
        _give_up(session, calls, "undone")
        with session.begin_nested():
            _ring(session, calls, "kept")
            _give_up(session, calls, "undone within")
        _ring(session, calls, "after")
    assert heard == calls == ["before", "kept", "after"]


def test_rows_put_off_in_a_savepoint_are_forgotten_with_it(app):
    with unit_of_work() as session:
        outbox.enqueue(session, "before", {}, now=clock.now())
        with suppress(Refusal), session.begin_nested():
            outbox.enqueue(session, "undone", {}, now=clock.now())
            audit.record(session, actor=SYSTEM, action="it.undo", subject="it", subject_id=new_id(), now=clock.now())
            _refuse()
        outbox.enqueue(session, "after", {}, now=clock.now())
        assert queries.jobs(session) == ()
    assert {job.name for job in queries.jobs(reading())} == {"before", "after"}
    assert reading().scalar(sa.select(sa.func.count()).select_from(AuditRow)) == 0


@pytest.mark.parametrize("deep", [1, 2])
def test_rows_that_a_savepoint_wrote_before_all_else_are_undone_with_it(app, deep):
    row = {"id": 1, "stamp": "undone"}
    with unit_of_work() as session:
        with suppress(Refusal), ExitStack() as savepoints:
            for _ in range(deep):
                savepoints.enter_context(session.begin_nested())
            write(session, Edition, [row])
            _refuse()
        write(session, Edition, [row | {"stamp": "kept"}])
        with suppress(Refusal), session.begin_nested():
            session.execute(sa.update(Edition).values(stamp=sa.bindparam("by")), {"by": "undone"})
            _refuse()
    assert reading().scalars(sa.select(Edition.stamp)).all() == ["kept"]


def test_what_was_read_in_an_undone_savepoint_is_read_anew(app):
    with unit_of_work() as session:
        with session.begin_nested():
            assert remembered(session, "it", lambda: "before") == "before"
        assert remembered(session, "it", lambda: "again") == "before"
        with suppress(Refusal), session.begin_nested():
            _refuse()
        assert remembered(session, "it", lambda: "after") == "after"


def test_a_refused_unit_of_work_leaves_nothing_to_the_next(app):
    with suppress(Refusal), unit_of_work() as session:
        outbox.enqueue(session, "undone", {}, now=clock.now())
        _refuse()
    with unit_of_work() as session:
        outbox.enqueue(session, "kept", {}, now=clock.now())
    assert [job.name for job in queries.jobs(reading())] == ["kept"]


def test_a_kept_savepoint_within_an_undone_one_is_undone(app, monkeypatch):
    heard, calls = [], []

    def react(session, event):
        heard.append(event.name)
        if event.name == "first":
            with suppress(Refusal), session.begin_nested():
                with session.begin_nested():
                    _ring(session, calls, "undone")
                _refuse()
            _ring(session, calls, "instead")

    monkeypatch.setitem(app.extensions, "city.reactions", {Rang: (react,)})
    with unit_of_work() as session:
        _ring(session, calls, "first")
        _ring(session, calls, "second")
    assert heard == calls == ["first", "second", "instead"]
