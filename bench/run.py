"""``make bench``: our pages beside the bare ones, in turn, on the same database server, as ratios.

Every figure is the median of five pairs A B A B; the time of one run and the databases can be chosen:

    python -m bench.run --seconds 3 --pairs 5 --database sqlite
"""

import argparse
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.servers import ROOT, Load, Shop, gunicorn, wrk
from marketplace.seed import cast
from tests.support.postgres import create, running_postgres


@dataclass(frozen=True)
class Pair:
    """One kind of page: its path at ours and at the bare shop, and the ratio aimed at."""

    name: str
    ours: str
    bare: str
    aim: float
    member: bool = False


def main() -> None:
    """Measure and print the table."""
    options = _options()
    for database in options.database:
        with _shops(database) as (ours, bare, token_cookie, listing):
            pairs = [
                Pair("listing page", "/products", "/", 0.5),
                Pair("listing page, logged in", "/products", "/", 0.5, member=True),
                Pair("product page", f"/products/{listing}", "/products/17", 0.5),
                Pair("product page, logged in", f"/products/{listing}", "/products/17", 0.5, member=True),
            ]
            if database == "postgresql":
                pairs.append(Pair("search (Whoosh)", "/search?q=durian", "/search?q=durian", 0.1))
            print(f"\n{database}: requests a second and processor time of one request, medians of {options.pairs}")
            print(f"{'page':28}{'ours':>9}{'bare':>9}{'ratio':>8}{'aim':>7}{'ours ms':>10}{'bare ms':>10}")
            for pair in pairs:
                _measure(pair, ours, bare, options, token_cookie)


def _measure(pair: Pair, ours: Shop, bare: Shop, options: argparse.Namespace, cookie: str) -> None:
    headers = (f"Cookie: {cookie}",) if pair.member else ()
    wrk(ours, pair.ours, seconds=1, headers=headers)
    wrk(bare, pair.bare, seconds=1)
    found = [_turn(pair, ours, bare, options.seconds, headers) for _ in range(options.pairs)]
    errors = sum(a.errors + b.errors for a, b in found)
    ratio = statistics.median(a.per_second / b.per_second for a, b in found)
    mine = statistics.median(a.per_second for a, _ in found)
    theirs = statistics.median(b.per_second for _, b in found)
    mine_ms = statistics.median(a.cpu_ms for a, _ in found)
    their_ms = statistics.median(b.cpu_ms for _, b in found)
    note = f"  {errors} errors!" if errors else ""
    row = f"{pair.name:28}{mine:9.0f}{theirs:9.0f}{ratio:8.2f}{pair.aim:7.2f}{mine_ms:10.2f}{their_ms:10.2f}"
    print(row + note, flush=True)


def _turn(pair: Pair, ours: Shop, bare: Shop, seconds: int, headers: tuple[str, ...]) -> tuple[Load, Load]:
    """Load ours, then bare."""
    return wrk(ours, pair.ours, seconds=seconds, headers=headers), wrk(bare, pair.bare, seconds=seconds)


@contextmanager
def _shops(database: str) -> Generator[tuple[Shop, Shop, str, str]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="city-bench-")))
        city_url, bare_url = f"sqlite:///{folder / 'city.sqlite3'}", f"sqlite:///{folder / 'bare.sqlite3'}"
        if database == "postgresql":
            # Durable, as in service: what is measured includes waiting for the disk.
            server = stack.enter_context(running_postgres(fsync="on", synchronous_commit="on", full_page_writes="on"))
            os.environ["CITY_TEST_POSTGRES"] = server
            city_url, bare_url = create("city_bench"), create("bare_bench")
        city = {
            "CITY_ENV": "demo",
            "CITY_DATA_DIR": str(folder / "data"),
            "CITY_DATABASE_URL": city_url,
            "CITY_LIMITS": "off",
        }
        bare = {"BARE_DATABASE_URL": bare_url}
        (folder / "metrics").mkdir()
        city["PROMETHEUS_MULTIPROC_DIR"] = str(folder / "metrics")
        for arguments in (["db", "upgrade"], ["seed"], ["reindex"]):
            _run([sys.executable, "-m", "marketplace", *arguments], city)
        _run([sys.executable, "bench/bare.py", "fill"], bare)
        ours = stack.enter_context(gunicorn("wsgi:app", city))
        theirs = stack.enter_context(gunicorn("bare:create_app()", bare, folder=ROOT / "bench"))
        cookie, listing = _enter(ours)
        yield ours, theirs, cookie, listing


def _enter(shop: Shop) -> tuple[str, str]:
    """Log in as the demo buyer and return the cookie, and a listing that is on the shelf."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{shop.url}/login").read().decode()
    token = _found(r'name="csrf_token" value="([^"]+)"', form)
    fields = {"login": "buyer@demo.test", "password": cast.PASSWORD, "csrf_token": token, "idempotency_key": "bench"}
    browser.open(f"{shop.url}/login", urllib.parse.urlencode(fields).encode()).read()
    cookie = "; ".join(f"{item.name}={item.value}" for item in jar)
    return cookie, _found(r'href="/products/([0-9a-f-]{36})"', browser.open(f"{shop.url}/products").read().decode())


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        message = f"the page has no {pattern}"
        raise SystemExit(message)
    return match.group(1)


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
