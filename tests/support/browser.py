"""Where Chromium is on this machine."""

import os
import shutil
from pathlib import Path
from typing import Final

from tests.support.services import missing

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PLACES: Final = (
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> Path | None:
    """Locate a Chromium: `CITY_CHROMIUM` if set, else the system's; None when there is none."""
    named = os.environ.get("CITY_CHROMIUM")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    place = on_path or next((place for place in _PLACES if os.access(place, os.X_OK)), None)
    return Path(place) if place else None


def chromium() -> Path:
    """Locate a Chromium or leave the test, naming what is missing."""
    found = find_chromium()
    return found or missing("browser tests", "no Chromium found; CITY_CHROMIUM names one")


def launch_arguments() -> list[str]:
    """Flags for a start that works in containers: root has no sandbox, /dev/shm may be tiny, and there is no GPU."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*sandbox, "--disable-dev-shm-usage", "--disable-gpu"]
