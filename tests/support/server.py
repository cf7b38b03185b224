"""``city serve`` as a test runs it: several processes behind one address, killed together, started again, called."""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.support import copied
from tests.support.processes import FORKED

ROOT = Path(__file__).resolve().parents[2]
# A server that is killed refuses a connection, drops one, or stops within its headers, its answer or a number of it.
CUT_OFF = (OSError, http.client.HTTPException, ValueError)


class StayHere(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to whoever asked."""

    def redirect_request(self, *_args):
        return None


NO_REDIRECTS = urllib.request.build_opener(StayHere)


class Server:
    """The supervisor, gunicorn and the job consumer, killed together and started again."""

    def __init__(self, settings, *, url=None, workers=2, threads=4):
        self.port = free_port()
        # Processes that are killed have no coverage to tell of; without it they start sooner.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self.environment = inherited | {
            "CITY_ENV": "test",
            "CITY_DATA_DIR": str(settings.data_dir),
            "CITY_DATABASE_URL": url or settings.database,
            "CITY_LIMITS": "off",
            "CITY_WEB_WORKERS": str(workers),
            "CITY_WEB_THREADS": str(threads),
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self.process = None

    def start(self, *, clock_offset=0):
        self.environment["CITY_CLOCK_OFFSET"] = str(clock_offset)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "marketplace", "serve"], cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start_again(self, *, clock_offset=0):
        """Start copies of a process that has loaded the application, so that it is not loaded once more."""
        self.environment["CITY_CLOCK_OFFSET"] = str(clock_offset)
        # A process counts as dead while the last of its threads go, and lets go of its lock with the very last.
        with Path(self.environment["CITY_DATA_DIR"], "serve.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
        self.process = FORKED.Process(target=copied.serve, args=(self.environment,))
        self.process.start()
        while os.getsid(self.process.pid) != self.process.pid:
            time.sleep(0.01)

    def answers_within(self, seconds):
        """Wait until somebody answers; return after how many seconds."""
        begun = time.monotonic()
        while (waited := time.monotonic() - begun) < seconds:
            with suppress(*CUT_OFF), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return waited
            time.sleep(0.05)
        raise AssertionError("the server never answered")

    def kill(self):
        """Kill every process at once, and see that none is left."""
        os.killpg(self.process.pid, signal.SIGKILL)
        if isinstance(self.process, subprocess.Popen):
            self.process.wait()
        else:
            self.process.join()
        until = time.monotonic() + 20
        while left := running(self.process.pid):
            assert time.monotonic() < until, left
            time.sleep(0.02)

    def call(self, method, path, token, body=None, key=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"null")

    def pay_on(self, page):
        """Pay on the provider's page; whether that went through is asked of the city afterwards."""
        form = urllib.parse.urlencode({"card": "pm_card_visa", "act": "pay"}).encode()
        with suppress(*CUT_OFF), NO_REDIRECTS.open(page, form, timeout=20):
            pass

    def insist(self, *args, patience=180, **options):
        """Call until the server says something final: a connection lost or a first try still running is neither."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                status, body = self.call(*args, **options)
            except CUT_OFF:
                time.sleep(0.2)
                continue
            running = status == 409 and body["type"].endswith(":key_running")
            if not running and status != 503:
                return status, body
            time.sleep(0.5)
        raise AssertionError("the server never answered")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def running(session_id):
    """Return the commands of a session's processes that are not dead."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, _group, session = path.read_text().rpartition(")")[2].split()[:4]
            if session == str(session_id) and state not in "ZX":
                found.append(path.with_name("cmdline").read_text())
    return found
