"""Numbers of days add up, whoever brings them at once, and what a process counted reaches the database."""

import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace import paths
from marketplace.catalog.figures import services
from marketplace.catalog.figures.models import ListingDay
from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.figures.tally import Tally
from marketplace.kernel.db import db, in_unit_of_work, reading
from marketplace.kernel.ids import new_id
from tests.support.racing import at_once

DAY = date(2026, 11, 27)


def kept():
    reading().rollback()
    return {(row.listing_id, row.day): (row.views, row.carts) for row in reading().scalars(sa.select(ListingDay))}


def test_processes_that_bring_numbers_at_once_lose_none(app, market):
    days = [DAY + timedelta(days=number) for number in range(4)]
    keys = [(listing, day, Kind.VIEW) for listing in (market.chains, market.pads) for day in days]

    def bring(turn):
        for _ in range(5):
            counts = dict.fromkeys(keys[::-1] if turn % 2 else keys, 1) | {(market.chains, DAY, Kind.CART): 2}
            in_unit_of_work(lambda session, counts=counts: services.add(session, counts=counts))

    at_once(app, [partial(bring, turn) for turn in range(4)])
    found = kept()
    assert len(found) == 8
    assert found.pop((market.chains, DAY)) == (20, 40)
    assert set(found.values()) == {(20, 0)}


def test_what_is_no_listing_of_the_city_is_left_out(market):
    counts = {(new_id(), DAY, Kind.VIEW): 3, (market.chains, DAY, Kind.VIEW): 2}
    in_unit_of_work(lambda session: services.add(session, counts=counts))
    assert kept() == {(market.chains, DAY): (2, 0)}


def test_nothing_counted_writes_nothing(market):
    in_unit_of_work(lambda session: services.add(session, counts={}))
    assert kept() == {}


def test_what_the_database_did_not_take_is_brought_again_with_what_came_since():
    taken, is_away = [], [True]

    def write(counts):
        if is_away[0]:
            msg = "the database is away"
            raise OSError(msg)
        taken.append(dict(counts))

    tally, listing = Tally(write, wait=None), new_id()
    tally.note(listing, day=DAY, kind=Kind.VIEW)
    with pytest.raises(OSError, match="away"):
        tally.flush()
    tally.note(listing, day=DAY, kind=Kind.VIEW)
    tally.note(listing, day=DAY, kind=Kind.CART)
    is_away[0] = False
    tally.flush()
    tally.flush()
    assert taken == [{(listing, DAY, Kind.VIEW): 2, (listing, DAY, Kind.CART): 1}]


def test_a_thread_comes_for_the_numbers_and_comes_again_for_new_ones():
    taken = []
    tally, listing = Tally(taken.append, wait=0.01), new_id()
    for number in (1, 2):
        tally.note(listing, day=DAY, kind=Kind.VIEW)
        ends = time.monotonic() + 10
        while len(taken) < number:
            assert time.monotonic() < ends
            time.sleep(0.01)
    assert taken == [{(listing, DAY, Kind.VIEW): 1}] * 2


def test_many_threads_count_each_look_once():
    taken = []
    tally, listing = Tally(taken.append, wait=None), new_id()

    def look():
        for _ in range(200):
            tally.note(listing, day=DAY, kind=Kind.VIEW)
            tally.flush()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts[listing, DAY, Kind.VIEW] for counts in taken) == 800


def test_a_process_that_ends_brings_what_it_counted(app, market, settings, tmp_path):
    db.session.remove()
    program = (
        "from datetime import date; from uuid import UUID\n"
        "from marketplace.app import create_app; from marketplace.catalog.figures import tally\n"
        "from marketplace.catalog.figures.rules import Kind\n"
        "with create_app().app_context():\n"
        f"    tally.note(UUID('{market.chains}'), day=date(2026, 11, 27), kind=Kind.VIEW)\n"
    )
    environment = {
        "CITY_ENV": "demo",
        "CITY_DATA_DIR": str(tmp_path),
        "CITY_DATABASE_URL": settings.database,
        "PYTHONPATH": str(paths.ROOT),
    }
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, cwd=paths.ROOT)
    assert kept() == {(market.chains, DAY): (1, 0)}
