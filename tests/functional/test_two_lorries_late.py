"""A first lorry that comes too late for the second: the goods go by a later one, or stand, and both sides know."""

from datetime import datetime, timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.services.departures import closing
from marketplace.reports import queries as reports
from tests import factories
from tests.support.letters import letters
from tests.support.two_lorries import CHANGE, Rode, open_roads
from tests.support.visitors import Town, Visitor, enrolled

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def rode(app, call, market, operator):
    """Goods aboard the first lorry, which has left."""
    rode = Rode(call, open_roads(app, market), operator).place().confirm()
    rode.to_hub()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {})):
        rode.act(name, **body)
    return rode


def expected(rode, at):
    """Let the first carrier say when its lorry is at the change."""
    path = f"/lorries/{rode.booking()['departure_id']}/expected-arrival"
    body = {"place": CHANGE, "expected_at": at.isoformat()}
    return rode.call(rode.market.carrier, "POST", path, json=body, expect=201)


def cutoff(rode):
    return datetime.fromisoformat(rode.booking(second=True)["cutoff_cargo_at"])


def second_lorry(rode, trader=None, expect=200):
    return rode.call(trader or rode.buyer, "GET", f"/order-lines/{rode.line['id']}/second-lorry", expect=expect)


def test_the_second_lorry_is_the_next_that_a_late_first_one_reaches(app, rode):
    before, freight = rode.booking(second=True), rode.order()["freight"]
    late = cutoff(rode) - timedelta(hours=3)
    expected(rode, late)
    now = rode.booking(second=True)
    assert now["departure_id"] != before["departure_id"]
    assert cutoff(rode) > late + timedelta(hours=4)
    assert (rode.states(), rode.ride["state"]) == (("in_transit", "confirmed"), "stands")
    assert rode.order()["freight"] == freight
    seen = second_lorry(rode)
    assert (datetime.fromisoformat(seen["expected_at"]), seen["is_late"]) == (late, False)
    assert seen["second"]["departure"] == now["departure"]
    assert before["departure_id"] not in [one["departure_id"] for one in seen["items"]]
    for side in (rode.buyer, rode.market.merchant):
        body = next(one.body for one in reversed(letters(Town(app), side)) if now["departure"] in one.subject)
        assert "too late" in body
        assert seen["items"][0]["reference"] in body
        assert seen["items"][0]["freight"]["currency"] in body
    assert reports.check(reading()) == []


def test_the_buyer_goes_by_another_and_keeps_the_choice(app, rode, operator):
    expected(rode, cutoff(rode) - timedelta(hours=3))
    other = second_lorry(rode)["items"][-1]["departure_id"]
    path = f"/order-lines/{rode.line['id']}/second-lorry"
    rode.call(rode.market.merchant, "PUT", path, json={"departure": other}, expect=404)
    first = rode.booking()["departure_id"]
    rode.call(rode.buyer, "PUT", path, json={"departure": first}, expect=409)
    rode.call(rode.buyer, "PUT", path, json={"departure": other}, expect=204)
    assert rode.booking(second=True)["departure_id"] == other
    # The lorry that was chosen still takes the goods: no later word of the first one moves it.
    expected(rode, cutoff(rode) - timedelta(hours=9))
    assert rode.booking(second=True)["departure_id"] == other
    assert second_lorry(rode, rode.market.merchant)["second"]["departure_id"] == other
    second_lorry(rode, rode.market.carrier, expect=403)
    buyer = Visitor(app)
    buyer.log_in(rode.buyer.login)
    page = f"/orders/{rode.order_id}/lines/{rode.line['id']}/second-lorry"
    assert page in buyer.open(f"/orders/{rode.order_id}")
    astray = f"/orders/{new_id()}/lines/{rode.line['id']}/second-lorry"
    buyer.open(astray, status=404)
    assert "Go by this one" in buyer.open(page)
    next_one = second_lorry(rode)["items"][0]["departure_id"]
    typed = buyer.hidden(page) | {"departure": next_one}
    assert buyer.client.post(astray, data=typed).status_code == 404
    assert rode.booking(second=True)["departure_id"] == other
    buyer.send(page, {"departure": next_one})
    assert rode.booking(second=True)["departure_id"] == next_one
    staff = Visitor(app)
    staff.log_in(operator.login)
    enrolled(staff)
    assert "Another second lorry" in staff.open(f"/rides/{rode.ride['id']}")
    chosen = {"departure": other}
    rode.call(operator, "POST", f"/rides/{rode.ride['id']}/booking", json=chosen, expect=201)
    assert rode.booking(second=True)["departure_id"] == other
    assert reports.check(reading()) == []


def test_declared_goods_go_by_another_on_a_wish_only_once_that_is_amended(rode, operator):
    booking = rode.booking(second=True)["id"]
    day = clock.now().date().isoformat()
    body = {"side": "export", "number": "530020261234567890", "lodged_on": day, "cartons": 10}
    made = rode.call(operator, "POST", f"/bookings/{booking}/declarations", json=body, expect=201)
    path, other = f"/order-lines/{rode.line['id']}/second-lorry", second_lorry(rode)["items"][-1]["departure_id"]
    refused = rode.call(rode.buyer, "PUT", path, json={"departure": other}, expect=409)
    assert refused["type"].endswith("declared_locked")
    assert rode.booking(second=True)["id"] == booking
    body = {"change": "roll", "number": "A-001"}
    rode.call(operator, "POST", f"/declarations/{made['id']}/amendments", json=body, expect=201)
    rode.call(rode.buyer, "PUT", path, json={"departure": other}, expect=204)
    assert rode.booking(second=True)["departure_id"] == other
    # A late first lorry moves them without one.
    expected(rode, cutoff(rode) - timedelta(hours=3))
    assert rode.booking(second=True)["departure_id"] != other or second_lorry(rode)["is_late"]
    assert reports.check(reading()) == []


def test_nothing_is_lost_where_no_lorry_takes_the_goods_on(app, rode, operator, later):
    before = rode.booking(second=True)
    with unit_of_work() as session:
        for row in factories.departures(session):
            if row.hub_code == CHANGE and row.departs_at > datetime.fromisoformat(before["departs_at"]):
                closing.cancel(session, departure_id=row.id, actor=operator.actor, reason="no driver", now=clock.now())
    expected(rode, cutoff(rode) - timedelta(hours=3))
    assert (rode.booking(second=True), rode.ride["state"]) == (before, "stands")
    seen = second_lorry(rode)
    assert (seen["is_late"], seen["items"]) == (True, [])
    later(60)
    town = Town(app)
    for side, said in ((rode.buyer, "next one with room"), (rode.market.merchant, "stands"), (operator, "make room")):
        body = next(one.body for one in reversed(letters(town, side)) if "too late" in one.subject)
        assert said in body
    # The first lorry makes up for it.
    expected(rode, cutoff(rode) - timedelta(hours=6))
    assert second_lorry(rode)["is_late"] is False
    assert rode.booking(second=True) == before
    assert reports.check(reading()) == []


def test_who_ran_the_lorry_late_moves_it_by_the_arrival(rode):
    before = rode.booking(second=True)
    rode.act("at-border")
    rode.act("clear")
    rode.act("arrive")
    assert rode.booking(second=True) == before
