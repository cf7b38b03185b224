"""Start the two shops on loopback, load them, and read how much processor and memory they took."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
WORKERS: Final = "2"
THREADS: Final = "8"
CONNECTIONS: Final = 8
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Shop:
    """A running shop: where it answers and the process whose children do the work."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return the processor seconds of the server and its workers so far."""
        return sum(map(_ticks, self._pids())) / _TICKS

    def memory_kb(self) -> int:
        """Return what the server and its workers hold, shared pages counted once between them (PSS)."""
        return sum(map(_pss, self._pids()))

    def _pids(self) -> list[int]:
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [self.pid, *map(int, listed.split())]


@dataclass(frozen=True)
class Load:
    """What one run found: answers a second, milliseconds of processor an answer, answers that were no success."""

    per_second: float
    cpu_ms: float
    errors: int


@contextlib.contextmanager
def gunicorn(application: str, environment: dict[str, str], *flags: str, folder: Path = ROOT) -> Generator[Shop]:
    """Serve an application with the workers and threads that both shops get."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--workers", WORKERS, "--threads", THREADS, "--worker-class", "gthread", "--log-level", "error"),
        "--no-control-socket",
        *flags,
    ]
    server = subprocess.Popen(command, cwd=folder, env=os.environ | environment)
    shop = Shop(port, server.pid)
    try:
        _wait(shop.url)
        yield shop
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wrk(shop: Shop, path: str, *, seconds: int, headers: tuple[str, ...] = ()) -> Load:
    """Load one page with eight connections."""
    program = shutil.which("wrk")
    if program is None:
        message = "wrk is not installed: apt-get install wrk"
        raise SystemExit(message)
    flags = [part for header in headers for part in ("-H", header)]
    before = shop.cpu_seconds()
    command = [program, "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *flags, shop.url + path]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(_found(r"(\d+) requests in", said))
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    cpu = (shop.cpu_seconds() - before) / max(requests, 1)
    return Load(float(_found(r"Requests/sec:\s+([\d.]+)", said)), cpu * 1000, int(errors.group(1)) if errors else 0)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310  loopback
            return
        time.sleep(0.1)
    message = f"{url} does not answer"
    raise SystemExit(message)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        message = f"wrk said something else:\n{text}"
        raise SystemExit(message)
    return match.group(1)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss(pid: int) -> int:
    rolled_up = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(_found(r"\nPss:\s+(\d+) kB", rolled_up))
