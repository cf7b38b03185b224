"""Jobs exist with their act, are claimed by one runner, come back from dead ones, and are given up in the end."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.outbox import queries, rules, services
from marketplace.outbox.bell import EXTENSION
from marketplace.outbox.rules import JobState

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LEASE = rules.LEASE


def enqueue(**options):
    with unit_of_work() as session:
        return services.enqueue(session, "work", {"order": "7"}, now=NOW, **options)


def claim(job_id, now=NOW):
    with unit_of_work() as session:
        return services.claim(session, job_id=job_id, now=now)


def state(job_id):
    reading().rollback()
    return queries.get(reading(), job_id=job_id).state


@pytest.fixture
def rung(app, monkeypatch):
    heard = []
    monkeypatch.setitem(app.extensions, EXTENSION, lambda jobs: heard.append([job_id for job_id, _ in jobs]))
    return heard


def test_a_job_exists_only_with_its_act(rung):
    def act(session):
        services.enqueue(session, "work", {}, now=NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_unit_of_work(act)
    assert queries.jobs(reading()) == ()
    assert rung == []


def test_the_bell_rings_after_the_commit_for_jobs_that_are_due(rung):
    with unit_of_work() as session:
        due = services.enqueue(session, "work", {}, now=NOW)
        services.enqueue(session, "work", {}, now=NOW, run_at=NOW + timedelta(hours=1))
        assert rung == []
    assert rung == [[due]]


def test_what_an_act_leaves_to_do_is_rung_for_once(rung):
    with unit_of_work() as session:
        left = [services.enqueue(session, "work", {}, now=NOW) for _ in range(3)]
    assert rung == [left]


def once(key):
    with unit_of_work() as session:
        return services.enqueue_once(session, "work", {"order": "7"}, now=NOW, key=key)


def test_a_key_names_one_job(rung):
    first = once("seal:1")
    assert once("seal:1") == first
    assert once("seal:2") != first
    assert enqueue() != enqueue()
    assert rung.count([first]) == 1
    assert queries.has_key(reading(), key="seal:1")
    assert not queries.has_key(reading(), key="seal:3")


def test_under_a_key_that_a_job_has_nothing_is_written(rung):
    first = enqueue(key="seal:1")
    with unit_of_work() as session:
        for _ in range(2):
            services.enqueue(session, "work", {"order": "8"}, now=NOW, key="seal:1")
            services.enqueue(session, "work", {"order": "8"}, now=NOW, key="seal:2")
    kept = queries.jobs(reading())
    assert len(kept) == 2
    assert {job.id: job.args for job in kept}[first] == {"order": "7"}
    assert queries.has_key(reading(), key="seal:2")


def test_one_runner_gets_a_job_and_finishes_it(app):
    job_id = enqueue()
    mine = claim(job_id)
    assert mine.args == {"order": "7"}
    assert claim(job_id) is None
    with unit_of_work() as session:
        assert services.finish(session, claim=mine, now=NOW)
        assert not services.finish(session, claim=mine, now=NOW)
    assert state(job_id) is JobState.DONE
    assert claim(job_id) is None
    assert claim(new_id()) is None


def test_a_job_is_not_run_early(app):
    job_id = enqueue(run_at=NOW + timedelta(minutes=5))
    assert claim(job_id) is None
    assert queries.due(reading(), now=NOW) == ()
    later = NOW + timedelta(minutes=5)
    assert queries.due(reading(), now=later) == (job_id,)
    assert claim(job_id, now=later)


def test_a_failing_job_waits_longer_each_time_and_is_given_up(app):
    job_id = enqueue()
    now = NOW
    for attempt in range(1, rules.ATTEMPTS + 1):
        mine = claim(job_id, now=now)
        assert mine.attempt == attempt
        with unit_of_work() as session:
            assert services.give_up(session, claim=mine, error="TimeoutError", now=now)
        now += rules.wait_after(attempt)
    row = queries.get(reading(), job_id=job_id)
    assert (row.state, row.last_error, row.attempts) == (JobState.FAILED, "TimeoutError", rules.ATTEMPTS)
    assert claim(job_id, now=now + timedelta(days=1)) is None
    with unit_of_work() as session:
        assert services.revive(session, job_id=job_id, now=now)
    assert claim(job_id, now=now).attempt == 1


def test_a_dead_runners_job_comes_back_and_the_dead_cannot_end_it(app):
    job_id = enqueue()
    dead = claim(job_id)
    late = NOW + LEASE + timedelta(seconds=1)
    assert queries.expired(reading(), now=NOW + LEASE) == ()
    assert queries.expired(reading(), now=late) == (job_id,)
    with unit_of_work() as session:
        assert services.requeue_expired(session, now=late) == 1
    living = claim(job_id, now=late)
    with unit_of_work() as session:
        assert not services.finish(session, claim=dead, now=late)
        assert not services.give_up(session, claim=dead, error="E", now=late)
        assert not services.renew(session, claim=dead, now=late)
        assert services.renew(session, claim=living, now=late)
        assert services.requeue_expired(session, now=late + LEASE) == 0
        assert services.finish(session, claim=living, now=late)


def test_old_done_jobs_are_pruned_and_failed_ones_stay(app):
    done, failed, waiting = enqueue(), enqueue(), enqueue()
    with unit_of_work() as session:
        services.finish(session, claim=services.claim(session, job_id=done, now=NOW), now=NOW)
        taken = services.claim(session, job_id=failed, now=NOW)
        last = services.Claim(taken.job_id, taken.name, taken.args, taken.attempt)
        services.give_up(session, claim=last, error="E", now=NOW)
    with unit_of_work() as session:
        assert services.prune(session, now=NOW + rules.KEEP) == 0
        assert services.prune(session, now=NOW + rules.KEEP + timedelta(seconds=1)) == 1
    assert queries.get(reading(), job_id=done) is None
    assert {row.id for row in queries.jobs(reading())} == {failed, waiting}
    assert queries.counts(reading())[JobState.PENDING] == 2
    assert queries.is_unfinished(reading(), name="work")
    assert not queries.is_unfinished(reading(), name="other")
