"""Promises are asked about in one question, and each that is broken is reported in its place."""

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.db import reading, unit_of_work
from marketplace.outbox import services as outbox
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState

pytestmark = pytest.mark.postgres

NAME = r"a:b ::c \:d %s 100 % $1 it's {e} :f"
OVER = (JobState.DONE, JobState.FAILED)


def named(name, *states):
    return lambda: sa.select(OutboxJob.id).where(OutboxJob.name == name, OutboxJob.state.in_(states))


PROMISES = Promises(
    "0 jobs",
    Promise("job", "is over", named(NAME, *OVER)),
    Promise("job", "waits", named(NAME, JobState.PENDING), invariant="1 jobs"),
    Promise("job", "is another", named(NAME.replace("::", ":"), JobState.PENDING, *OVER)),
    Promise("job", "is called so", lambda: sa.select(OutboxJob.id).where(OutboxJob.name.like("a:b ::c%:f"))),
)


def test_each_promise_is_asked_as_it_was_written(app):
    with unit_of_work() as session:
        job_id = outbox.enqueue(session, NAME, {}, now=clock.now())
    assert PROMISES.breaches(reading()) == [
        Breach("1 jobs", "job", job_id, "waits"),
        Breach("0 jobs", "job", job_id, "is called so"),
    ]
    with unit_of_work() as session:
        session.execute(sa.update(OutboxJob).values(state=JobState.FAILED))
    assert [one.what for one in PROMISES.breaches(reading())] == ["is over", "is called so"]
