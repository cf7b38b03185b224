"""A whole city as ``city serve`` runs it: web server and job consumer, on a port and in a folder of its own."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from marketplace import paths
from marketplace.config import Settings
from marketplace.worker.supervisor import web_command
from tests.conftest import Database
from tests.support import postgres
from tests.support.server import free_port

_CITY = (sys.executable, "-m", "marketplace")


@dataclass
class City:
    """A city that can be stopped and go on at another hour."""

    folder: Path
    database: str = ""
    port: int = 0
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """The address its pages begin with."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, clock_offset: int = 0, jobs: bool = True) -> None:
        """Serve the city, with its clock moved by so many seconds; without ``jobs`` the pages alone."""
        self.port = self.port or free_port()
        environment = self._environment | {"CITY_CLOCK_OFFSET": str(clock_offset)}
        settings = Settings(env="demo", data_dir=self.folder, port=self.port, web_workers=1)
        command = [*_CITY, "serve"] if jobs else web_command(settings)
        self.running = subprocess.Popen(command, cwd=paths.ROOT, env=environment)
        wait_for(f"{self.address}/healthz", self.running)

    def stop(self) -> None:
        """Stop the city as its keeper would."""
        if self.running is not None:
            self.running.terminate()
            self.running.wait(60)
            self.running = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the city."""
        return subprocess.run(
            [*_CITY, *words], cwd=paths.ROOT, env=self._environment, check=False, capture_output=True, text=True
        )

    @property
    def _environment(self) -> dict[str, str]:
        # What these processes run is measured by other tests; without that they start and answer sooner.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        return inherited | {
            "CITY_ENV": "demo",
            "CITY_DATA_DIR": str(self.folder),
            "CITY_DATABASE_URL": self.database,
            "CITY_LIMITS": "off",
            "CITY_WEB_WORKERS": "1",
            "PORT": str(self.port),
        }


def seeded(database: Database, folder: Path, *, extent: str) -> City:
    """Return a fresh demo city of an extent: on SQLite a copy of the one that all workers of a run share."""
    if database.name != "sqlite":
        postgres.recreate(database.url, template=database.template)
        return _filled(City(folder, database.url), extent)
    shared = _of_the_run(folder) / f"seeded-{extent}"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            made = shared.with_suffix(".new")
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            shutil.copyfile(database.template, made / "city.sqlite3")
            _filled(City(made), extent)
            made.rename(shared)
    shutil.copytree(shared, folder, dirs_exist_ok=True)
    return City(folder)


def _filled(city: City, extent: str) -> City:
    made = city.command("seed", "--extent", extent)
    assert made.returncode == 0, made.stderr
    return city


def _of_the_run(folder: Path) -> Path:
    """Return the temporary folder that a run's workers have in common, from one that pytest gave to a worker."""
    own = folder.parent
    return own.parent if own.name.startswith("popen-") else own


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers; AssertionError when it died or takes three minutes on a busy machine."""
    deadline = time.monotonic() + 180
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own server
            return
        time.sleep(0.1)
    raise AssertionError("the web server did not come up")
