"""Take the pictures of docs/screenshots with Chromium, from a demo city of its own that is thrown away after.

Every page is taken as a visitor sees it first, in English and in daylight: on a small desk, and on a phone.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import find_chromium, launch_arguments  # noqa: E402  the checkout is on the path only now

PICTURES = ROOT / "docs" / "screenshots"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
# Name of the picture, the page it shows, the link to follow from there, and the screen.
SHOTS = (
    ("home", "/", "", DESK),
    ("products", "/products", "", DESK),
    ("product", "/products", ".offer__link", DESK),
    ("departures", "/departures", "", DESK),
    ("product-phone", "/products", ".offer__link", PHONE),
)
CITY = [sys.executable, "-m", "marketplace"]


def main() -> None:
    """Serve a fresh demo city and take every picture."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no Chromium found; CITY_CHROMIUM names one")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=launch_arguments())
        page = browser.new_page(color_scheme="light", reduced_motion="reduce", locale="en")
        for name, path, link, size in SHOTS:
            page.set_viewport_size(size)
            page.goto(address + path, wait_until="networkidle")
            if link:
                page.goto(address + str(page.locator(link).first.get_attribute("href")), wait_until="networkidle")
            page.screenshot(path=str(PICTURES / f"{name}.png"))
            print(f"docs/screenshots/{name}.png: {(PICTURES / f'{name}.png').stat().st_size // 1024} kB")
        browser.close()


@contextmanager
def _served() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "CITY_ENV": "demo", "CITY_DATA_DIR": folder, "PORT": str(port)}
        for command in (["db", "upgrade"], ["seed"]):
            subprocess.run([*CITY, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([*CITY, "serve"], cwd=ROOT, env=environment)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own server
            return
        time.sleep(0.1)
    raise SystemExit("the demo city did not come up")


if __name__ == "__main__":
    main()
