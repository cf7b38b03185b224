"""``city serve``: the web server and one job consumer as children, restarted when they die, stopped together."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

from marketplace import paths
from marketplace.config import Settings

# What is loaded is shared by the web processes; nothing is connected before they part.
SHARED: Final = ("--preload",)
# The C library would keep many heaps for threads of which one at a time runs Python.
HEAPS: Final = {"MALLOC_ARENA_MAX": "2"}
_SETTLED: Final = 15.0  # a child that gives up younger than this at its first start cannot run here at all
_LONGEST_WAIT: Final = 30.0
_PATIENCE: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1
_log = structlog.get_logger()


@dataclass(slots=True)
class Child:
    """One kind of process that has to be running."""

    name: str
    command: list[str]
    orphan_signal: signal.Signals  # what it hears when the supervisor is killed
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = field(default=0.0)

    def start(self, environment: dict[str, str]) -> None:
        """Start the process."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own programs
            self.command,
            cwd=paths.ROOT,
            env=environment,
            preexec_fn=_orphaned_by(self.orphan_signal),  # noqa: PLW1509  the supervisor has one thread
        )

    def note_death(self, status: int) -> bool:
        """Plan the restart of a process that died; False when it gave up before it got going.

        A negative status is a signal's: being killed says nothing against starting again.
        """
        age = time.monotonic() - self.started
        if status >= 0 and self.deaths == 0 and age < _SETTLED:
            return False
        self.deaths = 1 if age > 60 else self.deaths + 1
        self.due = time.monotonic() + min(2.0 ** (self.deaths - 1) - 1, _LONGEST_WAIT)
        self.process = None
        return True


def supervise(settings: Settings) -> None:
    """Serve a city until SIGTERM or SIGINT; SystemExit 1 when it is served already or a process cannot start."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "serve.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.error("already_served", data_dir=str(settings.data_dir))
            raise SystemExit(1) from None
        _serve(settings)


def _serve(settings: Settings) -> None:
    environment = _prepare(settings)
    children = [
        Child("web", web_command(settings), signal.SIGQUIT),
        Child("worker", [sys.executable, "-m", "marketplace", "worker"], signal.SIGTERM),
    ]
    stopping = _stop_signals()
    for child in children:
        child.start(environment)
    failed = False
    while not stopping and not failed:
        time.sleep(0.2)
        failed = not all(_look_after(child, environment) for child in children)
    _stop(children)
    if failed:
        raise SystemExit(1)


def web_command(settings: Settings) -> list[str]:
    """Return the command of the web server: threads for waiting, processes for both cores."""
    shared_memory = Path("/dev/shm")  # noqa: S108  gunicorn's heartbeat files, made safely by gunicorn
    command = [
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *("--worker-class", "gthread"),
        *("--workers", str(settings.web_workers)),
        *("--threads", str(settings.web_threads)),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--graceful-timeout", "20"),
        *("--log-level", "warning"),
        *SHARED,
        "--no-control-socket",
    ]
    return [*command, "--worker-tmp-dir", str(shared_memory)] if shared_memory.is_dir() else command


def _prepare(settings: Settings) -> dict[str, str]:
    """Clear what a former start left, and return the children's environment."""
    # Nothing is lost with the queue, and one that a power cut left broken would only delay.
    for suffix in ("", "-wal", "-shm"):
        (settings.data_dir / f"queue.sqlite3{suffix}").unlink(missing_ok=True)
    # Counters of processes that are gone would be added to those of the new ones.
    metrics = settings.data_dir / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    return HEAPS | os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics), "PORT": str(settings.port)}


def _look_after(child: Child, environment: dict[str, str]) -> bool:
    """Restart a child that died; False when it cannot run."""
    if child.process is None:
        if time.monotonic() >= child.due:
            child.start(environment)
        return True
    status = child.process.poll()
    if status is None:
        return True
    _log.warning("process_died", name=child.name, status=status)
    return child.note_death(status)


def _stop_signals() -> list[int]:
    """Collect the signals that ask to stop."""
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, hear)
    return heard


def _stop(children: list[Child]) -> None:
    """Ask every child to finish, and insist when it does not."""
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + _PATIENCE
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _orphaned_by(number: signal.Signals) -> Callable[[], None] | None:
    """Let the kernel stop a child whose supervisor was killed, else it would keep the port (Linux only)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))

    return ask
