"""How long failed jobs wait, and when they are given up."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.mail.rules import STALE_AFTER
from marketplace.outbox import rules
from marketplace.outbox.rules import JobState


@given(st.integers(1, 1000))
def test_waits_grow_to_an_hour(attempts):
    wait = rules.wait_after(attempts)
    assert timedelta(seconds=5) <= wait <= rules.wait_after(attempts + 1) <= timedelta(hours=1)


def test_waits_double():
    assert [rules.wait_after(attempt).total_seconds() for attempt in (0, 1, 2, 3)] == [5, 5, 10, 20]


def test_the_last_attempt_gives_up():
    assert rules.after_failure(rules.ATTEMPTS - 1) == "retry"
    assert rules.after_failure(rules.ATTEMPTS) == "give_up"


def test_a_job_is_tried_for_as_long_as_a_message_is_good_for():
    tried = sum((rules.wait_after(attempt) for attempt in range(1, rules.ATTEMPTS)), timedelta())
    assert STALE_AFTER <= tried < STALE_AFTER + timedelta(hours=1)


def test_a_done_job_is_done():
    assert rules.LIFECYCLE.actions(JobState.DONE) == []
