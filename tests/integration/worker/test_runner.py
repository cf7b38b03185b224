"""Runners: jobs are done once, whoever wakes whom; a lost queue loses nothing."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import db, engine_options, reading, unit_of_work
from marketplace.outbox import queries, rules, services
from marketplace.outbox.bell import EXTENSION
from marketplace.outbox.rules import JobState
from marketplace.worker import jobs, relay, runner
from marketplace.worker.bell import HueyBell, make_huey
from tests.support.processes import FORKED


@pytest.fixture
def done(monkeypatch):
    """Names of the effects, in order, of the jobs called ``effect``."""
    effects = []
    monkeypatch.setitem(jobs.JOBS, "effect", lambda args: effects.append(args["name"]))
    return effects


def enqueue(*names, job="effect", **options):
    with unit_of_work() as session:
        return [services.enqueue(session, job, {"name": name}, now=clock.now(), **options) for name in names]


def counts():
    reading().rollback()
    return {state: count for state, count in queries.counts(reading()).items() if count}


def test_due_jobs_are_run_here_and_now(app, done):
    enqueue("a", "b")
    enqueue("later", run_at=clock.now() + timedelta(hours=1))
    assert runner.run_due(app) == 2
    assert done == ["a", "b"]
    assert counts() == {JobState.DONE: 2, JobState.PENDING: 1}


def test_jobs_of_jobs_are_run_too(app, done, monkeypatch):
    monkeypatch.setitem(jobs.JOBS, "parent", lambda args: enqueue("child of " + args["name"]) and None)
    enqueue("a", job="parent")
    assert runner.run_due(app) == 2
    assert done == ["child of a"]


def test_a_failure_is_noted_by_its_class_alone_and_tried_again(app, done, monkeypatch):
    fails = iter([ValueError("somebody@private.test"), None])

    def fail_once(args):
        if error := next(fails):
            raise error
        done.append(args["name"])

    monkeypatch.setitem(jobs.JOBS, "shaky", fail_once)
    (job_id,) = enqueue("a", job="shaky")
    assert runner.run_due(app) == 0
    row = queries.get(reading(), job_id=job_id)
    assert (row.state, row.last_error, row.attempts) == (JobState.PENDING, "ValueError", 1)
    reading().rollback()
    clock.set_offset(6)
    try:
        assert runner.run_due(app) == 1
    finally:
        clock.set_offset(0)
    assert done == ["a"]


def test_an_unknown_job_is_a_failure_to_be_looked_at(app):
    (job_id,) = enqueue("a", job="from_a_newer_release")
    assert runner.run_due(app) == 0
    assert queries.get(reading(), job_id=job_id).last_error == "KeyError"


def test_a_long_job_keeps_its_lease(app, done, monkeypatch):
    monkeypatch.setattr(rules, "LEASE", timedelta(seconds=0.6))
    lease = rules.LEASE
    real_claim, real_renew = services.claim, services.renew
    monkeypatch.setattr(services, "claim", lambda session, **given: real_claim(session, lease=lease, **given))
    monkeypatch.setattr(services, "renew", lambda session, **given: real_renew(session, lease=lease, **given))
    stolen = []

    def long(args):
        for _ in range(8):
            threading.Event().wait(0.2)
            reading().rollback()
            stolen.extend(queries.expired(reading(), now=clock.now()))

    monkeypatch.setitem(jobs.JOBS, "long", long)
    enqueue("a", job="long")
    assert runner.run_due(app) == 1
    assert stolen == []


def test_a_lost_queue_loses_nothing(app, done):
    """The rings of twenty jobs vanish with the queue; the relay rings again."""
    settings = app.extensions["city.settings"]
    ringing: HueyBell = app.extensions[EXTENSION]
    ringing.huey.flush()
    enqueue(*(str(number) for number in range(20)))
    assert ringing.waiting() == 2  # ten jobs a ring
    ringing.huey.flush()
    ringing.close()
    for path in settings.data_dir.glob("queue.sqlite3*"):
        path.unlink()
    app.extensions[EXTENSION] = fresh = HueyBell(settings, app.secret_key, lambda job_id: runner.run(app, job_id))
    try:
        assert relay.ring_for_missed(fresh, now=clock.now() + timedelta(seconds=2)) == 20
        while task := fresh.huey.dequeue():
            fresh.huey.execute(task)
    finally:
        fresh.close()
        app.extensions[EXTENSION] = ringing
    assert sorted(done, key=int) == [str(number) for number in range(20)]
    assert counts() == {JobState.DONE: 20}


def test_jobs_that_somebody_waits_for_overtake_papers(app, done, monkeypatch):
    ringing: HueyBell = app.extensions[EXTENSION]
    ringing.huey.flush()
    patient = next(iter(jobs.PATIENT))
    monkeypatch.setitem(jobs.JOBS, patient, jobs.JOBS["effect"])
    enqueue("paper", "another", job=patient)
    enqueue("import", "message")
    while task := ringing.huey.dequeue():
        ringing.huey.execute(task)
    assert done == ["import", "message", "paper", "another"]


def test_a_crowded_queue_is_not_crowded_further(app, monkeypatch):
    enqueue("a")

    class Crowded:
        def waiting(self):
            return 50

    assert relay.ring_for_missed(Crowded(), now=clock.now() + timedelta(minutes=1)) == 0


def test_a_bell_that_cannot_ring_does_not_undo_the_act(app, monkeypatch):
    class Broken(HueyBell):
        @property
        def huey(self):
            raise OSError

    monkeypatch.setitem(app.extensions, EXTENSION, Broken(app.extensions["city.settings"], "k", lambda _: None))
    enqueue("a")
    assert counts() == {JobState.PENDING: 1}


def test_a_ring_with_another_citys_signature_is_not_heard(app):
    settings = app.extensions["city.settings"]
    ours, theirs = make_huey(settings, "a" * 40), make_huey(settings, "b" * 40)
    ours.flush()
    theirs.task(name="run_job")(print)("7")
    with pytest.raises(ValueError, match="mismatch"):
        ours.dequeue()
    for huey in (ours, theirs):
        huey.storage.close()


def test_periodic_jobs_are_asked_for_once_a_period(app):
    now = clock.now().replace(second=0, microsecond=0)
    table = (("seal_audit", 30), ("prune_jobs", 3600))
    assert relay.ask_for_periodic(now=now, table=table) == 2
    assert relay.ask_for_periodic(now=now + timedelta(seconds=29), table=table) == 0
    assert relay.ask_for_periodic(now=now + timedelta(seconds=31), table=table) == 0  # the one before is unfinished
    assert runner.run_due(app) == 2
    reading().rollback()
    assert relay.ask_for_periodic(now=now + timedelta(seconds=1), table=table) == 0
    assert relay.ask_for_periodic(now=now + timedelta(seconds=31), table=table) == 1


def test_every_periodic_job_has_a_handler():
    assert {name for name, _ in jobs.PERIODIC} <= jobs.JOBS.keys()


def test_processes_racing_for_jobs_do_each_once(app, tmp_path):
    """Four processes go for the same forty jobs in the same order; each effect is written once."""
    ids = enqueue(*(str(number) for number in range(40)))
    url = app.extensions["city.settings"].database
    barrier = FORKED.Barrier(4)
    paths = [tmp_path / f"effects-{number}" for number in range(4)]
    job_ids = [str(job_id) for job_id in ids]
    racers = [FORKED.Process(target=race, args=(url, barrier, job_ids, str(path))) for path in paths]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0, 0, 0]
    effects = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    assert sorted(effects, key=int) == [str(number) for number in range(40)]
    assert counts() == {JobState.DONE: 40}


def race(url, barrier, ids, path):
    """Run in another process: claim and run every job that can be had."""
    from uuid import UUID

    app = Flask("racer")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    app.extensions["city.reactions"] = {}
    db.init_app(app)
    with Path(path).open("w", encoding="ascii") as effects:
        jobs.JOBS["effect"] = lambda args: print(json.dumps(args["name"]), file=effects)
        with app.app_context():
            db.session.execute(sa.select(1))
        barrier.wait(60)
        for job_id in ids:
            runner.run(app, UUID(job_id))
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost:6379", "redis://localhost:many"])
def test_an_address_of_redis_that_cannot_be_read_stops_the_start(tmp_path, url):
    settings = Settings(env="test", data_dir=tmp_path, redis_url=url)
    with pytest.raises(ValueError, match="CITY_REDIS_URL"):
        create_app(settings)


def test_a_redis_that_is_away_stops_nothing(tmp_path):
    create_app(Settings(env="test", data_dir=tmp_path, redis_url="redis://127.0.0.1:18159/0"))
