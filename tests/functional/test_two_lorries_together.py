"""Whatever happens in which order, both lorries of a line stand or neither does; and the last room is sold once."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace import reactions
from marketplace.distribution.onward import queries as onward
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.onward.rules import RideState
from marketplace.distribution.onward.services import changing
from marketplace.kernel import clock, events
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import checks as logistics_checks
from marketplace.logistics.services.departures import closing, moving
from marketplace.logistics.services.space import claims, lapsing
from marketplace.orders.services import deciding
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK
from tests.functional.test_made_to_order import day
from tests.support.racing import at_once
from tests.support.two_lorries import Rode, open_roads
from tests.support.ways import caller

pytestmark = pytest.mark.both_databases


class _Undo(Exception):
    """Ends an example without a trace."""


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["secure", "lapse", "roll", "roll", "cancel_lorry", "decline", "cancel", "release", "find"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def do(session, rode, act, second):
    """Do one act on the first or the second lorry of the order's line, whatever state it is in."""
    now = clock.now()
    line_id, ride_id = UUID(rode.line_id), UUID(rode.ride_id)
    subject = ride_id if second else line_id
    booking = bookings.bookings(session, subjects=[subject])[subject][-1]
    mine = {"session": session, "actor": rode.operator.actor, "now": now}
    if act == "secure":
        deciding.secure_order(session, order_id=UUID(rode.order_id), actor=rode.operator.actor, now=now)
    elif act == "lapse":
        lapsing.lapse(session, departure_id=booking.departure_id, now=now, everyone=True)
    elif act == "roll":
        moving.roll_booking(**mine, booking_id=booking.id)
    elif act == "cancel_lorry":
        closing.cancel(**mine, departure_id=booking.departure_id, reason="no driver")
    elif act == "decline":
        moving.decline_booking(**mine, booking_id=booking.id, reason="no room")
    elif act == "release":
        claims.release(session, subject=subject, reason="given_up", now=now)
    elif act == "find":
        option = next(iter(changing.choices(session, ride_id=ride_id, now=now)), None)
        if option is not None:
            changing.find(**mine, ride_id=ride_id, departure_id=option.departure_id)
    else:
        deciding.cancel_order(session, order_id=UUID(rode.order_id), actor=rode.market.merchant.actor, now=now)


@pytest.mark.soak
def test_both_lorries_stand_or_neither_does(app, call, market, operator):
    rode = Rode(call, open_roads(app, market), operator).place()
    rode.call(market.merchant, "POST", f"/orders/{rode.order_id}/confirmation", expect=204)
    rode.line_id, rode.ride_id = rode.line["id"], rode.ride["id"]

    @settings(max_examples=200 if SOAK else 25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    @example([("secure", False), ("roll", False), ("decline", True), ("find", False), ("cancel_lorry", False)])
    @example([("lapse", True), ("secure", False), ("cancel_lorry", True), ("cancel", False)])
    def check(history):
        with suppress(_Undo), unit_of_work() as session:
            for act, second in history:
                try:
                    with session.begin_nested():
                        do(session, rode, act, second)
                        events.dispatch(session, reactions.TABLE)
                except DomainError:
                    events.forget(session)
                    session.expire_all()
                assert onward.breaches(session) == []
                assert logistics_checks.breaches(session) == []
            raise _Undo

    check()


def test_the_last_room_on_the_second_lorry_is_sold_once(app, market, operator):
    # Ten cartons are 125 kg: the second lorry has room for one such order.
    roads = open_roads(app, market, capacity=Load(grams=200_000, cm3=60_000_000, ldm_mm=13_600, pallets=33))
    (other,) = factories.more_buyers(app, 1)
    rivals = [Rode(caller(app.test_client()), roads, operator, buyer=buyer) for buyer in (market.buyer, other)]
    assert rivals[0].body["departures"] == rivals[1].body["departures"]
    answers = at_once(app, [lambda one=one: one.call(one.buyer, "POST", "/checkout", json=one.body) for one in rivals])
    won = [answer for answer in answers if "order_ids" in answer]
    lost = [answer for answer in answers if "order_ids" not in answer]
    assert (len(won), [answer["type"] for answer in lost]) == (1, ["urn:city:problem:capacity"])
    assert reading().scalar(sa.select(sa.func.count()).select_from(OnwardRide)) == 1
    assert reports.check(reading()) == []


def test_goods_made_to_order_have_both_lorries_or_no_ready_date(app, call, market, operator):
    with unit_of_work() as session:
        made = factories.listing(
            session, market.merchant.actor, sku="M-1", stock=None, lead_days=10, now=clock.now()
        )  # fmt: skip
    rode = Rode(call, open_roads(app, market), operator, goods=made).place().confirm()
    assert rode.states() == ("target", "target")
    path = f"/order-lines/{rode.line['id']}/ready-date"
    last = max(row.departs_at for row in factories.departures(reading()))
    # The first lorry takes goods of that day, and no second one leaves after it is there.
    late = {"ready_date": (last - timedelta(days=1)).date().isoformat()}
    assert rode.call(market.merchant, "PUT", path, json=late, expect=409)["type"].endswith("no_onward")
    assert rode.states() == ("target", "target")
    rode.call(market.merchant, "PUT", path, json=day(12), expect=204)
    assert rode.states() == ("confirmed", "confirmed")
    rode.call(market.merchant, "PUT", path, json=day(14, reason="material"), expect=204)
    assert rode.states() == ("confirmed", "confirmed")
    assert rode.booking(second=True)["cutoff_cargo_at"] > rode.booking()["arrives_at"]
    assert reports.check(reading()) == []


def test_a_hold_that_ends_ends_on_both_lorries(app, call, market, operator):
    rode = Rode(call, open_roads(app, market), operator).place()
    second = rode.booking(second=True)
    with unit_of_work() as session:
        lapsing.lapse(session, departure_id=UUID(second["departure_id"]), now=clock.now(), everyone=True)
    assert rode.states() == ("cancelled", "expired")
    assert rode.ride["state"] == RideState.ENDED
    assert reports.check(reading()) == []
    # The deposit finds it two lorries again.
    rode.confirm()
    assert (rode.states(), rode.ride["state"]) == (("confirmed", "confirmed"), "stands")
    assert reports.check(reading()) == []
