"""64 bookings at once for the last 50 pallet places: exactly 50 get one, in real processes, on both databases.

Remove ``room_left`` in ``marketplace/logistics/services/space/room.py`` and ``ck_departure_room`` and this fails.
"""

import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.kernel.db import db, in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries import checks as queries
from marketplace.logistics.rules.states import TAKING
from marketplace.logistics.services.space import holding
from tests.conftest import SOAK
from tests.integration.logistics.conftest import LORRY, NOW, build, entered, taken
from tests.support.processes import FORKED

pytestmark = pytest.mark.postgres

PROCESSES = 4
BOOKINGS = 64
ROUNDS = 8 if SOAK else 1
# Weight, volume and floor leave enough for all; only pallet places run out.
PLACE = Load(grams=100_000, cm3=500_000, ldm_mm=200, pallets=1)


def _book(url, folder, work):
    """Book, in a process of its own, for one order line after another; count who was told what."""
    app = create_app(Settings(env="test", data_dir=folder, database_url=url, limits="off"))
    told = Counter()
    with app.app_context():
        for facts in work:
            try:
                in_unit_of_work(lambda session, facts=facts: holding.hold(session, now=NOW, **facts))
                told["booked"] += 1
            except Conflict as refusal:
                told[f"{refusal.code} {refusal.facts.get('lacking')}"] += 1
        db.session.remove()
        db.engine.dispose()
    return told


@pytest.mark.soak
def test_the_last_places_are_sold_once(app, database, settings):
    with unit_of_work() as session:
        road = build(session, LORRY)
    processes = ProcessPoolExecutor(PROCESSES, mp_context=FORKED)
    with processes:
        for departure_id in road.departures[:ROUNDS]:
            work = [
                {
                    "departure_id": departure_id,
                    "to_place": "VNHAN",
                    "load": PLACE,
                    "subject": new_id(),
                    "shipper": road.shipper,
                    "consignee": road.consignee,
                    "expires_at": NOW + timedelta(minutes=15),
                }
                for _ in range(BOOKINGS)
            ]
            random.Random(7).shuffle(work)
            told = list(
                processes.map(
                    _book,
                    [database.url] * PROCESSES,
                    [settings.data_dir] * PROCESSES,
                    [work[start::PROCESSES] for start in range(PROCESSES)],
                )
            )
            assert sum(one["booked"] for one in told) == LORRY.pallets
            assert sum(one["capacity ['pallets']"] for one in told) == BOOKINGS - LORRY.pallets
            session = reading()
            session.rollback()
            assert taken(session, departure_id).pallets == LORRY.pallets
            assert taken(session, departure_id) == entered(session, departure_id)
            booked = session.scalars(
                sa.select(sa.func.count()).where(Booking.departure_id == departure_id, Booking.state.in_(TAKING))
            ).one()
            assert booked == LORRY.pallets
    assert queries.breaches(reading()) == []


def test_the_same_line_asking_everywhere_at_once_gets_one_booking(app, database, settings):
    with unit_of_work() as session:
        road = build(session, LORRY)
    facts = {
        "departure_id": road.departures[0],
        "to_place": "VNHAN",
        "load": PLACE,
        "subject": new_id(),
        "shipper": road.shipper,
        "consignee": road.consignee,
        "expires_at": NOW + timedelta(minutes=15),
    }
    with ProcessPoolExecutor(PROCESSES, mp_context=FORKED) as processes:
        told = list(
            processes.map(_book, [database.url] * PROCESSES, [settings.data_dir] * PROCESSES, [[facts] * 8] * PROCESSES)
        )
    assert sum(one["booked"] for one in told) == 8 * PROCESSES
    assert taken(reading(), road.departures[0]) == PLACE
