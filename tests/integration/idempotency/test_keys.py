"""One effect under one key, however many ask at once, and whatever dies in between."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.idempotency import services
from marketplace.idempotency.models import IdempotencyKey
from marketplace.idempotency.services import Fresh, Replay
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.outbox import services as outbox
from marketplace.outbox.models import OutboxJob
from tests.support.racing import at_once, codes, units_at_once

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SCOPE = "person:company"


def claim(key="k", fingerprint="f", now=NOW, scope=SCOPE):
    with unit_of_work() as session:
        return services.claim(session, scope=scope, key=key, fingerprint=fingerprint, now=now, lease=LEASE)


def complete(key="k", status=201, body=None, **options):
    with unit_of_work() as session:
        return services.complete(session, scope=SCOPE, key=key, status=status, body=body, **options)


def test_a_replay_returns_the_first_answer(app):
    assert claim() == Fresh(1)
    assert complete(body={"id": "7", "name": "茉莉香米"})
    assert claim() == Replay(201, {"id": "7", "name": "茉莉香米"})
    assert claim(now=NOW + timedelta(days=400)) == Replay(201, {"id": "7", "name": "茉莉香米"})
    assert not complete(status=500)
    assert claim().status == 201


def test_a_key_means_one_request_of_one_account(app):
    claim()
    complete()
    with pytest.raises(Refused) as refusal:
        claim(fingerprint="another body")
    assert refusal.value.code == "key_reused"
    assert claim(scope="another person", fingerprint="another body") == Fresh(1)


def test_a_running_request_is_not_run_beside_itself(app):
    claim()
    with pytest.raises(Conflict) as refusal:
        claim(now=NOW + LEASE - timedelta(seconds=1))
    assert refusal.value.code == "key_running"


def test_after_the_lease_a_retry_resumes_and_the_late_first_cannot_answer(app):
    first = claim()
    second = claim(now=NOW + LEASE)
    assert (first, second) == (Fresh(1), Fresh(2))
    assert not complete(attempt=first.attempt, body="late")
    with unit_of_work() as session:
        assert not services.release(session, scope=SCOPE, key="k", attempt=first.attempt)
    assert complete(attempt=second.attempt, body="second")
    assert claim() == Replay(201, "second")


def test_a_released_key_may_be_used_again_and_an_answered_one_is_not_released(app):
    claim(fingerprint="wrong")
    with unit_of_work() as session:
        assert services.release(session, scope=SCOPE, key="k")
    assert claim(fingerprint="mended") == Fresh(1)
    complete()
    with unit_of_work() as session:
        assert not services.release(session, scope=SCOPE, key="k")


def test_a_refusal_inside_the_unit_of_work_keeps_no_key(app):
    def act(session):
        services.claim(session, scope=SCOPE, key="k", fingerprint="f", now=NOW, lease=LEASE)
        raise Conflict("stock")

    with pytest.raises(Conflict):
        in_unit_of_work(act)
    assert claim(fingerprint="mended") == Fresh(1)


def test_a_malformed_key_is_refused(app):
    with pytest.raises(Malformed):
        claim(key="a b")


@pytest.mark.parametrize("fingerprints", [["f"] * 12, ["f", "g"] * 6])
def test_racers_get_one_effect_and_the_rest_its_answer_or_a_clear_refusal(app, fingerprints):
    """Claim, effect and answer in one unit of work: nobody sees a unique violation."""

    def work(session, fingerprint):
        found = services.claim(session, scope=SCOPE, key="k", fingerprint=fingerprint, now=NOW, lease=LEASE)
        if isinstance(found, Replay):
            return f"replay {found.body}"
        outbox.enqueue(session, "effect", {}, now=NOW)
        services.complete(session, scope=SCOPE, key="k", status=201, body=fingerprint)
        return "fresh"

    outcomes = Counter(codes(units_at_once(app, *[partial(work, fingerprint=each) for each in fingerprints])))
    (kept,) = reading().scalars(sa.select(IdempotencyKey.body)).all()
    others = len(fingerprints) - fingerprints.count(kept)
    expected = {"fresh": 1, f"replay {kept}": fingerprints.count(kept) - 1, "key_reused": others}
    assert outcomes == Counter(expected)
    assert reading().scalar(sa.select(sa.func.count()).select_from(OutboxJob)) == 1


def test_racers_for_an_expired_claim_resume_it_once(app):
    claim()
    ends = codes(at_once(app, [lambda: claim(now=NOW + LEASE).attempt] * 8))
    assert Counter(ends) == {2: 1, "key_running": 7}


def test_when_the_first_racer_is_refused_the_second_gets_the_key(app):
    """A claim that is rolled back while another waits for it leaves the way free."""
    claimed, may_fail = threading.Event(), threading.Event()

    def act(session):
        services.claim(session, scope=SCOPE, key="k", fingerprint="f", now=NOW, lease=LEASE)
        claimed.set()
        assert may_fail.wait(20)
        raise Conflict("stock")

    def refused():
        with app.app_context(), suppress(Conflict):
            in_unit_of_work(act)

    first = threading.Thread(target=refused)
    first.start()
    assert claimed.wait(20)
    threading.Timer(0.3, may_fail.set).start()
    assert claim() == Fresh(1)
    first.join()
