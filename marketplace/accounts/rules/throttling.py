"""How long a guesser waits: a few tries are free, then each failure doubles the wait up to a bound.

A login counts in three buckets, all keyed hashes: *pair* (this login from this address) is strict, *address* is
looser because an office shares one, *login* is loosest and its wait shortest, so that a stranger who fails on
purpose from many addresses can never lock the owner out for long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

WINDOW: Final = timedelta(hours=24)


class BucketKind(StrEnum):
    """What is counted."""

    PAIR = "pair"
    ADDRESS = "address"
    LOGIN = "login"
    SENDING = "sending"  # codes sent to one login: messages cost money and annoy
    ASKING = "asking"  # codes asked for, and companies registered, from one address


@dataclass(frozen=True, slots=True)
class Limit:
    """So many free tries, then a first wait that doubles up to the longest."""

    free: int
    first: timedelta
    longest: timedelta


LIMITS: Final[dict[BucketKind, Limit]] = {
    BucketKind.PAIR: Limit(5, timedelta(seconds=15), timedelta(minutes=15)),
    BucketKind.ADDRESS: Limit(30, timedelta(seconds=15), timedelta(hours=1)),
    BucketKind.LOGIN: Limit(50, timedelta(seconds=1), timedelta(seconds=30)),
    BucketKind.SENDING: Limit(3, timedelta(seconds=60), timedelta(minutes=30)),
    BucketKind.ASKING: Limit(20, timedelta(seconds=60), timedelta(hours=1)),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """One counter: its kind and the keyed hash of what it counts for."""

    kind: BucketKind
    key: str

    @property
    def name(self) -> str:
        """The counter's name in the database."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Tally:
    """The failures of one bucket since the window began."""

    count: int
    window_start: datetime
    last_at: datetime


def wait_after(limit: Limit, failures: int) -> timedelta:
    """Return how long the next try must wait after so many failures."""
    beyond = failures - limit.free
    if beyond < 0:
        return timedelta()
    # 2**32 seconds are a century: the bound below is long reached, and the number stays small.
    return min(limit.longest, limit.first * 2 ** min(beyond, 32))


def waiting_time(limit: Limit, tally: Tally, now: datetime) -> int:
    """Return the seconds left to wait, rounded up; 0 when the next try may come now."""
    if now - tally.window_start >= WINDOW:
        return 0
    left = tally.last_at + wait_after(limit, tally.count) - now
    return max(0, -(-left // timedelta(seconds=1)))
