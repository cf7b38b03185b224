"""Jobs that were given up and papers that could not be set run again when an admin says so."""

import json
from uuid import uuid4

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy import text

from marketplace.accounts.rules.permissions import Role
from marketplace.edge import limits, schema
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.each import each
from marketplace.outbox import services as outbox
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from tests import factories
from tests.support.visitors import Program, Visitor, enrolled


@pytest.fixture
def admin(app):
    factories.open_market(app)
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.ADMIN, now=clock.now())


@pytest.fixture
def given_up(app, admin):
    with unit_of_work() as session:
        job_id = outbox.enqueue_once(session, "sweep_logins", {}, key="given-up", now=clock.now())
        session.execute(sa.update(OutboxJob).where(OutboxJob.id == job_id).values(state=JobState.FAILED, attempts=12))
    return job_id


def test_a_job_given_up_runs_again(app, admin, given_up):
    program = Program(app, admin.headers["Authorization"].removeprefix("Bearer "))
    (found,) = program.call("GET", "/jobs", 200)["items"]
    assert (found["id"], found["name"], found["attempts"]) == (str(given_up), "sweep_logins", 12)
    program.call("POST", f"/jobs/{given_up}/revival", 204)
    program.call("POST", f"/jobs/{given_up}/revival", 409)
    program.call("POST", f"/jobs/{uuid4()}/revival", 404)
    assert program.call("GET", "/jobs", 200)["items"] == []
    assert program.call("GET", "/documents/failed", 200)["items"] == []


def test_the_desk_counts_it_and_the_page_runs_it_again(app, admin, given_up):
    visitor = Visitor(app)
    visitor.log_in(admin.login)
    enrolled(visitor)
    assert "Jobs given up and papers not set" in visitor.open("/operator")
    visitor.open("/operator/jobs")
    visitor.send(f"/operator/jobs/{given_up}/revival", {})
    assert "No job was given up" in visitor.open("/operator/jobs")


def test_one_row_that_breaks_keeps_no_other_waiting(app):
    ids, done = [uuid4() for _ in range(3)], []

    def work(_session, row_id):
        if row_id == ids[1]:
            raise RuntimeError("lan@hanoi.example.org")
        done.append(row_id)
        return True

    assert each(ids, work, act="test") == 2
    assert done == [ids[0], ids[2]]


def test_a_city_with_another_schema_is_not_ready(app, client):
    assert client.get("/readyz").get_json() == {"status": "ok", "schema": schema.head()}
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    reading().rollback()
    assert client.get("/readyz").status_code == 503


def test_an_unexpected_error_is_logged_without_its_message(app, client, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("lan@hanoi.example.org")

    monkeypatch.setattr(schema, "head", broken)
    with structlog.testing.capture_logs() as said:
        assert client.get("/readyz").status_code == 500
    (line,) = [line for line in said if line["event"] == "unexpected"]
    assert line["error"] == "RuntimeError"
    assert "lan@hanoi" not in str(said)


def test_the_card_provider_is_not_braked(app, client, monkeypatch):
    monkeypatch.setitem(app.extensions, limits.EXTENSION, limits.OwnBrake())
    monkeypatch.setattr(limits, "WRITES_A_MINUTE", 1)
    app.before_request_funcs[None].append(limits._check)
    try:
        assert {client.post(limits.WEBHOOK, data=b"{}").status_code for _ in range(3)} == {400}
        assert [client.post("/api/v1/tokens", json={}).status_code for _ in range(2)] == [422, 429]
    finally:
        app.before_request_funcs[None].remove(limits._check)


def test_production_tells_browsers_to_stay_with_tls(app, client):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    app.extensions["city.secure"] = True
    try:
        assert client.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"
    finally:
        app.extensions["city.secure"] = False


def test_a_key_that_is_needed_is_declared(client):
    document = json.loads(client.get("/api/v1/openapi.json").text)
    declared = [item["name"] for item in document["paths"]["/api/v1/checkout"]["post"].get("parameters", [])]
    assert "Idempotency-Key" in declared
    asked = [item["name"] for item in document["paths"]["/api/v1/imports"]["post"]["parameters"]]
    assert {"dry_run", "submit", "sheet"} <= set(asked)
    spared = document["paths"]["/api/v1/tokens"]["post"].get("parameters", [])
    assert "Idempotency-Key" not in [item["name"] for item in spared]
