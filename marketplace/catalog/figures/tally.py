"""What a process has counted and not yet brought to the database.

A page that is looked at writes nothing: on SQLite each write would wait for every other. It adds one in memory, and a
thread brings everything along after a few seconds in one transaction. A process that is stopped brings its rest; one
that is killed loses what it counted since the last time, and nothing else.
"""

import atexit
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID

from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.figures.services import Counts
from marketplace.kernel.db import extension

EXTENSION: Final = "city.tally"
# Seconds that numbers wait in a process at most.
WAIT: Final = 5.0
# While the database is away nobody's memory fills up; what is new then is not counted.
_MOST: Final = 20_000


class Tally:
    """Counters of one process. ``write`` brings them to the database; without ``wait`` it is called for by hand."""

    def __init__(self, write: Callable[[Counts], None], *, wait: float | None = WAIT) -> None:
        """Count nothing yet; no thread runs before something is counted, so that processes can part before."""
        self._write = write
        self._wait = wait
        self._counts: Counter[tuple[UUID, date, Kind]] = Counter()
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._ends = False

    def note(self, listing_id: UUID, *, day: date, kind: Kind) -> None:
        """Count one."""
        key = (listing_id, day, kind)
        with self._turn:
            if key in self._counts or len(self._counts) < _MOST:
                self._counts[key] += 1
            self._ring()

    def flush(self) -> None:
        """Bring what was counted to the database; what it does not take is kept for the next time, and raised."""
        with self._writing:
            with self._turn:
                taken, self._counts = self._counts, Counter()
            if not taken:
                return
            try:
                self._write(taken)
            except BaseException:
                with self._turn:
                    self._counts.update(taken)
                raise

    def _ring(self) -> None:
        """Let a thread come in a while, unless one is on its way."""
        if self._wait is None or self._timer is not None:
            return
        if not self._ends:
            self._ends = True
            atexit.register(self.flush)
        self._timer = threading.Timer(self._wait, self._came)
        self._timer.daemon = True
        self._timer.start()

    def _came(self) -> None:
        with self._turn:
            self._timer = None
        try:
            self.flush()
        finally:
            with self._turn:
                if self._counts:
                    self._ring()


def note(listing_id: UUID, *, day: date, kind: Kind) -> None:
    """Count one where the application counts: a program that writes a city's past does not."""
    counting: Tally | None = extension(EXTENSION)
    if counting is not None:
        counting.note(listing_id, day=day, kind=kind)
