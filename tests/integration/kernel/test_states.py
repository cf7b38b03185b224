"""Lists of states in questions: written once, and the same answer as any other list."""

from collections.abc import Collection
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work, write
from marketplace.kernel.ids import new_id
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState

pytestmark = pytest.mark.postgres

STATE = OutboxJob.__table__.c.state


@pytest.fixture
def jobs(app) -> None:
    now = clock.now()
    rest = {"name": "x", "args": {}, "key": None, "attempts": 0, "last_error": None, "finished_at": None}
    given = [
        {"id": new_id(), "state": state, "created_at": now, "run_at": now, "claimed_until": until, **rest}
        for state in JobState
        for until in [now + timedelta(minutes=1) if state is JobState.RUNNING else None]
    ]
    with unit_of_work() as session:
        write(session, OutboxJob, given)


def found(condition: sa.ColumnElement[bool]) -> set[JobState]:
    with unit_of_work() as session:
        return set(session.scalars(sa.select(OutboxJob.state).where(condition)))


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
@pytest.mark.parametrize("count", range(len(JobState) + 1))
def test_a_list_of_states_finds_those_and_its_contrary_the_others(
    jobs: None, kind: type[Collection[JobState]], count: int
) -> None:
    chosen = kind(list(JobState)[:count])  # type: ignore[call-arg]
    assert found(OutboxJob.state.in_(chosen)) == set(chosen)
    assert found(OutboxJob.state.not_in(chosen)) == set(JobState) - set(chosen)


def test_a_list_of_states_is_not_written_anew_at_every_asking(app) -> None:
    question = sa.select(OutboxJob.id).where(STATE.in_({JobState.PENDING, JobState.DONE}))
    assert not question.compile(db.engine).post_compile_params


def test_a_list_that_is_given_later_is_still_one_parameter(jobs: None) -> None:
    question = sa.select(OutboxJob.state).where(STATE.in_(sa.bindparam("states", expanding=True)))
    with unit_of_work() as session:
        assert list(session.scalars(question, {"states": [JobState.PENDING]})) == [JobState.PENDING]
    assert found(STATE.in_(sa.select(sa.literal("pending")))) == {JobState.PENDING}


def test_a_text_that_is_no_state_is_refused_in_a_list(jobs: None) -> None:
    with pytest.raises(StatementError, match="nonsense"):
        found(OutboxJob.state.in_(["nonsense"]))
