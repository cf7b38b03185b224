"""Every second: ring for jobs that nobody rang for, give back a dead runner's, ask for the periodic ones."""

import fcntl
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

import structlog
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.outbox import queries, services
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.worker import runner
from marketplace.worker.bell import HueyBell
from marketplace.worker.jobs import PERIODIC

_BEAT: Final = 1.0
# Whoever wrote a job has rung for it; only what is still waiting after this was missed.
_GRACE: Final = timedelta(seconds=1)
# More rings than this are not put on a queue that is not being emptied.
_AT_ONCE: Final = 50
_DAY: Final = 24 * 3600
_log = structlog.get_logger()


class Relay(threading.Thread):
    """The consumer's clockwork."""

    def __init__(self, app: Flask, bell: HueyBell, lock: Path) -> None:
        """Prepare to beat for an application; ``lock`` is held by the one scheduler of a machine."""
        super().__init__(name="relay", daemon=True)
        self._app = app
        self._bell = bell
        self._lock = lock
        self._held: IO[bytes] | None = None
        self._over = threading.Event()

    def run(self) -> None:
        """Beat until stopped; a failing beat is logged and the next one tries again."""
        while not self._over.is_set():
            try:
                with self._app.app_context():
                    self._beat()
            except Exception as error:  # noqa: BLE001  the database may be away for a while
                _log.warning("relay_failed", error=type(error).__name__)
            self._over.wait(_BEAT)
        if self._held:
            self._held.close()

    def stop(self) -> None:
        """Beat no more."""
        self._over.set()
        self.join(timeout=10)

    def _beat(self) -> None:
        runner.recover()
        if self._is_scheduler():
            ask_for_periodic(now=clock.now())
        reading().rollback()
        ring_for_missed(self._bell, now=clock.now())

    def _is_scheduler(self) -> bool:
        if self._held is None:
            handle = self._lock.open("ab")
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.close()
                return False
            self._held = handle
        return True


def ring_for_missed(bell: HueyBell, *, now: datetime) -> int:
    """Ring for due jobs that are still waiting; return for how many."""
    if bell.waiting() >= _AT_ONCE:
        return 0
    missed = queries.named_due(reading(), now=now - _GRACE, limit=_AT_ONCE)
    for job in missed.items():
        bell((job,))  # each by itself: several runners may hear
    return len(missed)


def ask_for_periodic(*, now: datetime, table: Iterable[tuple[str, int | Setting]] = PERIODIC) -> int:
    """Write the periodic jobs of the present periods; return how many were new.

    The key names the period, so schedulers of several machines ask for each once, whatever they know of each other.
    """
    asked = 0
    for name, period in table:
        session = reading()
        seconds = _DAY * reference.setting(session, period, at=now) if isinstance(period, Setting) else period
        key = f"{name}:{seconds}:{int(now.timestamp()) // seconds}"
        if queries.has_key(session, key=key) or queries.is_unfinished(session, name=name):
            continue
        in_unit_of_work(lambda writing, name=name, key=key: services.enqueue(writing, name, {}, now=now, key=key))
        asked += 1
    return asked
