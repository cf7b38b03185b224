"""Goods that do not come, come late or are given up late cost what was published: in books, statements and pages."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from marketplace.reports import queries as reports
from marketplace.seed import fees as seeded
from tests import factories
from tests.support.handling import taken, told
from tests.support.visitors import Town, Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
WHY = {"cause": "customs", "reason": "Customs kept the container until noon."}


@pytest.fixture
def way(call, market, operator):
    with unit_of_work() as session:
        seeded.publish(session, now=clock.now())
    return Way(call, market, operator).secure()


def after(way, later, hours):
    """Let it be so many hours after the cargo cut-off of the way's lorry; return how many seconds from now that is."""
    (row,) = [one for one in factories.departures(reading()) if str(one.id) == way.booking["departure_id"]]
    seconds = int((row.cutoff_cargo_at - datetime.now(tz=row.cutoff_cargo_at.tzinfo)).total_seconds())
    later(seconds + int(hours * 3_600))


def fees(way, trader, **query):
    return way.call(trader, "GET", "/fees", query_string=query, expect=200)["items"]


def freight(way):
    return Decimal(way.order()["freight"][0]["amount"]["amount"])


def leave_without(way, later):
    """Let the lorry be sealed without the goods: they roll to the next."""
    way.pack()
    after(way, later, 2)
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"})):
        way.act(name, **body)


def test_a_no_show_rolls_and_costs_the_merchant_what_was_published(app, way, market, later):
    first, agreed = way.booking, freight(way)
    leave_without(way, later)
    assert way.booking["departure_id"] != first["departure_id"]
    (fee,) = fees(way, market.merchant)
    assert (fee["kind"], fee["state"], fee["booking"]) == ("no_show", "charged", first["reference"])
    assert Decimal(fee["amount"]["amount"]) == max(agreed / 2, Decimal(300))
    (owed,) = fees(way, market.carrier)
    assert (owed["id"], owed["order"], owed["order_id"]) == (fee["id"], None, None)
    assert fees(way, market.buyer) == []
    payment = way.call(market.merchant, "GET", f"/payments/{fee['payment_id']}", expect=200)
    assert (payment["amount"], payment["state"]) == (fee["amount"], "due")
    way.call(market.buyer, "GET", f"/fees/{fee['id']}", expect=404)
    way.call(market.buyer, "GET", f"/fees/{new_id()}", expect=404)
    body = {"amount": fee["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    way.call(market.carrier, "POST", f"/payments/{fee['payment_id']}/confirmation", json=body, expect=200)
    assert reports.check(reading()) == []
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    assert fee["reference"] in seller.open("/fees")
    shown = seller.open(f"/fees/{fee['id']}")
    assert "Goods not there at the cut-off" in shown
    assert fee["departure"] in shown
    assert fee["reference"] in seller.open("/account/statement")


def test_both_are_written_to_and_the_carrier_reads_nothing_of_the_order(app, way, market, later):
    leave_without(way, later)
    (fee,) = fees(way, market.merchant)
    order = way.order()["reference"]
    sent = [one for one in Town(app).letters() if fee["reference"] in one.subject]
    by_reader = {one.to: one.body for one in sent}
    assert set(by_reader) == {market.merchant.login, market.carrier.login}
    assert order in by_reader[market.merchant.login]
    assert order not in by_reader[market.carrier.login]


def test_cargo_after_the_cutoff_costs_by_weight_once(way, market, later):
    way.pack()
    after(way, later, 1)
    way.hand_over(expect=409)
    way.hand_over(trader=way.operator, cartons_received=4, gross_kg="50", override_reason="The lorry still loads.")
    (fee,) = fees(way, market.merchant)
    assert (fee["kind"], fee["booking"]) == ("late_cargo", way.booking["reference"])
    asked = max(Decimal(fee["chargeable_kg"]) * Decimal("0.15"), Decimal(150))
    assert Decimal(fee["amount"]["amount"]) == asked.quantize(Decimal("0.01"))
    way.hand_over(trader=way.operator, cartons_received=6, gross_kg="75", override_reason="The rest.")
    assert len(fees(way, market.merchant)) == 1
    assert reports.check(reading()) == []


def test_cargo_that_came_in_time_costs_nothing_when_its_phone_sends_it_late(way, market, later):
    way.pack()
    after(way, later, 4)
    assert told(way, taken(way, minutes=-5 * 60, pieces=4)) == ["applied"]
    assert fees(way, market.merchant) == []
    late = taken(way, minutes=-60, first=5, pieces=6, late=True, remarks="The lorry still loads.")
    assert told(way, late) == ["applied"]
    (fee,) = fees(way, market.merchant)
    assert (fee["kind"], fee["happened_at"][:16]) == ("late_cargo", late["done_at"][:16])


def test_cargo_in_time_costs_nothing(way, market):
    way.pack()
    way.hand_over()
    assert fees(way, market.merchant) == []


def test_who_cancels_when_it_is_free_no_longer_owes_it(way, market, later):
    after(way, later, -24)
    way.call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", json={}, expect=204)
    assert way.order()["state"] == "cancelled"
    (fee,) = fees(way, market.buyer)
    assert (fee["kind"], fee["state"]) == ("cancellation", "charged")
    assert fees(way, market.buyer, order=way.order_id) == [fee]
    assert fees(way, market.merchant) == []
    assert reports.check(reading()) == []


def test_room_given_back_early_and_a_lorry_that_does_not_run_cost_nothing(way, market, later):
    after(way, later, -2)
    way.act("cancel", reason="flood")
    assert fees(way, market.merchant) == fees(way, market.buyer) == []


def test_the_operator_lets_off_with_a_reason_and_what_was_paid_is_owed_back(way, market, treasurer, later):
    leave_without(way, later)
    (fee,) = fees(way, market.merchant)
    body = {"amount": fee["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    way.call(market.carrier, "POST", f"/payments/{fee['payment_id']}/confirmation", json=body, expect=200)
    way.call(way.operator, "POST", f"/fees/{fee['id']}/waiver", json=WHY, expect=403)
    way.call(treasurer, "POST", f"/fees/{fee['id']}/waiver", json={"cause": "customs", "reason": " "}, expect=422)
    way.call(treasurer, "POST", f"/fees/{new_id()}/waiver", json=WHY, expect=404)
    assert way.call(treasurer, "POST", f"/fees/{fee['id']}/waiver", json=WHY, expect=200) == {"state": "waived"}
    way.call(treasurer, "POST", f"/fees/{fee['id']}/waiver", json=WHY, expect=409)
    seen = way.call(market.merchant, "GET", f"/fees/{fee['id']}", expect=200)
    assert (seen["state"], seen["waiver"]) == ("waived", {"cause": "customs", "reason": ""})
    desk = way.call(treasurer, "GET", "/fee-desk", query_string={"state": "waived"}, expect=200)["items"]
    assert [(one["id"], one["waiver"]["reason"]) for one in desk] == [(fee["id"], WHY["reason"])]
    assert reports.check(reading()) == []


def two_from(value):
    """Let two people decide from so many CNY on."""
    now = clock.now()
    with unit_of_work() as session:
        key, value = Setting.FOUR_EYES_THRESHOLD, Money.of(value, "CNY")
        change_setting(session, actor=SYSTEM, key=key, value=value, valid_from=now, now=now)


def test_what_somebody_asked_for_stays_another_persons_where_the_threshold_rises(way, market, treasurer, later):
    leave_without(way, later)
    (fee,) = fees(way, market.merchant)
    path = f"/fees/{fee['id']}/waiver"
    two_from("1")
    assert way.call(treasurer, "POST", path, json=WHY, expect=200) == {"state": "waiver_asked"}
    two_from("1000000")
    assert way.call(treasurer, "POST", path, json=WHY, expect=409)["type"].endswith("state")


def test_beyond_the_threshold_a_second_person_decides(app, way, market, operator, treasurer, later):
    leave_without(way, later)
    (fee,) = fees(way, market.merchant)
    with unit_of_work() as session:
        second = factories.colleague(session, app, operator, role=Role.TREASURY, name="Third Office", now=clock.now())
    two_from("1")
    path = f"/fees/{fee['id']}/waiver"
    assert way.call(treasurer, "POST", path, json=WHY, expect=200) == {"state": "waiver_asked"}
    assert way.call(treasurer, "POST", f"{path}/approval", expect=409)["type"] == "urn:city:problem:same_person"
    way.call(second, "POST", f"{path}/refusal", expect=204)
    assert way.call(market.merchant, "GET", f"/fees/{fee['id']}", expect=200)["waiver"] is None
    way.call(second, "POST", f"{path}/approval", expect=409)
    way.call(second, "POST", path, json=WHY, expect=200)
    way.call(treasurer, "POST", f"{path}/approval", expect=204)
    assert fees(way, market.merchant)[0]["state"] == "waived"
    assert reports.check(reading()) == []


def test_a_rule_counts_for_what_is_agreed_from_its_day_on_and_is_shown_before(app, way, market, treasurer):
    body = {
        "kind": "no_show", "basis": "percent", "percent": "10", "minimum": "1", "currency": "CNY",
        "grace_minutes": 30, "valid_from": (clock.now() + timedelta(days=9)).date().isoformat(), "source": "Board",
    }  # fmt: skip
    way.call(way.operator, "POST", "/fee-rules", json=body, expect=403)
    over = way.call(treasurer, "POST", "/fee-rules", json=body | {"valid_from": "2026-01-01"}, expect=422)
    assert over["errors"][0]["field"] == "valid_from"
    way.call(treasurer, "POST", "/fee-rules", json=body | {"percent": "0"}, expect=422)
    way.call(treasurer, "POST", "/fee-rules", json=body | {"minimum": "0.001"}, expect=422)
    made = way.call(treasurer, "POST", "/fee-rules", json=body, expect=201)
    listed = way.call(market.buyer, "GET", "/fee-rules", expect=200)["items"]
    assert (listed[0]["id"], listed[0]["percent"], len(listed)) == (made["id"], "10.00", 4)
    buyer = Visitor(app)
    departure = buyer.open(f"/departures/{way.booking['departure_id']}")
    assert "What it costs if" in departure
    assert "50.0 % of the freight" in departure
    assert "fictitious demo figure" in departure
    assert "Board" in buyer.open("/fees/rules")
    buyer.log_in(market.buyer.login)
    way.call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    assert "What it costs if" in buyer.open("/checkout")
    # Before room is given up, too: of what that may cost alone.
    ending = buyer.open(f"/orders/{way.order_id}/cancellation").partition("What it costs if")[2]
    assert ("days before the cargo cut-off" in ending, "after the cargo cut-off" in ending) == (True, False)
