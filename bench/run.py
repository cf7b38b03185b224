"""``make bench``: our pages and checkout beside the bare ones, in turn, on the same database server, as ratios.

Every figure is the median of five pairs A B A B. Beside the rate stands the processor time of one answer, taken from
/proc: it depends less on what else the machine does. Times are printed and never asserted.

    python -m bench.run --quick
    python -m bench.run --seconds 3 --pairs 5 --orders 80 --database sqlite --only orders
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import market
from bench.caller import at_once
from bench.pages import PAGES, Page, enter
from bench.servers import ROOT, Load, Shop, gunicorn, wrk
from marketplace.worker.supervisor import HEAPS, SHARED
from tests.support.postgres import create, running_postgres

_ORDER_CPU_MS: Final = 50
_MEMORY: Final = 2.2
_CHECKOUT: Final = 0.25


@dataclass(frozen=True)
class Databases:
    """The addresses of one run's databases, each its own on the same server."""

    kind: str
    folder: Path

    def __call__(self, name: str) -> str:
        """Return the address of an empty database."""
        if self.kind == "postgresql":
            return create(f"{name}_bench")
        return f"sqlite:///{self.folder / name}.sqlite3"


def main() -> None:
    """Measure and print the tables."""
    options = _options()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the run; medians of {options.pairs}")
    for kind in options.database:
        print(
            f"\n{kind:32}{'ours/s':>9}{'bare/s':>9}{'ratio':>8}{'aim':>9}{'':5}{'ours ms':>9}{'bare ms':>9}", flush=True
        )
        with _databases(kind) as databases:
            if options.only in ("all", "pages"):
                _measure_pages(databases, options)
            if options.only in ("all", "orders"):
                _measure_orders(databases, options)
    print(f"\nload {os.getloadavg()[0]:.1f} after the run")


def _measure_pages(databases: Databases, options: argparse.Namespace) -> None:
    city = _city(databases, "city")
    for arguments in (["db", "upgrade"], ["seed"], ["reindex"]):
        _run([sys.executable, "-m", "marketplace", *arguments], city)
    with _shops(databases, city, {}) as (ours, bare):
        visit = enter(ours)
        for page in PAGES:
            if page.name.startswith("search") and databases.kind != "postgresql":
                continue  # the bare search is PostgreSQL's
            _measure_page(page, visit.path(page), visit.headers(page), ours, bare, options)
        ours_kb, bare_kb = ours.memory_kb(), bare.memory_kb()
        verdict = _verdict(ours_kb / bare_kb <= _MEMORY)
        print(
            f"{'memory of the web processes':32}{ours_kb // 1024:6} MB{bare_kb // 1024:6} MB"
            f"{ours_kb / bare_kb:8.2f}{f'<= {_MEMORY}':>9}{verdict:5}",
            flush=True,
        )


def _measure_page(
    page: Page, path: str, headers: tuple[str, ...], ours: Shop, bare: Shop, options: argparse.Namespace
) -> None:
    wrk(ours, path, seconds=1, headers=headers)
    wrk(bare, page.bare, seconds=1)
    _report(
        page.name,
        page.aim,
        options.pairs,
        lambda: wrk(ours, path, seconds=options.seconds, headers=headers),
        lambda: wrk(bare, page.bare, seconds=options.seconds),
    )


def _measure_orders(databases: Databases, options: argparse.Namespace) -> None:
    city = _city(databases, "trade")
    _run([sys.executable, "-m", "marketplace", "db", "upgrade"], city)
    found = market.open_market(city, options.orders)
    with _shops(databases, city, {"BARE_SHAPE": market.describe(found.shape)}) as (ours, bare):
        due = market.totals(ours, found)
        at_once(ours, found.orders(), market.browse_to_confirmed)  # warm up

        def check_out() -> Load:
            orders = list(found.orders())
            at_once(ours, orders, market.fill_cart)
            return at_once(ours, orders, lambda caller, order: caller.ask(**market.check_out(order, due)))

        def check_out_bare() -> Load:
            return at_once(bare, found.orders(), lambda caller, order: caller.ask(**market.bare_check_out(order)))

        _report("checkout", _CHECKOUT, options.pairs, check_out, check_out_bare)
        cpu = [at_once(ours, found.orders(), market.browse_to_confirmed).cpu_ms for _ in range(options.pairs)]
        verdict = _verdict(statistics.median(cpu) <= _ORDER_CPU_MS)
        print(f"{'browse to confirmed order':58}{f'<= {_ORDER_CPU_MS} ms':>9}{verdict:5}{statistics.median(cpu):9.2f}")
        print(f"  a bare checkout wrote {found.shape}", flush=True)


def _report(name: str, aim: float, pairs: int, ours: Callable[[], Load], bare: Callable[[], Load]) -> None:
    """Load ours and bare in turn and print the medians."""
    found = [(ours(), bare()) for _ in range(pairs)]
    ratio = statistics.median(a.per_second / b.per_second for a, b in found)
    rates = [statistics.median(pair[side].per_second for pair in found) for side in (0, 1)]
    cpu = [statistics.median(pair[side].cpu_ms for pair in found) for side in (0, 1)]
    errors = sum(a.errors + b.errors for a, b in found)
    print(
        f"{name:32}{rates[0]:9.0f}{rates[1]:9.0f}{ratio:8.2f}{f'>= {aim}':>9}{_verdict(ratio >= aim):5}"
        f"{cpu[0]:9.2f}{cpu[1]:9.2f}" + (f"  {errors} errors!" if errors else ""),
        flush=True,
    )


def _verdict(reached: bool) -> str:  # noqa: FBT001  a column of the table
    return " yes" if reached else " no"


@contextmanager
def _databases(kind: str) -> Generator[Databases]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="city-bench-")))
        if kind == "postgresql":
            # Durable, as in service: what is measured includes waiting for the disk.
            server = stack.enter_context(running_postgres(fsync="on", synchronous_commit="on", full_page_writes="on"))
            os.environ["CITY_TEST_POSTGRES"] = server
        yield Databases(kind, folder)


@contextmanager
def _shops(databases: Databases, city: dict[str, str], shape: dict[str, str]) -> Generator[tuple[Shop, Shop]]:
    """Serve a prepared city and a bare shop that is filled here."""
    bare = {"BARE_DATABASE_URL": databases(f"bare_{Path(city['CITY_DATA_DIR']).name}")} | shape
    _run([sys.executable, "bench/bare.py", "fill"], bare)
    # Ours as `city serve` starts it.
    ours = gunicorn("wsgi:app", HEAPS | city, *SHARED)
    with ours as shop, gunicorn("bare:create_app()", bare, folder=ROOT / "bench") as theirs:
        yield shop, theirs


def _city(databases: Databases, name: str) -> dict[str, str]:
    """Return the environment of a city with a database and folders of its own."""
    metrics = databases.folder / f"{name}-metrics"
    metrics.mkdir()
    return {
        "CITY_ENV": "demo",
        "CITY_DATA_DIR": str(databases.folder / name),
        "CITY_DATABASE_URL": databases(name),
        "CITY_LIMITS": "off",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short pair of each: a look, not a measurement")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--orders", type=int, default=80, help="orders of one run")
    parser.add_argument("--database", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--only", default="all", choices=["all", "pages", "orders"])
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.pairs, options.orders = 1, 1, 24
    return options


if __name__ == "__main__":
    main()
