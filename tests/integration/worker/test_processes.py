"""Processes: the consumer runs jobs and stops politely; the supervisor restarts what dies and leaves nothing behind."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.outbox import queries, services
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.worker import supervisor
from marketplace.worker.supervisor import Child
from tests.support.invariants import fresh

CONSUMER = """
import sys, time
from pathlib import Path
from flask import Flask
from marketplace.config import Settings
from marketplace.kernel.db import db, engine_options
from marketplace.worker import bell, consumer, jobs

settings = Settings(env="test", data_dir=Path(sys.argv[1]), database_url=sys.argv[2])
app = Flask("consumer")
app.config.update(
    SECRET_KEY=sys.argv[3],
    SQLALCHEMY_DATABASE_URI=settings.database,
    SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database),
)
app.extensions["city.reactions"] = {}
app.extensions["city.settings"] = settings
db.init_app(app)
bell.install(app, settings)
jobs.JOBS["quick"] = lambda args: print("quick", args["name"], flush=True)
jobs.JOBS["slow"] = lambda args: (print("slow begins", flush=True), time.sleep(2), print("slow ends", flush=True))
consumer.consume(app)
print("stopped", flush=True)
"""


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def enqueue(job, name, **options):
    with unit_of_work() as session:
        return services.enqueue(session, job, {"name": name}, now=clock.now(), **options)


def state(job_id):
    return queries.get(fresh(), job_id=job_id).state


def jobs():
    return queries.jobs(fresh())


def unfinished(name):
    return queries.is_unfinished(fresh(), name=name)


@pytest.fixture
def consumer(app, tmp_path):
    """Starts consumers and gives their output as text."""
    settings = app.extensions["city.settings"]
    started = []

    def start():
        output = tmp_path / f"output-{len(started)}"
        command = [sys.executable, "-c", CONSUMER, str(settings.data_dir), settings.database, app.secret_key]
        with output.open("wb") as target:
            started.append(subprocess.Popen(command, stdout=target, cwd=supervisor.paths.ROOT))
        return started[-1], output

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_consumer_hears_the_bell_finds_what_was_missed_and_stops_politely(app, consumer):
    missed = enqueue("quick", "before")
    app.extensions["city.bell"].huey.flush()  # nobody rings for this one any more
    process, output = consumer()
    until(lambda: state(missed) is JobState.DONE)
    rung = enqueue("quick", "after")
    until(lambda: state(rung) is JobState.DONE)
    until(lambda: jobs() and not unfinished("seal_audit"))
    slow = enqueue("slow", "one")
    until(lambda: "slow begins" in output.read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert output.read_text().split("\n")[-3:] == ["slow ends", "stopped", ""]
    assert state(slow) is JobState.DONE


def test_the_work_of_a_killed_consumer_is_done_by_the_next(app, consumer):
    process, output = consumer()
    job_id = enqueue("slow", "one")
    until(lambda: "slow begins" in output.read_text())
    process.kill()
    process.wait()
    assert state(job_id) is JobState.RUNNING
    with unit_of_work() as session:  # as if the lease had run out by now
        job = sa.update(OutboxJob).where(OutboxJob.id == job_id)
        session.execute(job.values(claimed_until=OutboxJob.created_at))
    _, second = consumer()
    until(lambda: state(job_id) is JobState.DONE)
    assert "slow ends" in second.read_text()


SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def alive(pid):
    with suppress(OSError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    return False


def test_a_child_that_never_gets_going_is_a_failure_and_a_later_death_is_not():
    child = Child("web", [sys.executable, "-c", ""], signal.SIGTERM)
    child.start(dict(os.environ))
    child.process.wait()
    assert not child.note_death(0)
    assert not child.note_death(1)
    child.started -= 20
    assert child.note_death(1)
    assert child.due <= time.monotonic()
    for expected in (1, 3, 7):
        child.started = time.monotonic()
        assert child.note_death(1)
        assert child.due - time.monotonic() == pytest.approx(expected, abs=0.5)


def test_a_killed_child_is_started_again_at_once():
    child = Child("worker", SLEEPER, signal.SIGTERM)
    child.start(dict(os.environ))
    child.process.kill()
    assert child.note_death(child.process.wait())
    assert child.process is None
    assert supervisor._look_after(child, dict(os.environ))
    assert child.process.poll() is None
    supervisor._stop([child])


def test_a_city_is_served_once(tmp_path):
    with (tmp_path / "serve.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SystemExit):
            supervisor.supervise(Settings(env="test", data_dir=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["serve.lock"]


def test_children_end_with_a_killed_supervisor():
    script = (
        "import os, signal, sys, time\n"
        "from marketplace.worker.supervisor import Child\n"
        f"child = Child('x', {SLEEPER!r}, signal.SIGTERM)\n"
        "child.start(dict(os.environ))\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=supervisor.paths.ROOT)
    try:
        pid = int(parent.stdout.readline())
        assert alive(pid)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    until(lambda: not alive(pid))


def test_children_are_stopped_together():
    children = [Child(str(number), SLEEPER, signal.SIGTERM) for number in range(2)]
    for child in children:
        child.start(dict(os.environ))
    supervisor._stop(children)
    assert [child.process.returncode for child in children] == [-signal.SIGTERM] * 2
