"""Take the pictures of docs/screenshots with Chromium, from a demo city of its own that is thrown away after.

Every page is taken as its reader sees it first, in English and in daylight: on a small desk, and on a phone. Chromium
writes every script with the fonts of the papers, whatever the machine has.
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
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from marketplace.seed.cast import PASSWORD  # noqa: E402  the checkout is on the path only now
from tests.support.browser import find_chromium, launch_arguments  # noqa: E402  the checkout is on the path only now

PICTURES = ROOT / "docs" / "screenshots"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
PATIENCE = 180_000  # milliseconds; a machine with other work is slow
CITY = [sys.executable, "-m", "marketplace"]


class Shot(NamedTuple):
    """A picture: its name, the page, the link to follow from there, who looks (nobody: a stranger), the screen."""

    name: str
    path: str
    link: str = ""
    reader: str = ""
    screen: dict[str, int] = DESK


SHOTS = (
    Shot("home", "/"),
    Shot("products", "/products"),
    Shot("product", "/products", ".offer__link"),
    Shot("product-phone", "/products", ".offer__link", screen=PHONE),
    Shot("departures", "/departures"),
    Shot("order", "/orders", "tr:has-text('In fulfilment') a", "buyer"),
    Shot("order-phone", "/orders", "tr:has-text('In fulfilment') a", "buyer", PHONE),
    Shot("merchant", "/merchant", reader="merchant"),
    Shot("departure", "/operator/departures", "tr:has-text('Held up') a", "logistics"),
    Shot("moderation", "/operator/moderation", reader="moderator"),
)


def main() -> None:
    """Serve a fresh demo city and take every picture."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no Chromium found; CITY_CHROMIUM names one")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with _served() as address, _fonts() as fonts, sync_playwright() as playwright:
        environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        browser = playwright.chromium.launch(
            executable_path=str(chromium), args=launch_arguments(), env=environment, timeout=PATIENCE
        )
        readers: dict[str, Page] = {}
        for shot in SHOTS:
            if shot.reader not in readers:
                readers[shot.reader] = _page_of(browser, address, shot.reader)
            _take(readers[shot.reader], address, shot)
        browser.close()


def _page_of(browser: Browser, address: str, reader: str) -> Page:
    page = browser.new_context(color_scheme="light", reduced_motion="reduce", locale="en").new_page()
    page.set_default_timeout(PATIENCE)
    if reader:
        page.goto(f"{address}/login", wait_until="networkidle")
        page.fill("main input[name=login]", f"{reader}@demo.test")
        page.fill("main input[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def _take(page: Page, address: str, shot: Shot) -> None:
    page.set_viewport_size({"width": shot.screen["width"], "height": shot.screen["height"]})
    page.goto(address + shot.path, wait_until="networkidle")
    if shot.link:
        page.goto(address + str(page.locator(shot.link).first.get_attribute("href")), wait_until="networkidle")
    picture = PICTURES / f"{shot.name}.png"
    page.screenshot(path=str(picture))
    print(f"docs/screenshots/{picture.name}: {picture.stat().st_size // 1024} kB")


@contextmanager
def _fonts() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fonts.conf"
        file.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{ROOT / "var" / "fonts"}</dir>'
            f"<cachedir>{folder}</cachedir></fontconfig>"
        )
        yield file


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
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own server
            return
        time.sleep(0.1)
    raise SystemExit("the demo city did not come up")


if __name__ == "__main__":
    main()
