"""Goods are late by days of the place they were promised at, from the day their lorry was there."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.models.departures import DepartureStop
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LORRY = (
    ("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"}), ("depart", {}), ("arrive", {}), ("strip", {}),
)  # fmt: skip


@pytest.fixture
def way(call, market, operator):
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "acceptance_100"})
    way.pack()
    way.hand_over()
    for name, body in LORRY:
        way.act(name, **body)
    return way


def promise(at):
    with unit_of_work() as session:
        session.execute(sa.update(DepartureStop).values(eta=at))


def late(way, expect):
    way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={}, expect=204)
    body = {"reason": "late", "quantity": 100, "text": "It came late"}
    return way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=body, expect=expect)


def test_goods_that_came_on_the_promised_day_and_were_counted_later_are_in_time(way, later):
    promise(datetime.combine(clock.now().astimezone(HANOI).date(), time(0, 1), HANOI))
    later(2 * 86_400)
    way.receive(cartons=10)
    assert late(way, 409)["type"].endswith("in_time")


def test_a_day_of_the_place_after_the_promised_one_is_a_day_late(way):
    promise(datetime.combine(clock.now().astimezone(HANOI).date() - timedelta(days=1), time(23, 59), HANOI))
    way.receive(cartons=10)
    assert late(way, 201)["days_late"] == 1
