"""From cart to orders by bank, over the API: two bundles, two currencies, two plans, one key one effect."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import allowances
from marketplace.reports import queries as reports
from tests import factories
from tests.support.statements import statements
from tests.support.visitors import Visitor
from tests.support.ways import fill

BANK = {"rail": "bank", "plan": "deposit_30_70"}
ADDS_UP = ("agreed", "let_off", "still_agreed", "paid", "balance", "overpaid", "owed_back", "come_back")


def test_a_cart_says_what_everything_comes_to(call, market):
    cart = fill(call, market)
    assert [(total["kind"], total["currency"]) for total in cart["totals"]] == [
        ("goods", "CNY"), ("goods", "THB"), ("freight", "CNY"),
    ]  # fmt: skip
    chains, pads = cart["bundles"]
    assert chains["goods"] == {"amount": "10960.00", "currency": "CNY"}
    assert chains["price_basis"] == {"incoterm": "FCA", "place": factories.HUB}
    assert chains["lines"][0]["freight"]["currency"] == "CNY"
    assert not chains["lines"][0]["freight_included"]
    assert pads["lines"][0]["freight_included"]
    assert pads["lines"][0]["freight"] is None
    assert cart["duty_and_tax"] == {"included": False, "paid_by": "Hanoi Trading", "role": "importer_of_record"}
    assert {approx["currency"] for approx in cart["totals_approx"]} == {"VND"}


def test_a_quantity_between_packs_names_both_neighbours(call, market):
    refused = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 50}, expect=422)
    assert refused["errors"][0]["accepted"] == "40 or 80"


def test_orders_are_placed_booked_and_papered(call, market):
    cart = fill(call, market)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    done = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)
    assert len(done["order_ids"]) == 2
    again = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)
    assert again == done
    first = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert first["state"] == "placed"
    assert [one["state"] for one in first["bookings"]] == ["held"]
    assert first["payments"][0]["amount"] == {"amount": "3288.00", "currency": "CNY"}
    assert sorted(one["kind"] for one in first["documents"]) == [
        "freight_contract", "pro_forma", "sales_contract",
    ]  # fmt: skip
    assert first["freight"][0]["payer_id"] == str(market.buyer.company)
    second = call(market.buyer, "GET", f"/orders/{done['order_ids'][1]}", expect=200)
    assert second["freight"] == []
    sold = call(market.thai, "GET", f"/orders/{done['order_ids'][1]}", expect=200)
    assert sold["freight"][0]["payer_id"] == str(market.thai.company)
    call(market.thai, "GET", f"/orders/{done['order_ids'][0]}", expect=404)
    assert call(market.buyer, "GET", "/cart", expect=200)["bundles"] == []
    assert reports.check(reading()) == []


def test_totals_that_moved_are_told(call, market):
    cart = fill(call, market, pads=0)
    totals = [cart["totals"][0] | {"amount": "1.00"}, *cart["totals"][1:]]
    refused = call(
        market.buyer, "POST", "/checkout", key="x", json={"expected_totals": totals, "payment": BANK}, expect=409
    )
    assert refused["type"] == "urn:city:problem:expected_totals"
    assert refused["facts"]["changes"] == [
        {"kind": "goods", "currency": "CNY", "expected": "1.00", "actual": "10960.00"}
    ]
    assert refused["facts"]["totals"] == cart["totals"]


def test_a_confirmed_order_cancelled_gives_everything_back(call, market):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    done = call(market.buyer, "POST", "/checkout", key="y", json=body, expect=201)
    order_id = done["order_ids"][0]
    call(market.buyer, "POST", f"/orders/{order_id}/confirmation", key="c", expect=403)
    call(market.thai, "POST", f"/orders/{order_id}/confirmation", key="c", expect=404)
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", key="c", expect=204)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert (order["state"], order["bookings"][0]["state"]) == ("confirmed", "confirmed")
    call(market.buyer, "POST", f"/orders/{order_id}/cancellation", key="d", expect=204)
    order = call(market.merchant, "GET", f"/orders/{order_id}", expect=200)
    assert (order["state"], order["lines"][0]["state"]) == ("cancelled", "cancelled")
    assert order["bookings"][0]["state"] == "cancelled"
    line = fill(call, market, pads=0)["bundles"][0]["lines"][0]
    assert line["available"] == 10_000
    assert reports.check(reading()) == []


def test_a_cancelled_order_comes_to_the_same_for_everybody_and_says_what_was_kept(call, market):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    done = call(market.buyer, "POST", "/checkout", key="y", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert (order["money"]["still_agreed"], order["money"]["kept"]) == (order["agreed_total"], None)
    deposit = next(row for row in order["payments"] if row["amount"]["amount"] == "3288.00")
    paid = {"amount": "3288.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", key="p", json=paid, expect=200)
    call(market.merchant, "POST", f"/orders/{order['id']}/cancellation", key="d", expect=204)
    for reader in (market.buyer, market.merchant):
        found = call(reader, "GET", f"/orders/{order['id']}", expect=200)
        money = found["money"]
        assert money["total"] == found["agreed_total"] == {"amount": "10960.00", "currency": "CNY"}
        assert [money[name]["amount"] for name in ("still_agreed", "paid", "balance", "kept")] == [
            "0.00", "3288.00", "0.00", "0.00",
        ]  # fmt: skip


def test_what_banks_kept_is_named_while_an_order_runs_and_when_it_is_cancelled(app, call, market):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    done = call(market.buyer, "POST", "/checkout", key="y", json=body, expect=201)
    path = f"/orders/{done['order_ids'][0]}"
    deposit = next(row for row in call(market.buyer, "GET", path, expect=200)["payments"] if row["state"] == "due")
    short = {"amount": "3188.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", key="p", json=short, expect=200)
    names = ("paid", "bank_charges", "owed_back", "kept", "balance")

    def figures():
        found = [call(reader, "GET", path, expect=200) for reader in (market.buyer, market.merchant)]
        assert found[0]["money"] == found[1]["money"]
        (paid,) = [Decimal(row["paid"]["amount"]) for row in found[0]["payments"] if row["id"] == deposit["id"]]
        money = found[0]["money"]
        assert paid == Decimal(money["paid"]["amount"]) - Decimal(money["bank_charges"]["amount"])
        return tuple(money[name] and money[name]["amount"] for name in names)

    assert figures() == ("3288.00", "100.00", "0.00", None, "7672.00")
    call(market.merchant, "POST", f"{path}/cancellation", key="d", expect=204)
    assert figures() == ("3288.00", "100.00", "3188.00", "0.00", "0.00")
    for reader in (market.buyer, market.merchant):
        page = Visitor(app)
        page.enter(reader.actor)
        shown = page.open(path)
        told = shown[shown.index("Money of the goods") :]
        assert "Kept by banks on the way" in told
        assert "100.00" in told
    assert reports.check(reading()) == []


def test_what_is_credited_after_a_payment_adds_up_for_everybody(app, call, market):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    done = call(market.buyer, "POST", "/checkout", key="y", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    deposit = next(row for row in order["payments"] if row["amount"]["amount"] == "3288.00")
    paid = {"amount": "3338.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", key="p", json=paid, expect=200)
    with factories.unit_of_work() as session:
        treasurer = factories.staff(session, app, role=Role.TREASURY, now=clock.now())

    def credit(amount):
        with factories.unit_of_work() as session:
            allowances.allow(
                session, subject=Subject(SubjectKind.ORDER, UUID(order["id"])), line_id=UUID(order["lines"][0]["id"]),
                amount=Money(amount, "CNY"), cause_id=new_id(), why=Why.CLAIM, actor=market.merchant.actor,
                now=clock.now(),
            )  # fmt: skip

    def figures(*names):
        sides = (market.buyer, market.merchant)
        found = [call(reader, "GET", f"/orders/{order['id']}", expect=200)["money"] for reader in sides]
        found.append(call(treasurer, "GET", f"/orders/{order['id']}/money", expect=200))
        rows = [{name: Decimal(money[name]["amount"]) for name in ADDS_UP} for money in found]
        for row in rows:
            assert row["agreed"] == row["let_off"] + row["still_agreed"]
            assert row["paid"] + row["overpaid"] - row["owed_back"] == row["still_agreed"] - row["balance"]
        assert rows[0] == rows[1] == rows[2]
        return tuple(str(rows[0][name]) for name in names)

    assert figures("agreed", "let_off", "paid", "balance") == ("10960.00", "0.00", "3288.00", "7672.00")
    credit(2_000_00)
    assert figures("agreed", "let_off", "still_agreed", "balance") == ("10960.00", "2000.00", "8960.00", "5672.00")
    assert figures("owed_back", "overpaid") == ("50.00", "50.00")
    credit(7_000_00)
    assert figures("agreed", "still_agreed", "paid", "balance") == ("10960.00", "1960.00", "3288.00", "0.00")
    assert figures("owed_back", "come_back") == ("1378.00", "0.00")
    for row in call(market.buyer, "GET", "/returns", expect=200)["items"]:
        path = f"/returns/{row['id']}"
        call(market.merchant, "POST", f"{path}/confirmation", key=row["id"], expect=200)
        if row["amount"]["amount"] == "1328.00":
            call(market.buyer, "POST", f"{path}/receipt", key=row["id"], expect=200)
    assert figures("owed_back", "come_back") == ("1378.00", "1328.00")
    for reader, path in ((market.buyer, "/orders"), (market.merchant, "/orders"), (treasurer, "/operator/orders")):
        page = Visitor(app)
        page.enter(reader.actor)
        shown = page.open(f"{path}/{order['id']}{'/money' if reader is treasurer else ''}")
        for word in ("Let off or credited", "9,000.00", "1,960.00", "Owed back", "1,378.00", "1,328.00"):
            assert word in shown, (path, word)
    assert reports.check(reading()) == []


def test_goods_made_to_order_take_room_with_their_ready_date(call, market, app):
    now = clock.now()
    with factories.unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=10, now=now)
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{made}", json={"quantity": 40}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    done = call(market.buyer, "POST", "/checkout", key="z", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["bookings"][0]["state"] == "target"
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    line_id = order["lines"][0]["id"]
    past = {"ready_date": (now - timedelta(days=2)).date().isoformat()}
    call(market.merchant, "PUT", f"/order-lines/{line_id}/ready-date", json=past, expect=422)
    leaves = datetime.fromisoformat(order["bookings"][0]["departs_at"])
    later = {"ready_date": (leaves + timedelta(days=1)).date().isoformat()}
    call(market.buyer, "PUT", f"/order-lines/{line_id}/ready-date", json=later, expect=403)
    call(market.merchant, "PUT", f"/order-lines/{line_id}/ready-date", json=later, expect=204)
    order = call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)
    assert [one["state"] for one in order["bookings"]] == ["rolled", "confirmed"]
    assert order["lines"][0]["state"] == "in_production"
    assert order["bookings"][1]["cutoff_cargo_at"] > later["ready_date"]
    assert reports.check(reading()) == []


def test_the_number_of_queries_of_a_cart_does_not_depend_on_its_lines(call, market, app):
    with factories.unit_of_work() as session:
        more = [
            factories.listing(session, market.merchant.actor, sku=f"N-{number}", now=clock.now()) for number in range(4)
        ]
    fill(call, market)
    with statements() as few:
        call(market.buyer, "GET", "/cart", expect=200)
    for listing_id in more:
        call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 40}, expect=200)
    with statements() as many:
        call(market.buyer, "GET", "/cart", expect=200)
    assert len(many) == len(few)


def test_the_way_to_a_confirmed_order_asks_the_database_this_often(call, market):
    asked = {}

    def counted(name, trader, method, path, **given):
        with statements() as sent:
            answer = call(trader, method, path, **given)
        asked[name] = len(sent)
        return answer

    line = f"/cart/lines/{market.chains}"
    paid = {"rail": "bank", "plan": "acceptance_100"}
    for key in ("warm", "counted"):
        counted("where to", market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
        counted("line", market.buyer, "PUT", line, json={"quantity": 40}, expect=200)
        cart = counted("cart", market.buyer, "GET", "/cart", expect=200)
        body = {"expected_totals": cart["totals"], "payment": paid}
        (order_id,) = call(market.buyer, "POST", "/checkout", key=key, json=body, expect=201)["order_ids"]
        path = f"/orders/{order_id}"
        counted("confirmation", market.merchant, "POST", f"{path}/confirmation", key=key, expect=204)
        assert counted("order", market.buyer, "GET", path, expect=200)["state"] == "confirmed"
    assert asked == {"where to": 5, "line": 16, "cart": 9, "confirmation": 25, "order": 19}
    assert reports.check(reading()) == []


def test_the_number_of_statements_of_a_checkout_does_not_depend_on_its_lines(call, market, app):
    with factories.unit_of_work() as session:
        more = [
            factories.listing(session, market.merchant.actor, sku=f"N-{number}", now=clock.now()) for number in range(9)
        ]
    asked = []
    for key, listing_ids in (("warm", ()), ("few", ()), ("many", more)):
        cart = fill(call, market)
        for listing_id in listing_ids:
            cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 40}, expect=200)
        body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
        with statements() as sent:
            call(market.buyer, "POST", "/checkout", key=key, json=body, expect=201)
        asked.append(len(sent))
    _, few, many = asked
    assert few == many
    assert reports.check(reading()) == []


@pytest.mark.parametrize("choice", ["departures", "payments"])
def test_a_choice_for_what_is_not_in_the_cart_is_refused(call, market, choice):
    cart = fill(call, market, pads=0)
    key, value = {"departures": (market.pads, cart["bundles"][0]["lines"][0]["departure_id"]), "payments": ("x", BANK)}[
        choice
    ]
    body = {"expected_totals": cart["totals"], "payment": BANK, choice: {str(key): value}}
    refused = call(market.buyer, "POST", "/checkout", key="x", json=body, expect=422)
    assert [error["field"] for error in refused["errors"]] == [f"{choice}.{key}"]
    assert call(market.buyer, "GET", "/orders", expect=200)["items"] == []
