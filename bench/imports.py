"""How fast a price list becomes listings that buyers find: rows a second, by the clock and by the processor.

    python -m bench.imports [rows] [sqlite | postgresql | an empty database's URL]

A fresh city in a folder of its own, on SQLite unless something else is named; nothing is left behind.
Every rate counts all rows of the list; *searchable* is measured until the index has them and nothing waits. Memory is
the most that the process ever held.
"""

import csv
import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from marketplace.kernel.loading import program

with program():  # as `city worker` is loaded
    from flask import Flask

    from marketplace.accounts import queries as accounts
    from marketplace.accounts.queries import acting
    from marketplace.app import create_app
    from marketplace.catalog.imports import flows, services
    from marketplace.config import Settings
    from marketplace.edge.acts.imports import called, explain
    from marketplace.files import flows as files
    from marketplace.files.rules import Purpose
    from marketplace.kernel import clock
    from marketplace.kernel.actor import Actor
    from marketplace.kernel.db import db, reading, unit_of_work
    from marketplace.moderation import queries as queue
    from marketplace.moderation import services as moderation
    from marketplace.search import flows as search
    from marketplace.seed import cast
    from marketplace.seed import flows as seed
    from tests.support.postgres import create, running_postgres

_PRICE = "27.45"
_IN, _INDEXED = "  imported and handed in for review", "  indexed"
_TAKEN: dict[str, float] = {}
HEADERS = (
    "sku", "title", "hs", "origin", "unit", "currency", "price", "price@500", "moq", "multiple", "carton_units",
    "carton_l", "carton_w", "carton_h", "gross_kg", "net_kg", "stock", "incoterm", "place",
)  # fmt: skip
CELLS = (
    "摩托车链条",
    "871410",
    "CN",
    "H87",
    "CNY",
    _PRICE,
    "25.95",
    40,
    40,
    40,
    50,
    40,
    30,
    "12.5",
    11,
    100,
    "FCA",
    "CNNIN",
)


def price_list(rows: int, *, price: str) -> bytes:
    """Return a table of so many good rows."""
    target = io.StringIO()
    cells = [price if cell == _PRICE else cell for cell in CELLS]
    csv.writer(target).writerows([HEADERS, *([f"B-{number}", *cells] for number in range(rows))])
    return target.getvalue().encode()


def stock_list(rows: int) -> bytes:
    """Return a table of article numbers and stock alone."""
    target = io.StringIO()
    csv.writer(target).writerows([("sku", "stock"), *((f"B-{number}", 90) for number in range(rows))])
    return target.getvalue().encode()


def group_list(rows: int) -> bytes:
    """Return a table that puts articles into groups of ten."""
    target = io.StringIO()
    cells = ((f"B-{number}", f"G-{number // 10}", f"Size={number % 10}") for number in range(rows))
    csv.writer(target).writerows([("sku", "variant_group", "variant_values"), *cells])
    return target.getvalue().encode()


def memory_mb() -> int:
    """Return the most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def actor_of(login: str) -> Actor:
    """Return one of the demo's people."""
    person = accounts.find_person(reading(), login=login)
    if person is None:
        raise SystemExit(f"the demo city has no {login}")
    company_id = accounts.memberships_of(reading(), person_id=person.id)[0].company_id
    found = acting.actor_of(reading(), person_id=person.id, company_id=company_id)
    if found is None:
        raise SystemExit(f"{login} cannot act")
    return found


@contextmanager
def measured(label: str, rows: int) -> Generator[None]:
    """Print how many rows a second were worked off."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    clocked, used = time.perf_counter() - begun, time.process_time() - worked
    _TAKEN[label] = clocked
    print(f"{label:42} {rows / clocked:8,.0f} rows/s  {rows / used:8,.0f} rows per second of processor", flush=True)


def bring(app: Flask, actor: Actor, content: bytes) -> None:
    """Import a table."""
    store = app.extensions["city.store"]
    file_id = files.upload(
        actor=actor, stream=io.BytesIO(content), declared_name="list.csv", purpose=Purpose.WORKBOOK, store=store,
        now=clock.now(),
    )  # fmt: skip
    with unit_of_work() as session:
        import_id = services.begin(session, actor=actor, file_id=file_id, options=services.Options(), now=clock.now())
    flows.run(import_id, store=store, explain=explain, called=called)


def approve(moderator: Actor) -> None:
    """Approve everything that waits, five hundred in a transaction."""
    while True:
        session = reading()
        session.rollback()
        waiting: dict[UUID, str | None] = {case.id: None for case in queue.queue(session, size=500).items}
        if not waiting:
            return
        with unit_of_work() as session:
            moderation.decide_all(session, actor=moderator, seen=waiting, decision="approve", now=clock.now())


def main(rows: int, database: str) -> None:
    """Bring one list in, approve it, bring it in twice more, then stock and groups; print rates and memory."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="city-bench-"))
        if database == "postgresql":
            # Durable, as in service: what is measured includes waiting for the disk.
            server = stack.enter_context(running_postgres(fsync="on", synchronous_commit="on", full_page_writes="on"))
            os.environ["CITY_TEST_POSTGRES"] = server
            database = create("imports_bench")
        app = create_app(Settings(env="demo", data_dir=Path(folder), database_url=database))
        with app.app_context():
            db.create_all()
            seed.seed(app.extensions["city.vault"], store=app.extensions["city.store"], if_empty=False)
            actor, moderator = actor_of(cast.PARTS), actor_of(cast.MODERATOR)
            index = app.extensions["city.search"]
            search.rebuild(index=index, now=clock.now())
            search.index_changes(index=index, now=clock.now())
            first, second = price_list(rows, price=_PRICE), price_list(rows, price="27.90")
            before = memory_mb()
            with measured("new: imported, approved, searchable", rows):
                with measured(_IN, rows):
                    bring(app, actor, first)
                with measured("  approved", rows):
                    approve(moderator)
                with measured(_INDEXED, rows):
                    search.index_changes(index=index, now=clock.now())
            machine = _TAKEN[_IN] + _TAKEN[_INDEXED]
            print(f"{'new: imported and indexed, the review apart':42} {rows / machine:8,.0f} rows/s", flush=True)
            with measured("unchanged: imported", rows):
                bring(app, actor, first)
            with measured("new price of live goods, searchable", rows):
                with measured("  imported", rows):
                    bring(app, actor, second)
                with measured(_INDEXED, rows):
                    search.index_changes(index=index, now=clock.now())
            with measured("new stock of live goods, searchable", rows):
                with measured("  imported", rows):
                    bring(app, actor, stock_list(rows))
                with measured(_INDEXED, rows):
                    search.index_changes(index=index, now=clock.now())
            with measured("live goods put into groups of ten: imported", rows):
                bring(app, actor, group_list(rows))
            with measured("groups unchanged: imported", rows):
                bring(app, actor, group_list(rows))
            print(f"memory of {rows} rows: {memory_mb()} MB, before them {before}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, "" if sys.argv[2:] in ([], ["sqlite"]) else sys.argv[2])
