"""How fast one departure can be booked: the city's own booking beside the same by hand-written statements, in turn.

    python -m bench.hot [--database sqlite postgresql] [--pairs 3] [--bookings 800]

Eight processes book on the same departure, each booking a transaction of its own, with a durable disk. The city books
as a checkout does, in one transaction: it reads the departure, then ``holding.book_all`` writes booking, capacity
entry, audit row and, last, the hot row. *By hand* are the same rows and the same conditional UPDATE by statements that
were put together once, without models; *UPDATE* is one row of a table of its own and the conditional UPDATE, the least
that keeps a promise. All also with 2 ms of work inside the transaction, as when the method was chosen. Afterwards
nothing may be oversold or lost: the entries have to sum to the columns. Times are printed and never asserted; aimed at
is half of the rate by hand.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.audit.models import AuditRow, AuditUnsealed
from marketplace.config import Settings
from marketplace.kernel import editions
from marketplace.kernel.db import Base, db, in_unit_of_work, reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure
from marketplace.logistics.queries import checks, departures
from marketplace.logistics.rules.states import BookingState, EntryKind
from marketplace.logistics.services.space import holding
from tests.integration.logistics.conftest import NOW, build, entered, taken
from tests.support.postgres import create, running_postgres
from tests.support.processes import FORKED

_PROCESSES: Final = 8
_AIM: Final = 0.5
_ENDLESS: Final = Load(grams=10**12, cm3=10**12, ldm_mm=10**12, pallets=10**12)
_PALLET: Final = Load(grams=400_000, cm3=1_500_000, ldm_mm=400, pallets=1)
_WORK: Final = (0.0, 0.002)
_TABLES: Final = (
    (
        "CREATE TABLE bare_departure (id INTEGER PRIMARY KEY, grams BIGINT NOT NULL, cm3 BIGINT NOT NULL, "
        "ldm_mm BIGINT NOT NULL, pallets BIGINT NOT NULL, "
        "CHECK (grams >= 0 AND cm3 >= 0 AND ldm_mm >= 0 AND pallets >= 0))"
    ),
    (
        "CREATE TABLE bare_booking (id VARCHAR(32) PRIMARY KEY, departure INTEGER NOT NULL, grams BIGINT NOT NULL, "
        "cm3 BIGINT NOT NULL, ldm_mm BIGINT NOT NULL, pallets BIGINT NOT NULL)"
    ),
    "INSERT INTO bare_departure VALUES (1, 1000000000000, 1000000000000, 1000000000000, 1000000000000)",
)
_INSERT: Final = sa.text("INSERT INTO bare_booking VALUES (:id, 1, :grams, :cm3, :ldm_mm, :pallets)")
_TAKE: Final = sa.text(
    "UPDATE bare_departure SET grams = grams - :grams, cm3 = cm3 - :cm3, ldm_mm = ldm_mm - :ldm_mm, "
    "pallets = pallets - :pallets "
    "WHERE id = 1 AND grams >= :grams AND cm3 >= :cm3 AND ldm_mm >= :ldm_mm AND pallets >= :pallets"
)
# The tables as they are, so that both keep the same indexes and triggers.
_ROWS: Final = tuple(
    sa.insert(cast("sa.Table", model.__table__)) for model in (Booking, CapacityEntry, AuditRow, AuditUnsealed)
)
_TAKEN: Final = (
    sa.update(cast("sa.Table", Departure.__table__))
    .where(
        Departure.id == sa.bindparam("departure"),
        *(
            getattr(Departure, f"taken_{name}") + sa.bindparam(f"more_{name}", type_=sa.BigInteger)
            <= getattr(Departure, f"capacity_{name}")
            for name in DIMENSIONS
        ),
    )
    .values(
        {
            f"taken_{name}": getattr(Departure, f"taken_{name}") + sa.bindparam(f"more_{name}", type_=sa.BigInteger)
            for name in DIMENSIONS
        }
    )
)
_UNTIL: Final = NOW + timedelta(minutes=15)
_LOAD: Final = {name: getattr(_PALLET, name) for name in DIMENSIONS}


@dataclass(frozen=True)
class Facts:
    """The departure that all book on, for these two companies."""

    departure: UUID
    shipper: UUID
    consignee: UUID


def main() -> None:
    """Measure and print."""
    reading_options = argparse.ArgumentParser(description=__doc__)
    reading_options.add_argument("--database", nargs="+", default=["sqlite", "postgresql"])
    reading_options.add_argument("--pairs", type=int, default=3)
    reading_options.add_argument("--bookings", type=int, default=800)
    options = reading_options.parse_args()
    print(f"{os.cpu_count()} processors, {_PROCESSES} processes on one departure, medians of {options.pairs}")
    print(f"{'bookings a second':28}{'ours':>8}{'by hand':>9}{'ratio':>7}{'aim':>7}{'':5}{'UPDATE':>8}{'ratio':>7}")
    for kind in options.database:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="city-bench-")))
            url = f"sqlite:///{folder / 'hot.sqlite3'}"
            if kind == "postgresql":
                durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
                os.environ["CITY_TEST_POSTGRES"] = stack.enter_context(running_postgres(**durable))
                url = create("hot_bench")
            _measure(kind, Settings(env="test", data_dir=folder, database_url=url, limits="off"), options)


def _measure(kind: str, settings: Settings, options: argparse.Namespace) -> None:
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work() as session:
            road = build(session, _ENDLESS)
            for statement in _TABLES:
                session.execute(sa.text(statement))
        facts = Facts(road.departures[0], road.shipper, road.consignee)
        with ProcessPoolExecutor(_PROCESSES, mp_context=FORKED) as processes:
            for work in _WORK:
                rates: dict[Callable[..., None], list[float]] = {_city: [], _by_hand: [], _update: []}
                for _ in range(options.pairs):
                    for book, found in rates.items():
                        found.append(_rate(processes, book, settings, facts, options.bookings, work))
                _line(f"{kind}, {work * 1000:.0f} ms of work", *map(statistics.median, rates.values()))
        each = options.bookings // _PROCESSES * _PROCESSES
        _check(road.departures[0], 2 * options.pairs * len(_WORK) * each)
        db.session.remove()
        db.engine.dispose()


def _line(name: str, ours: float, by_hand: float, update: float) -> None:
    reached = " yes" if ours >= _AIM * by_hand else " no"
    aimed = f"{ours:>8.0f}{by_hand:>9.0f}{ours / by_hand:>7.2f}{'≥ 0.5':>7}{reached:5}"
    print(f"{name:28}{aimed}{update:>8.0f}{ours / update:>7.2f}", flush=True)


def _rate(
    processes: ProcessPoolExecutor,
    book: Callable[..., None],
    settings: Settings,
    facts: Facts,
    bookings: int,
    work: float,
) -> float:
    each = bookings // _PROCESSES
    spans = list(processes.map(_run, *zip(*[(book, settings, facts, each, work)] * _PROCESSES, strict=True)))
    return each * _PROCESSES / (max(end for _, end in spans) - min(start for start, _ in spans))


_app: Flask | None = None


def _run(
    book: Callable[..., None], settings: Settings, facts: Facts, bookings: int, work: float
) -> tuple[float, float]:
    """Book one after another in this process; return when it began and ended, by the clock that all share."""
    global _app  # noqa: PLW0603  a process of the pool starts the application once
    _app = _app or create_app(settings)
    with _app.app_context():
        # A request learns with its session that the places are as they were when this process read them.
        editions.note("bench")
        db.session.execute(sa.text("SELECT 1"))
        db.session.rollback()
        began = time.monotonic()
        for _ in range(bookings):
            book(facts, work)
        return began, time.monotonic()


def _city(facts: Facts, work: float) -> None:
    wanted = holding.Wanted(facts.departure, "VNHAN", _PALLET, new_id(), 1, facts.shipper, facts.consignee)

    def hold(session: Session) -> None:
        time.sleep(work)
        found = departures.departure(session, departure_id=facts.departure, now=NOW)
        holding.book_all(session, departure=found, wanted=[(wanted, _UNTIL)], now=NOW)

    in_unit_of_work(hold)


def _by_hand(facts: Facts, work: float) -> None:
    booking, act = new_id(), new_id()
    rows: tuple[dict[str, Any], ...] = (
        _LOAD
        | {"id": booking, "reference": f"BKG-{booking.hex[-12:]}", "departure_id": facts.departure}
        | {"to_place": "VNHAN", "subject": new_id(), "part": 1, "shipper_company_id": facts.shipper}
        | {
            "consignee_company_id": facts.consignee,
            "state": BookingState.HELD,
            "expires_at": _UNTIL,
            "created_at": NOW,
        },
        _LOAD
        | {"id": new_id(), "departure_id": facts.departure, "booking_id": booking, "kind": EntryKind.HOLD, "at": NOW},
        {"id": act, "at": NOW, "action": "booking.hold", "subject": "booking", "subject_id": booking}
        | {"facts": {}, "hash": sha256(act.bytes).hexdigest()},
        {"row_id": act},
    )
    more = {f"more_{name}": value for name, value in _LOAD.items()}

    def hold(session: Session) -> None:
        time.sleep(work)
        connection = session.connection()
        for statement, row in zip(_ROWS, rows, strict=True):
            connection.execute(statement, row)
        if connection.execute(_TAKEN, more | {"departure": facts.departure}).rowcount != 1:
            raise RuntimeError("the lorry is full")

    in_unit_of_work(hold)


def _update(_: Facts, work: float) -> None:
    def hold(session: Session) -> None:
        time.sleep(work)
        connection = session.connection()
        connection.execute(_INSERT, _LOAD | {"id": new_id().hex})
        if connection.execute(_TAKE, _LOAD).rowcount != 1:
            raise RuntimeError("the lorry is full")

    in_unit_of_work(hold)


def _check(departure_id: UUID, booked: int) -> None:
    """End the run when anything was oversold or lost."""
    session = reading()
    found = taken(session, departure_id)
    if found != entered(session, departure_id) or found.pallets != booked or checks.breaches(session):
        raise SystemExit(f"taken {found.pallets} of {booked} that were booked")


if __name__ == "__main__":
    main()
