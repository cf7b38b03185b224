"""``city serve`` as an operator starts it: answers on its port, does its jobs, stops when asked."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from marketplace import paths
from tests.support.server import free_port


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own server
            return answer.status, answer.read()
    except urllib.error.URLError as error:
        return getattr(error, "code", 0), b""
    except OSError:
        return 0, b""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CITY_")},
        "CITY_DATA_DIR": str(tmp_path),
        "CITY_ENV": "test",
        "CITY_WEB_WORKERS": "1",
        "PORT": str(free_port()),
    }


def test_a_city_serves_until_it_is_asked_to_stop(environment, tmp_path):
    city = [sys.executable, "-m", "marketplace"]
    subprocess.run([*city, "db", "upgrade"], env=environment, cwd=paths.ROOT, check=True)
    address = f"http://127.0.0.1:{environment['PORT']}"
    process = subprocess.Popen([*city, "serve"], env=environment, cwd=paths.ROOT)
    try:
        deadline = time.monotonic() + 60
        while fetch(f"{address}/healthz")[0] != 200:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert fetch(f"{address}/readyz")[0] == 200
        assert b"city_requests_total" in fetch(f"{address}/metrics")[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        process.kill()
        process.wait()
    assert fetch(f"{address}/healthz")[0] == 0
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
