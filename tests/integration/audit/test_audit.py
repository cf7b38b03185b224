"""Audit rows in the database: insert-only, sealed without gaps, verified online and offline."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from marketplace.audit import flows, queries, services
from marketplace.audit.models import AuditRow, AuditSeal
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import db, in_unit_of_work, reading, unit_of_work
from marketplace.kernel.ids import new_id
from tests.support.racing import at_once

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


def record(session, **facts):
    return services.record(
        session, actor=SYSTEM, action="order.placed", subject="order", subject_id=new_id(), facts=facts, now=NOW
    )


def write(count):
    for number in range(count):
        in_unit_of_work(lambda session, number=number: record(session, number=number, code="CNY"))


def test_the_chain_verifies_in_the_database_and_in_a_file(app, tmp_path):
    write(3)
    assert flows.seal_rows(now=NOW) == 3
    write(2)
    assert flows.seal_rows(now=NOW) == 2
    write(1)
    online = queries.verify(reading())
    assert online.ok
    assert (online.seals, online.rows, online.unsealed) == (2, 6, 1)
    assert flows.export_chain(tmp_path / "chain.jsonl") == online
    assert flows.verify_file(tmp_path / "chain.jsonl", head=online.head).ok
    assert queries.breaches(reading()) == []


def test_sealing_nothing_makes_no_seal(app):
    assert flows.seal_rows(now=NOW) == 0
    assert queries.verify(reading()).seals == 0


def test_many_rows_become_several_seals(app, monkeypatch):
    monkeypatch.setattr(services, "ROWS_PER_SEAL", 4)
    write(10)
    assert flows.seal_rows(now=NOW) == 10
    assert queries.verify(reading()).seals == 3
    assert queries.verify(reading()).ok


@pytest.mark.parametrize("statement", ["UPDATE {} SET hash = hash", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["audit_row", "audit_seal"])
def test_the_database_refuses_to_change_rows_and_seals(app, table, statement):
    write(1)
    flows.seal_rows(now=NOW)
    with pytest.raises(DatabaseError, match="insert-only"), unit_of_work() as session:
        session.execute(sa.text(statement.format(table)))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_row SET action = 'order.cancelled'",
        "UPDATE audit_row SET company_id = subject_id",
        "DELETE FROM audit_row",
        "UPDATE audit_seal SET hash = previous WHERE sequence = 1",
        "DELETE FROM audit_seal WHERE sequence = 1",
        "DELETE FROM audit_unsealed",
    ],
)
def test_somebody_who_goes_around_the_triggers_is_seen(app, tampering):
    write(2)
    flows.seal_rows(now=NOW)
    write(2)
    flows.seal_rows(now=NOW)
    write(1)
    remove_guards()
    with unit_of_work() as session:
        if tampering == "DELETE FROM audit_row":
            session.execute(sa.text("DELETE FROM audit_unsealed"))
        session.execute(sa.text(tampering))
    assert queries.breaches(reading())


def remove_guards():
    is_sqlite = db.engine.dialect.name == "sqlite"
    with unit_of_work() as session:
        for table in ("audit_row", "audit_seal"):
            names = (f"{table}_no_update", f"{table}_no_delete") if is_sqlite else (f"{table}_insert_only ON {table}",)
            for name in names:
                session.execute(sa.text(f"DROP TRIGGER {name}"))


def test_a_row_committed_late_is_sealed_by_the_next_seal(app):
    """The row is written, and its id taken, before others that are sealed without it.

    SQLite has one writer at a time: there the row is committed at once, and nothing can be late.
    """
    can_be_late = db.engine.dialect.name == "postgresql"
    written, may_commit = threading.Event(), threading.Event()

    def slowly():
        with app.app_context(), unit_of_work() as session:
            record(session, late=True)
            written.set()
            assert may_commit.wait(20)

    late = threading.Thread(target=slowly)
    late.start()
    assert written.wait(20)
    if not can_be_late:
        may_commit.set()
    write(2)
    assert flows.seal_rows(now=NOW) == (2 if can_be_late else 3)
    may_commit.set()
    late.join()
    assert flows.seal_rows(now=NOW) == (1 if can_be_late else 0)
    assert queries.verify(reading()).rows == 3
    assert queries.verify(reading()).ok


def test_sealers_at_once_make_one_chain(app):
    write(12)
    assert sorted(at_once(app, [lambda: flows.seal_rows(now=NOW)] * 4)) == [0, 0, 0, 12]
    assert queries.verify(reading()).ok


def test_history_and_latest_show_rows(app):
    company, person, order = new_id(), new_id(), new_id()
    with unit_of_work() as session:
        for action in ("order.placed", "order.confirmed"):
            services.record(
                session,
                actor=Actor(person, company),
                action=action,
                subject="order",
                subject_id=order,
                facts={"from": "draft"},
                now=NOW,
            )
    assert [entry.action for entry in queries.history(reading(), subject="order", subject_id=order)] == [
        "order.placed",
        "order.confirmed",
    ]
    newest = queries.latest(reading(), size=1, company_id=company)
    assert [entry.action for entry in newest] == ["order.confirmed"]
    assert [entry.at for entry in queries.latest(reading(), size=5, before=newest[0].id)] == [NOW]


def test_a_rolled_back_act_leaves_no_row(app):
    def act(session):
        record(session, n=1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_unit_of_work(act)
    assert reading().scalars(sa.select(AuditRow.id)).all() == []
    assert reading().scalars(sa.select(AuditSeal.sequence)).all() == []


def test_an_export_that_was_cut_off_goes_on_behind_the_last_seal(app, monkeypatch, tmp_path):
    monkeypatch.setattr(services, "ROWS_PER_SEAL", 2)
    write(6)
    flows.seal_rows(now=NOW)
    write(1)
    path, told = tmp_path / "chain.jsonl", []

    def cut_off(done, _total):
        told.append(done)
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flows.export_chain(path, report=cut_off)
    assert not path.exists()
    write(2)
    flows.seal_rows(now=NOW)
    reading().rollback()
    read = []
    rows = queries._rows
    monkeypatch.setattr(queries, "_rows", lambda session, ids: read.extend(ids) or rows(session, ids))
    found = flows.export_chain(path, report=lambda done, total: told.append((done, total)))
    assert (found.ok, found.rows, found.unsealed, len(read)) == (True, 9, 0, 5)
    assert told[-1] == (9, 9)
