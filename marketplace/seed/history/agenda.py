"""What happens when: acts in the order of their instants, some of which call for others."""

import heapq
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import count

from marketplace.seed.desk import Desk

Act = Callable[[datetime], None]


class Agenda:
    """Acts up to the present; what would happen later does not."""

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing planned."""
        self._desk = desk
        self._planned: list[tuple[datetime, int, str, Act]] = []
        self._number = count()

    def add(self, at: datetime, act: Act, *, story: str) -> None:
        """Plan an act of a story; equal instants keep the order in which they were planned."""
        if at <= self._desk.now:
            heapq.heappush(self._planned, (at, next(self._number), story, act))

    def run(self) -> int:
        """Let everything happen; return how many acts there were."""
        done = 0
        while self._planned:
            at, _, story, act = heapq.heappop(self._planned)
            self._desk.attempt(story, partial(act, at))
            done += 1
        return done
