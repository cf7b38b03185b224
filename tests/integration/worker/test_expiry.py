"""Claims whose time is over end one by one: one that cannot be given back keeps no other waiting."""

from datetime import timedelta

import sqlalchemy as sa

from marketplace.catalog import flows as catalog
from marketplace.catalog.models import Stock, StockHold
from marketplace.catalog.rules.states import HoldState
from marketplace.catalog.services import stock
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics import flows as lorries
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import BookingState
from tests.integration.logistics.conftest import NOW, SOON, build

LATER = timedelta(days=1)


def test_a_broken_count_of_stock_keeps_no_other_listing_waiting(market):
    now = clock.now()
    listings = sorted([market.chains, market.pads])
    with unit_of_work() as session:
        for listing_id in listings:
            stock.set_on_hand(session, listing_id=listing_id, on_hand=100, now=now)
            stock.hold(
                session, listing_id=listing_id, quantity=5, subject=new_id(), expires_at=now + LATER / 2, now=now
            )
        session.execute(sa.update(Stock).where(Stock.listing_id == listings[0]).values(held=0))
    assert catalog.expire_holds(now=now) == 0
    assert catalog.expire_holds(now=now + LATER) == 1
    states = dict(reading().execute(sa.select(StockHold.listing_id, StockHold.state)).all())
    assert states == {listings[0]: HoldState.LIVE, listings[1]: HoldState.EXPIRED}


def test_a_broken_lorry_keeps_no_other_waiting(app):
    with unit_of_work() as session:
        road = build(session)
        broken, sound = sorted(road.departures[:2])
        for number in range(2):
            road.hold(session, number=number)
        session.execute(sa.update(Departure).where(Departure.id == broken).values(taken_grams=0))
    assert lorries.expire_holds(now=NOW) == 0
    assert lorries.expire_holds(now=SOON) == 1
    states = dict(reading().execute(sa.select(Booking.departure_id, Booking.state)).all())
    assert states == {broken: BookingState.HELD, sound: BookingState.EXPIRED}
