"""How fast a price list is read, previewed and written: rows a second, printed.

    python bench/imports.py [rows]

A fresh city on SQLite in a folder of its own; nothing is left behind.
"""

import csv
import io
import sys
import tempfile
import time
from pathlib import Path

from marketplace.accounts import queries as accounts
from marketplace.app import create_app
from marketplace.catalog.imports import flows, services
from marketplace.config import Settings
from marketplace.edge.acts.imports import explain
from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.seed import cast
from marketplace.seed import flows as seed

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
    "27.45",
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


def price_list(rows: int) -> bytes:
    """Return a table of so many good rows."""
    target = io.StringIO()
    csv.writer(target).writerows([HEADERS, *([f"B-{number}", *CELLS] for number in range(rows))])
    return target.getvalue().encode()


def merchant() -> Actor:
    """Return who brings the list in: the demo's first merchant."""
    person = accounts.find_person(reading(), login=cast.PARTS)
    if person is None:
        raise SystemExit("the demo city has no merchant")
    company_id = accounts.memberships_of(reading(), person_id=person.id)[0].company_id
    found = accounts.actor_of(reading(), person_id=person.id, company_id=company_id)
    if found is None:
        raise SystemExit("the demo city's merchant cannot act")
    return found


def main(rows: int) -> None:
    """Bring one list in twice and print the rates."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(env="demo", data_dir=Path(folder)))
        store = app.extensions["city.store"]
        with app.app_context():
            db.create_all()
            seed.seed(app.extensions["city.vault"], store=store, if_empty=False)
            actor = merchant()
            content = price_list(rows)
            for label in ("new rows, handed in for review", "the same rows again"):
                file_id = files.upload(
                    actor=actor, stream=io.BytesIO(content), declared_name="list.csv", purpose=Purpose.WORKBOOK,
                    store=store, now=clock.now(),
                )  # fmt: skip
                with unit_of_work() as session:
                    import_id = services.begin(
                        session, actor=actor, file_id=file_id, options=services.Options(), now=clock.now()
                    )
                begun = time.perf_counter()
                flows.run(import_id, store=store, explain=explain)
                print(f"{label}: {rows / (time.perf_counter() - begun):,.0f} rows/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
