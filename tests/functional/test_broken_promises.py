"""Promises that are asked for together are told each by its own invariant, subject and words."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.distribution import queries as freight
from marketplace.distribution.models import FreightContractLine, LineBooking
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.queries import checks as room
from marketplace.orders.models import LinePart, Order, OrderLine
from marketplace.orders.queries import checks as orders
from tests import factories
from tests.support.ways import Way

BOOKED = Departure.id.in_(sa.select(Booking.departure_id))
BROKEN = [
    (sa.update(LinePart).values(quantity=LinePart.quantity + 1),
     ("8 line parts", "order_line", "the parts do not add up to what was ordered")),
    (sa.update(OrderLine).values(amount_minor=OrderLine.amount_minor + 1),
     ("1 order total", "order", "the lines do not add up to the order")),
    (sa.update(Order).values(cost_centre="4711"),
     ("2 frozen at placement", "order", "prints another cost centre than its own")),
    (sa.update(FreightContractLine).values(amount_minor=FreightContractLine.amount_minor + 1),
     ("1 freight contract", "freight_contract", "the lines do not add up to the contract")),
    (sa.update(FreightContractLine).values(let_off_minor=1),
     ("1 freight contract", "freight_contract", "its freight fell, but nobody settles that")),
    (sa.delete(LineBooking),
     ("8 line booking", "order_line", "no booking was made for the line, or it rides on no lorry")),
    (sa.update(LineBooking).values(quantity=LineBooking.quantity + 1),
     ("8 line booking", "order_line", "more is booked and cancelled than was ordered")),
    (sa.update(Departure).where(BOOKED).values(taken_grams=Departure.taken_grams + 1),
     ("3 capacity", "departure", "taken is not the sum of entries")),
    (sa.update(Departure).where(BOOKED).values(taken_grams=Departure.taken_grams + 1),
     ("3 capacity", "departure", "taken is not the sum of bookings")),
]  # fmt: skip


class _Undo(Exception):
    """Ends a unit of work without a trace."""


@pytest.fixture
def way(app, call):
    market = factories.open_market(app)
    with unit_of_work() as session:
        desk = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
    return Way(call, market, desk).secure()


@pytest.mark.both_databases
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("breaking", "promise"), BROKEN, ids=[promise[2][:24] for _, promise in BROKEN])
def test_each_broken_promise_is_told_as_itself(breaking, promise):
    with suppress(_Undo), unit_of_work() as session:
        assert told(session) == set()
        session.execute(breaking.execution_options(synchronize_session=False))
        assert promise in told(session)
        raise _Undo


def told(session):
    return {
        (each.invariant, each.subject, each.what)
        for find in (orders.breaches, freight.breaches, room.breaches)
        for each in find(session)
    }
