"""The life of a job, and how long to wait before trying again."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class JobState(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


LIFECYCLE: Final = Lifecycle(
    "job",
    {
        JobState.PENDING: {"claim": JobState.RUNNING},
        JobState.RUNNING: {
            "finish": JobState.DONE,
            "retry": JobState.PENDING,
            "expire": JobState.PENDING,
            "give_up": JobState.FAILED,
        },
        JobState.FAILED: {"revive": JobState.PENDING},
    },
)

# Waits of 5 s, 10 s, 20 s ... up to an hour: a whole day before a job is given up, as long as a message is good for.
ATTEMPTS: Final = 34
_FIRST_WAIT: Final = timedelta(seconds=5)
_LONGEST_WAIT: Final = timedelta(hours=1)
# A runner renews its lease while it works, so this is how long the work of a killed runner waits.
LEASE: Final = timedelta(seconds=60)
# Finished jobs are kept this long for those who look after the city.
KEEP: Final = timedelta(days=14)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after this many attempts, doubling each time."""
    return min(_FIRST_WAIT * 2 ** min(max(attempts, 1) - 1, 16), _LONGEST_WAIT)


def after_failure(attempts: int) -> str:
    """Name the transition after a failed attempt: ``retry``, or ``give_up`` after the last."""
    return "retry" if attempts < ATTEMPTS else "give_up"
