"""What a held lorry costs is borne by the published table: charged, set off or kept, once - over HTTP."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.functional.test_fees import two_from
from tests.functional.test_road import beside, left
from tests.support.invariants import sound
from tests.support.visitors import Town, visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
# A week ahead, so that no rule counts yet when a test passes midnight.
DAY = (local_day("CN", clock.now()) + timedelta(days=7)).isoformat()
RULE = {
    "cause": "security", "waiting": "goods", "off_loading": "goods", "transfer": "carrier", "rest": "platform",
    "shared_by": "equal", "valid_from": DAY, "source": "test",
}  # fmt: skip
OVER_BORDER = True


@pytest.fixture
def treasurers(app, operator):
    with unit_of_work() as session:
        return [
            factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now(), name=name)
            for name in ("First Treasurer", "Second Treasurer")
        ]


@pytest.fixture
def way(app, call, market, operator):
    made = Way(call, market, operator).secure()
    made.pack()
    made.app = app
    yield made
    sound()


def held(way, cause="security"):
    left(way, border=True)
    way.act("hold", cause=cause)
    return way.booking["departure_id"]


def wait(way, hours=5):
    until = (clock.now() + timedelta(hours=hours)).isoformat()
    way.act("held-choices", 201, option="wait", until=until)


def holds(way, departure):
    return way.call(way.operator, "GET", f"/departures/{departure}/holds", expect=200)["items"]


def charges(way, who, query=""):
    return way.call(who, "GET", f"/held-charges{query}", expect=200)["items"]


def publish(way, treasurers, **changes):
    first, second = treasurers
    made = way.call(first, "POST", "/held-cost-rules", json=RULE | changes, expect=201)["id"]
    path = f"/held-cost-rules/{made}/publication"
    refused = way.call(first, "POST", path, json={}, expect=409)
    assert refused["type"].endswith("same_person")
    way.call(second, "POST", path, json={}, expect=204)
    return made


def today(way):
    return {row["cause"]: row for row in way.call(way.operator, "GET", "/held-cost-rules", expect=200)["items"]}


def test_a_rule_is_published_by_two_people_and_counts_from_its_day(app, way, treasurers, market):
    assert today(way)["breakdown"]["bearing"]["waiting"] == "carrier"
    refused = way.call(treasurers[0], "POST", "/held-cost-rules", json=RULE | {"rest": "customs"}, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["rest"]
    way.call(market.buyer, "POST", "/held-cost-rules", json=RULE, expect=403)
    publish(way, treasurers)
    assert today(way)["security"]["rule_id"] is None
    dropped = way.call(treasurers[0], "POST", "/held-cost-rules", json=RULE, expect=201)["id"]
    way.call(treasurers[0], "POST", f"/held-cost-rules/{dropped}/refusal", json={}, expect=204)
    assert way.call(treasurers[0], "GET", "/held-cost-rules/proposals", expect=200)["items"] == []
    (version,) = way.call(way.operator, "GET", "/held-cost-rules/versions", expect=200)["items"]
    assert (version["cause"], version["bearing"]["shared_by"], version["state"]) == ("security", "equal", "published")
    shown = visitor(app, market.buyer).open("/held-costs/rules")
    assert "by chargeable weight" not in shown
    assert "each consignment the same" in shown
    page = visitor(app, treasurers[0])
    page.open("/held-costs/rules")
    page.send("/held-costs/rules", RULE | {"cause": "weather"})
    assert "Waits" not in page.open("/held-costs/rules")
    assert "/publication" not in page.shown
    other = visitor(app, treasurers[1])
    (path,) = {part.split('"')[0] for part in other.open("/held-costs/rules").split('action="')[1:]
               if "publication" in part}  # fmt: skip
    other.send(path, {})
    assert len(way.call(way.operator, "GET", "/held-cost-rules/versions", expect=200)["items"]) == 2


def test_a_carrier_bears_a_breakdown_and_it_is_set_off_against_its_invoice(app, way, treasurers, market):
    departure = held(way, "breakdown")
    wait(way)
    (hold,) = holds(way, departure)
    assert (hold["waiting"], hold["shares"]) == ([{"amount": "600.00", "currency": "CNY"}], [])
    way.act("resume")
    (hold,) = holds(way, departure)
    (share,) = hold["shares"]
    assert (share["borne_by"], share["amount"]["amount"], share["set_off"]["amount"]) == ("carrier", "600.00", "0.00")
    (mine,) = charges(way, market.carrier)
    assert (mine["reference"], mine["state"]) == (share["reference"], None)
    assert charges(way, market.buyer) == []
    assert [one.to for one in Town(app).letters() if "bears 600.00 CNY of a held lorry" in one.subject][:1] == [
        market.carrier.login
    ]
    name = way.call(way.operator, "GET", f"/departures/{departure}/costs", expect=200)["lorry"]["departure"]
    issued = (clock.now() - timedelta(days=1)).date().isoformat()
    body = {
        "number": "R-1", "issued_on": issued, "currency": "CNY", "departures": [name], "kinds": ["haulage"],
        "amounts": ["4000.00"], "submit": True,
    }  # fmt: skip
    invoice = way.call(market.carrier, "POST", "/partner-invoices", json=body, expect=201)["id"]
    (line,) = way.call(treasurers[0], "GET", f"/costs/invoices/{invoice}", expect=200)["lines"]
    assert line["state"] != "matched"
    assert "To be set off" in visitor(app, treasurers[0]).open(f"/operator/costs/invoices/{invoice}")
    path = f"/costs/invoice-lines/{line['id']}/decision"
    decided = {"decision": "split", "reason": "set_off", "amount": "3300.00"}
    way.call(treasurers[0], "POST", path, json=decided, expect=422)
    way.call(treasurers[0], "POST", path, json=decided | {"amount": "3400.00"}, expect=204)
    (share,) = holds(way, departure)[0]["shares"]
    assert share["set_off"]["amount"] == "600.00"
    assert "Set off" in visitor(app, way.operator).open(f"/operator/departures/{departure}/costs")


def test_who_caused_it_is_charged_once_named_and_two_people_let_it_off(app, way, treasurers, market):
    departure = held(way, "papers")
    wait(way)
    (hold,) = holds(way, departure)
    path = f"/holds/{hold['id']}/consignment"
    refused = way.call(way.operator, "PUT", path, json={"booking": "BKG-NONE"}, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["booking"]
    way.call(market.carrier, "PUT", path, json={"booking": hold["aboard"][0]}, expect=403)
    way.call(way.operator, "PUT", path, json={"booking": hold["aboard"][0]}, expect=204)
    way.act("resume")
    refused = way.call(way.operator, "PUT", path, json={}, expect=409)
    assert refused["type"].endswith("held_shared")
    (owed,) = charges(way, market.merchant)
    assert (owed["state"], owed["borne_by"], owed["amount"]["amount"]) == ("charged", "shipper", "600.00")
    payment = way.call(market.merchant, "GET", f"/payments/{owed['payment_id']}", expect=200)
    assert payment["amount"] == {"amount": "600.00", "currency": "CNY"}
    (carried,) = charges(way, market.carrier)
    assert carried["order"] is None
    assert charges(way, market.buyer) == []
    one = f"/held-charges/{owed['id']}"
    for stranger in (market.buyer, market.thai):
        way.call(stranger, "GET", one, expect=404)
    page = visitor(app, market.merchant)
    assert owed["reference"] in page.open("/held-charges")
    assert owed["reference"] in page.open(f"/orders/{way.order_id}")
    assert owed["reference"] not in visitor(app, market.buyer).open(f"/orders/{way.order_id}")
    assert hold["aboard"][0] in visitor(app, way.operator).open(f"/operator/departures/{departure}/holds")
    assert "600.00" in page.open(one)
    both = sorted([market.merchant.login, market.carrier.login])
    assert sorted(told(app, owed)) == both
    waived = {"cause": "customs", "reason": "The office was shut."}
    assert way.call(treasurers[0], "POST", f"{one}/waiver", json=waived, expect=200)["state"] == "waived"
    (owed,) = charges(way, market.merchant, f"?order={way.order_id}")
    assert (owed["state"], owed["waiver"]) == ("waived", {"cause": "customs", "reason": ""})
    assert sorted(told(app, owed)) == sorted(2 * both)


def told(app, charge):
    return [one.to for one in Town(app).letters() if charge["reference"] in one.subject]


def test_a_large_charge_is_let_off_by_a_second_person_alone(app, way, treasurers, market):
    departure = held(way, "papers")
    (hold,) = holds(way, departure)
    way.call(way.operator, "PUT", f"/holds/{hold['id']}/consignment", json={"booking": hold["aboard"][0]}, expect=204)
    cost = {"kind": "swap", "amount": "90000.00", "currency": "CNY", "cause": "papers"}
    way.call(way.operator, "POST", f"/departures/{departure}/costs/items", json=cost, expect=201)
    way.act("resume")
    (owed,) = charges(way, market.merchant)
    page = visitor(app, treasurers[0])
    path = f"/operator/held-charges/{owed['id']}"
    page.open(path)
    page.send(f"{path}/waiver", {"cause": "goodwill", "reason": "A friend."})
    assert "another person decides" in page.open(path)
    one = f"/held-charges/{owed['id']}"
    assert way.call(treasurers[0], "POST", f"{one}/waiver/approval", json={}, expect=409)["type"].endswith(
        "same_person"
    )
    way.call(treasurers[1], "POST", f"{one}/waiver/refusal", json={}, expect=204)
    assert charges(way, market.merchant)[0]["state"] == "charged"
    page.open(path)
    page.send(f"{path}/waiver", {"cause": "goodwill", "reason": "A friend."})
    way.call(treasurers[1], "POST", f"{one}/waiver/approval", json={}, expect=204)
    (row,) = way.call(treasurers[0], "GET", "/held-charge-desk?state=waived", expect=200)["items"]
    assert (row["id"], row["waiver"]["reason"]) == (owed["id"], "A friend.")
    assert owed["reference"] in page.open("/operator/held-charges")


def test_goods_that_go_on_pay_their_transfer_and_a_cost_taken_back_is_owed_by_nobody(way, treasurers, market):
    departure = held(way, "security")
    first, other = way.booking, beside(way)
    way.act("held-choices", 201, option="transfer", booking=first["id"], departure=other)
    way.call(way.operator, "POST", f"/lorries/{departure}/resume", json={}, expect=204)
    (owed,) = charges(way, market.buyer) or charges(way, market.merchant)
    assert (owed["act"], owed["borne_by"], owed["booking"], owed["state"]) == (
        "transfer", "goods", first["reference"], "charged",
    )  # fmt: skip
    way.call(way.operator, "POST", f"/lorries/{departure}/resume", json={}, expect=409)
    assert len(holds(way, departure)[0]["shares"]) == 1
    sheet = way.call(way.operator, "GET", f"/departures/{departure}/costs", expect=200)
    (item,) = [item for item in sheet["costs"] if item["basis"] == "actual"]
    for _ in range(2):
        way.call(way.operator, "POST", f"/costs/items/{item['id']}/void", json={}, expect=204)
    assert holds(way, departure)[0]["shares"] == []
    (owed,) = way.call(way.operator, "GET", "/held-charge-desk", expect=200)["items"]
    assert (owed["taken_back"], owed["state"]) == (True, "waived")


def test_all_costs_of_a_hold_are_borne_by_somebody_in_each_currency(way, treasurers, market):
    departure = held(way, "security")
    wait(way, 3)
    late = {"kind": "permit", "amount": "333.33", "currency": "USD", "cause": "security"}
    way.call(way.operator, "POST", f"/departures/{departure}/costs/items", json=late, expect=201)
    way.act("held-choices", 201, option="off_load", booking=way.booking["id"])
    way.act("resume")
    after = {"kind": "transhipment", "amount": "77.70", "currency": "CNY", "cause": "security"}
    way.call(way.operator, "POST", f"/departures/{departure}/costs/items", json=after, expect=201)
    sheet = way.call(way.operator, "GET", f"/departures/{departure}/costs", expect=200)
    entered, borne = {}, {}
    for item in sheet["costs"]:
        if item["basis"] == "actual":
            add(entered, item["amount"])
    for share in holds(way, departure)[0]["shares"]:
        add(borne, share["amount"])
    assert entered == borne
    assert set(entered) == {"CNY", "USD"}


def add(sums, amount):
    sums[amount["currency"]] = sums.get(amount["currency"], Decimal(0)) + Decimal(amount["amount"])


def test_a_charge_that_somebody_would_let_off_is_another_persons_whatever_the_threshold_becomes(
    way, treasurers, market
):
    departure = held(way, "papers")
    wait(way)
    (hold,) = holds(way, departure)
    way.call(way.operator, "PUT", f"/holds/{hold['id']}/consignment", json={"booking": hold["aboard"][0]}, expect=204)
    way.act("resume")
    (owed,) = charges(way, market.merchant)
    path, why = f"/held-charges/{owed['id']}/waiver", {"cause": "goodwill", "reason": "A friend."}
    two_from("1")
    assert way.call(treasurers[0], "POST", path, json=why, expect=200)["state"] == "waiver_asked"
    two_from("1000000")
    assert way.call(treasurers[0], "POST", path, json=why, expect=409)["type"].endswith("state")
    way.call(treasurers[1], "POST", f"{path}/approval", json={}, expect=204)


def test_who_was_not_aboard_is_not_charged_for_a_hold(way, treasurers, market):
    departure = held(way, "security")
    first, other = way.booking["reference"], beside(way)
    way.act("held-choices", 201, option="transfer", booking=way.booking["id"], departure=other)
    for name, body in (("resume", {}), ("hold", {"cause": "security"})):
        way.call(way.operator, "POST", f"/departures/{departure}/{name}", json=body, expect=204)
    cost = {"kind": "permit", "amount": "90.00", "currency": "CNY", "cause": "security", "booking": first}
    path = f"/departures/{departure}/costs/items"
    refused = way.call(way.operator, "POST", path, json=cost, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["booking"]
    way.call(way.operator, "POST", path, json=cost | {"booking": None}, expect=201)


def test_goods_in_custody_go_on_in_the_account_of_the_hold_that_took_them_off(way, treasurers, market):
    departure = held(way, "security")
    way.act("held-choices", 201, option="off_load", booking=way.booking["id"])
    way.act("resume")
    way.act("hold", cause="security")
    way.act("resume")
    other = beside(way)
    way.act("held-choices", 201, option="transfer", booking=way.booking["id"], departure=other)
    later, first = holds(way, departure)
    assert [len(row["shares"]) for row in (later, first)] == [0, 2]
    assert {share["act"] for share in first["shares"]} == {"off_loading", "transfer"}


def test_a_hold_of_another_lorry_is_unknown_on_this_ones_page(app, way, treasurers, market):
    departure = held(way, "papers")
    (hold,) = holds(way, departure)
    page, own = visitor(app, way.operator), f"/operator/departures/{departure}/holds/{hold['id']}/consignment"
    page.open(f"/operator/departures/{departure}/holds")
    fields = page.hidden(own) | {"booking": hold["aboard"][0]}
    other = own.replace(str(departure), beside(way))
    assert page.client.post(other, data=fields).status_code == 404
    page.send(own, fields)
    assert holds(way, departure)[0]["booking"] == hold["aboard"][0]


def test_an_unknown_hold_rule_or_charge_is_unknown(way, treasurers):
    for method, path, body in (
        ("PUT", f"/holds/{new_id()}/consignment", {}), ("POST", f"/held-cost-rules/{new_id()}/publication", {}),
        ("POST", f"/held-charges/{new_id()}/charge", {}), ("GET", f"/held-charge-desk/{new_id()}", None),
        ("GET", f"/departures/{UUID(int=7)}/holds", None),
    ):  # fmt: skip
        who = way.operator if method == "PUT" else treasurers[0]
        way.call(who, method, path, expect=404, **({} if body is None else {"json": body}))
