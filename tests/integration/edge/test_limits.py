"""Limits that every process of a city shares through Redis, and what happens while Redis is away."""

import contextvars

import pytest

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.edge import limits
from marketplace.edge.limits import OwnBrake, SharedBrake
from marketplace.kernel.db import db
from tests.support.processes import FORKED
from tests.support.redis import running_redis


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with running_redis(tmp_path_factory.mktemp("redis")) as address:
        yield address


def _count(url, tries, answers):
    brake = SharedBrake(url)
    answers.put(sum(brake.take("stranger", most=50) == 0 for _ in range(tries)))


@pytest.mark.redis
def test_processes_together_get_no_more_than_one_would(url):
    answers = FORKED.Queue()
    processes = [FORKED.Process(target=_count, args=(url, 30, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    allowed = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert sum(allowed) == 50
    assert 0 < SharedBrake(url).take("stranger", most=50) <= 60
    assert SharedBrake(url).take("somebody else", most=50) == 0


@pytest.mark.redis
def test_what_is_over_counts_no_more(url, monkeypatch):
    monkeypatch.setattr(limits, "_WINDOW", 0.2)
    brake = SharedBrake(url)
    assert brake.take("patient", most=1) == 0
    wait = brake.take("patient", most=1)
    assert 0 < wait <= 0.2
    limits.time.sleep(wait + 0.02)
    assert brake.take("patient", most=1) == 0


@pytest.mark.redis
def test_two_web_servers_of_a_city_brake_as_one(url, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "WRITES_A_MINUTE", 3)
    servers = [
        create_app(Settings(env="test", data_dir=tmp_path, redis_url=url, limits="on", port=8000)) for _ in range(2)
    ]

    def ask(app):
        return app.test_client().post("/api/v1/nowhere", json={})

    answers = [contextvars.Context().run(ask, servers[turn % 2]) for turn in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    for app in servers:
        app.extensions["city.bell"].close()
        with app.app_context():
            db.engine.dispose()


@pytest.mark.redis
def test_a_redis_that_goes_away_stops_nobody_and_is_asked_again_later(tmp_path, monkeypatch):
    with running_redis(tmp_path) as url:
        brake = SharedBrake(url)
        assert brake.take("name", most=1) == 0
        assert brake.take("name", most=1) > 0
    assert brake.take("name", most=1) == 0
    assert brake.take("name", most=1) > 0
    monkeypatch.setattr(brake, "_take", lambda **_asked: pytest.fail("asked too soon"))
    assert brake.take("another", most=1) == 0
    monkeypatch.setattr(brake, "_take", lambda **_asked: 1500)
    brake._again_at = 0.0
    assert brake.take("another", most=9) == 1.5


def test_one_process_counts_its_own(monkeypatch):
    brake = OwnBrake()
    assert [brake.take("name", most=2) for _ in range(2)] == [0, 0]
    assert 59 < brake.take("name", most=2) <= 60
    assert brake.take("other", most=2) == 0
    monkeypatch.setattr(limits, "_MOST_NAMES", 1)
    assert brake.take("name", most=2) == 0
