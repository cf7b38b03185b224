"""The bell on huey: a queue in a file, in Redis or in PostgreSQL, holding nothing but job ids to wake runners."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
import structlog
from flask import Flask
from huey import PostgresHuey, PriorityRedisHuey, SqliteHuey
from huey.api import Huey
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer

from marketplace.config import Settings
from marketplace.outbox.bell import EXTENSION
from marketplace.worker.jobs import PATIENT
from marketplace.worker.runner import run

TASK: Final = "run_jobs"
# So many jobs one ring may name: whoever hears it does them one after the other.
_A_RING: Final = 10
_log = structlog.get_logger()


def make_huey(settings: Settings, secret: str) -> Huey:
    """Return the queue that fits the settings; entries are signed, because huey unpickles them."""
    common = {"results": False, "serializer": SignedSerializer(secret=secret, salt="city.bell")}
    if settings.redis_url:
        return PriorityRedisHuey("city", url=settings.redis_url, **common)
    url = sa.make_url(settings.database)
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey("city", dsn=dsn, **common)
    # The queue may be lost, so the disk need not be waited for.
    path = settings.data_dir / "queue.sqlite3"
    return SqliteHuey("city", filename=str(path), fsync=False, timeout=10, **common)


class HueyBell:
    """Rings by putting ids of jobs on the queue; connects at the first ring, so that building an app costs nothing."""

    def __init__(self, settings: Settings, secret: str, run: Callable[[UUID], object]) -> None:
        """Keep what the queue is made from, and what a runner does when it is woken."""
        self._settings = settings
        self._secret = secret
        self._run = run
        self._huey: Huey | None = None
        self._task: Any = None
        self._making = threading.Lock()

    def __call__(self, jobs: Sequence[tuple[UUID, str]]) -> None:
        """Wake a runner; a queue that cannot be reached is no failure, the relay will find the jobs.

        What an act left to do is told by few rings: each is a transaction of its own, waited for by whoever acted.
        """
        try:
            _ = self.huey
            for is_urgent in (True, False):
                ids = [str(job_id) for job_id, name in jobs if (name not in PATIENT) is is_urgent]
                for first in range(0, len(ids), _A_RING):
                    self._task(ids[first : first + _A_RING], priority=int(is_urgent))
        except Exception as error:  # noqa: BLE001  whatever is wrong with the queue, the act is committed
            _log.warning("bell_silent", jobs=[str(job_id) for job_id, _ in jobs], error=type(error).__name__)

    @property
    def huey(self) -> Huey:
        """The queue."""
        with self._making:
            if self._huey is None:
                huey = make_huey(self._settings, self._secret)
                self._task = huey.task(name=TASK)(self._woken)
                self._huey = huey
        return self._huey

    def waiting(self) -> int:
        """Count the rings that no runner has heard yet."""
        return self.huey.pending_count()

    def close(self) -> None:
        """Let go of the queue; the next ring connects anew."""
        with self._making:
            if self._huey is not None:
                self._huey.storage.close()
            self._huey = self._task = None

    def _woken(self, job_ids: Sequence[str]) -> None:
        for job_id in job_ids:
            self._run(UUID(job_id))


def install(app: Flask, settings: Settings) -> HueyBell:
    """Give the application its bell; ValueError for an address of Redis that cannot be used.

    Later a bell is silent about whatever is wrong with its queue, so a mistake in the settings is said here.
    """
    bell = HueyBell(settings, str(app.secret_key), lambda job_id: run(app, job_id))
    if settings.redis_url:
        try:
            _ = bell.huey  # connects at the first ring only
        except (ValueError, ConfigurationError) as error:
            msg = f"CITY_REDIS_URL cannot be used: {error}"
            raise ValueError(msg) from None
    app.extensions[EXTENSION] = bell
    return bell
