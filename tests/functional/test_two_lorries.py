"""A line rides two lorries: ordered, held, made good, moved and given up as one; carried to its end by both."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.services import timetable
from tests import factories
from tests.support.invariants import sound
from tests.support.two_lorries import CHANGE, Rode, open_roads
from tests.support.visitors import Visitor, enrolled

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def roads(app, market):
    return open_roads(app, market)


@pytest.fixture
def rode(call, roads, operator):
    return Rode(call, roads, operator)


def test_both_lorries_are_offered_with_their_own_freight_and_held_in_one_act(rode):
    change = rode.change
    assert rode.cart_line["departures"] == []
    assert [one["code"] for one in rode.cart_line["problems"]] == ["no_departure"]
    assert (change["change_at"], change["has_room"], change["barred"]) == (CHANGE, True, None)
    assert change["hours"] >= 4
    assert change["second"]["cutoff_cargo_at"] > change["first"]["arrives_at"]
    assert change["arrives_at"] == change["second"]["arrives_at"]
    plain = rode.call(rode.market.buyer, "GET", "/cart", expect=200)
    assert plain["bundles"][0]["lines"][0]["changes"] == []
    order = rode.place().order()
    assert [one["departure_id"] for one in order["bookings"]] == [change["first"]["id"], change["second"]["id"]]
    assert (rode.states(), rode.ride["state"], rode.ride["to"]) == (("held", "held"), "stands", "VNSGN")
    assert len({one["reference"] for one in order["freight"]}) == 2
    sound()
    assert rode.confirm().states() == ("confirmed", "confirmed")
    sound()


def test_goods_change_lorry_on_their_way_to_the_buyers_door(rode, roads):
    rode.place().confirm().to_hub()
    assert rode.states() == ("cargo_received", "confirmed")
    # The second carrier's freight waits for the change, and nobody can change what is not there.
    assert len(rode.due()) == 1
    rode.change_over(expect=409)
    rode.leaves()
    assert (rode.states(), rode.booking()["receipt_due_at"]) == (("arrived", "confirmed"), None)
    assert rode.receive(second=False, expect=409)["type"].endswith("goes_onward")
    rode.change_over(expect=404, trader=rode.market.carrier)
    rode.change_over(expect=422, cartons=11)
    done = rode.change_over(trader=roads.second)
    assert (len(done["sscc"]), done["riding"]["second"]["state"]) == (1, "cargo_received")
    assert rode.states() == ("completed", "cargo_received")
    assert len(rode.due()) == 2
    rode.change_over(expect=409)
    sound()
    rode.act("strip")
    rode.leaves(second=True, seal="S-2")
    assert rode.line["parts"] == {"in_transit": 400}
    assert rode.booking(second=True)["receipt_due_at"] is not None
    events = {one["code"] for one in rode.line["timeline"]["transport_events"]}
    assert {1, 13, 16, 21, 24} <= events
    rode.receive()
    assert (rode.line["parts"], rode.order()["state"]) == ({"delivered": 400}, "delivered")
    kinds = [one["kind"] for one in rode.order()["documents"]]
    assert (kinds.count("house_waybill"), kinds.count("cargo_receipt")) == (2, 2)
    sound()


def test_a_lorry_all_the_way_that_is_no_later_and_no_dearer_leaves_no_way_with_a_change(rode):
    with unit_of_work() as session:
        carrier, over = rode.market.carrier.actor, ("CN-YOUYIGUAN", "VN-HUUNGHI")
        factories.line(session, carrier, code="CQ-SGN", hub=factories.HUB, to="VNSGN", over=over, now=clock.now())
        timetable.roll(session, now=clock.now())
    cart = rode.call(rode.buyer, "GET", "/cart?changes=1", expect=200)
    (line,) = cart["bundles"][0]["lines"]
    directs = [(one["arrives_at"], Decimal(one["freight"]["amount"])) for one in line["departures"]]
    assert directs
    assert min(cost for _, cost in directs) < 2 * Decimal(rode.change["first"]["freight"]["amount"])
    for one in line["changes"]:
        cost = sum(Decimal(one[half]["freight"]["amount"]) for half in ("first", "second"))
        assert not any(at <= one["arrives_at"] and asked <= cost for at, asked in directs)
    shown = {one["second"]["id"] for one in line["changes"]}
    late = {one["second"]["id"] for one in rode.cart_line["changes"] if one["arrives_at"] >= directs[0][0]}
    assert late
    assert not late & shown


def test_both_lorries_count_the_goods_and_their_value_once(rode, operator):
    rode.place().confirm().to_hub()
    rode.leaves()

    def counted():
        rows = rode.call(operator, "GET", "/statistics/figures?by=line", expect=200)["rows"]
        return {row["key"]: (row["goods"], row["lorries"]) for row in rows}

    (before,) = counted().values()
    rode.change_over()
    rode.act("strip")
    rode.leaves(second=True, seal="S-2")
    found = counted()
    assert len(found) == 2
    first, second = (found[one] for one in sorted(found, key=lambda key: found[key] != before))
    assert first == before
    assert [one["kg"] for one, _ in (first, second)] == ["125.000", "125.000"]
    assert [one["consignments"] for one, _ in (first, second)] == [1, 1]
    assert Decimal(first[0]["value"]["amount"]) > 0
    assert Decimal(second[0]["value"]["amount"]) == 0
    assert [lorries["loaded"] for _, lorries in (first, second)] == [1, 1]


def test_what_the_second_carrier_does_not_find_was_lost_on_the_first_lorry(rode):
    rode.place().confirm().to_hub()
    rode.leaves()
    assert rode.change_over(expect=409, cartons=4)["type"].endswith("few_came")
    rode.change_over(cartons=9, damaged=1, remarks="one is missing")
    assert rode.line["parts"] == {"in_transit": 360, "lost": 40}
    rode.leaves(second=True, seal="S-2")
    path = f"/bookings/{rode.booking(second=True)['id']}/receipt"
    rode.call(rode.market.buyer, "POST", path, json={"cartons": 9}, expect=201)
    assert rode.line["parts"] == {"delivered": 360, "lost": 40}
    sound()


def test_who_gives_the_order_up_frees_both_lorries(rode):
    rode.place()
    rode.call(rode.market.buyer, "POST", f"/orders/{rode.order_id}/cancellation", json={}, expect=204)
    assert rode.states() == ("cancelled", "cancelled")
    assert rode.ride["state"] == "ended"
    sound()


def test_a_first_lorry_that_does_not_run_takes_the_second_one_along(rode):
    rode.place().confirm().to_hub()
    first, second = rode.booking(), rode.booking(second=True)
    rode.act("cancel", reason="the road is closed")
    assert rode.states() == ("cargo_received", "confirmed")
    assert rode.booking()["departs_at"] > first["departs_at"]
    gap = datetime.fromisoformat(rode.booking(second=True)["cutoff_cargo_at"]) - datetime.fromisoformat(
        rode.booking()["arrives_at"]
    )
    assert gap > timedelta(hours=4)
    assert rode.booking(second=True)["departs_at"] >= second["departs_at"]
    sound()


def test_a_second_lorry_that_does_not_run_is_replaced_by_the_next(rode):
    rode.place().confirm()
    before = rode.booking(second=True)
    rode.act("cancel", second=True, reason="no driver")
    assert rode.states() == ("confirmed", "confirmed")
    assert rode.booking(second=True)["departure_id"] != before["departure_id"]
    sound()


def test_a_declined_second_lorry_is_chosen_anew_by_hand(app, rode, roads, operator):
    rode.place().confirm()
    second = rode.booking(second=True)
    rode.call(operator, "POST", f"/bookings/{second['id']}/decline", json={"reason": "no room"}, expect=204)
    assert (rode.states(), rode.ride["state"]) == (("confirmed", "declined"), "lost")
    sound()
    (row,) = [
        one for one in rode.call(operator, "GET", "/rides", expect=200)["items"] if one["ride"]["state"] == "lost"
    ]
    assert row["ride"]["id"] == rode.ride["id"]
    path = f"/rides/{rode.ride['id']}"
    choices = rode.call(operator, "GET", f"{path}/departures", expect=200)["items"]
    first = rode.booking()["departure_id"]
    rode.call(operator, "POST", f"{path}/booking", json={"departure": first}, expect=409)
    chosen = choices[-1]["departure_id"]
    rode.call(operator, "POST", f"{path}/booking", json={"departure": chosen}, expect=201)
    assert (rode.states(), rode.ride["state"]) == (("confirmed", "confirmed"), "stands")
    assert rode.booking(second=True)["departure_id"] == chosen
    sound()


def test_the_pages_show_both_lorries_and_take_the_goods_over(app, rode, roads, operator):
    def visitor(trader):
        found = Visitor(app)
        found.log_in(trader.login)
        return found

    buyer, carrier, staff = visitor(rode.market.buyer), visitor(roads.second), visitor(operator)
    way = f"{rode.change['first']['id']}+{rode.change['second']['id']}"
    assert way not in buyer.open("/checkout")
    assert way in buyer.open("/checkout?changes=1")
    rode.place().confirm().to_hub()
    rode.leaves()
    page = buyer.open(f"/orders/{rode.order_id}")
    assert "Changes lorry at" in page
    assert rode.booking(second=True)["departure"] in page
    assert "Count what arrived" not in page
    ride = f"/rides/{rode.ride['id']}"
    enrolled(staff)
    assert ride in staff.open("/operator/rides")
    assert ride in carrier.open("/partner/consignments")
    assert "Take over" in carrier.open(ride)
    carrier.send(f"{ride}/change", {"cartons": "11"}, 422)
    carrier.send(f"{ride}/change", {"cartons": "10"})
    assert rode.states() == ("completed", "cargo_received")
    assert "Taken over by the second carrier" in buyer.open(f"/orders/{rode.order_id}")
    staff.open(f"/operator/departures/{rode.booking(second=True)['departure_id']}")
    sound()


def test_where_no_lorry_goes_alone_a_way_is_chosen_and_the_totals_are_those_of_what_is_chosen(app, rode):
    buyer = Visitor(app)
    buyer.log_in(rode.market.buyer.login)
    name = f"departure.{rode.market.chains}"

    def is_chosen(page, change):
        value = f"{change['first']['id']}+{change['second']['id']}"
        freight = sum(Decimal(change[half]["freight"]["amount"]) for half in ("first", "second"))
        return (
            f'name="{name}" value="{value}" checked' in page
            and f'name="total" value="freight {freight} CNY"' in page
            and "This cart cannot be ordered yet" not in page
        )

    first, other = rode.cart_line["changes"][:2]
    assert is_chosen(buyer.open("/checkout?changes=1"), first)
    wanted = {name: f"{other['first']['id']}+{other['second']['id']}", "reckon": "1"}
    assert is_chosen(buyer.send("/checkout", wanted, 200).text, other)
    assert rode.call(rode.market.buyer, "GET", "/orders", expect=200)["items"] == []
