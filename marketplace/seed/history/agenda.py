"""What happens when: acts in the order of their instants, some of which call for others."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]


class Agenda:
    """Acts up to the present; what would happen later does not."""

    def __init__(self, now: datetime) -> None:
        """Begin with nothing planned."""
        self.now = now
        self._planned: list[tuple[datetime, int, Act]] = []
        self._number = count()

    def add(self, at: datetime, act: Act) -> None:
        """Plan an act; equal instants keep the order in which they were planned."""
        if at <= self.now:
            heapq.heappush(self._planned, (at, next(self._number), act))

    def run(self) -> int:
        """Let everything happen; return how many acts there were."""
        done = 0
        while self._planned:
            at, _, act = heapq.heappop(self._planned)
            act(at)
            done += 1
        return done
