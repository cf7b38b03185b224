"""From cart to orders by card, over the API: authorised, placed, captured; a decline leaves nothing behind."""

import csv
import io
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.models import Stock
from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.orders.models import Order
from marketplace.payments.flows import cards, give_back
from marketplace.payments.queries import ledger
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests import factories
from tests.support.cards import CARD, charges, double_of, pay_on
from tests.support.invariants import fresh
from tests.support.visitors import Visitor
from tests.support.ways import fill


def test_goods_and_freight_are_charged_apart_and_captured(call, market):
    cart = fill(call, market)
    body = {"expected_totals": cart["totals"], "payment": CARD}
    done = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)
    kinds = [(kind, currency, state) for kind, currency, _, _, state in charges()]
    assert kinds == [("freight", "CNY", "captured"), ("order", "CNY", "captured"), ("order", "THB", "captured")]
    assert all(amount == captured for _, _, amount, captured, _ in charges())
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["secured_at"] is not None
    assert [one["state"] for one in order["bookings"]] == ["confirmed"]
    assert {one["state"] for one in order["payments"]} == {"captured"}
    assert {one["state"] for one in order["milestones"]} == {"held"}
    assert call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201) == done
    assert reports.check(reading()) == []


def test_a_charge_that_never_reached_the_provider_is_sent_when_its_buyer_asks_again(app, call, market):
    body = {"expected_totals": fill(call, market)["totals"], "payment": CARD}
    double_of(app).switches.arm("timeout_before", method="POST", path="/v1/payment_intents", times=-1)
    call(market.buyer, "POST", "/checkout", key="one", json=body, expect=503)
    double_of(app).switches.clear()
    cards.reconcile(clock.now() + IN_FLIGHT)
    done = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)
    assert len(done["order_ids"]) == 2
    assert all(amount == captured for _, _, amount, captured, _ in charges())
    assert reports.check(reading()) == []


def test_a_buyer_sees_what_the_card_was_charged_and_refunded(app, call, market):
    cart = fill(call, market, pads=0)
    done = call(market.buyer, "POST", "/checkout", key="one", json={"expected_totals": cart["totals"], "payment": CARD})
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    amounts = sorted(payment["amount"]["amount"] for payment in order["payments"])

    def seen(trader):
        statement = call(trader, "GET", "/statements?currency=CNY", expect=200)
        return statement["entries"], {row["account"]: row["closing"]["amount"] for row in statement["balances"]}

    entries, balances = seen(market.buyer)
    assert {entry["kind"] for entry in entries} == {"card_captured"}
    assert sorted(entry["amount"]["amount"] for entry in entries) == amounts
    assert sum(map(Decimal, amounts)) == Decimal(balances["held"])
    assert seen(market.merchant) == ([], {})
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    payment = next(one for one in order["payments"] if one["subject"] == "order")
    assert call(market.buyer, "GET", f"/payments/{payment['id']}", expect=200)["payee_account"] is None
    visitor.open(f"/payments/{payment['id']}")
    assert "Released to the payee" in visitor.shown
    for misleading in ("Account to pay into", "Money received", "never holds it"):
        assert misleading not in visitor.shown
    call(market.buyer, "POST", f"/orders/{order['id']}/cancellation", key="end", expect=204)
    runner.run_due(app)
    with unit_of_work() as session:
        held = ledger.held_for(session, subject=Subject(SubjectKind.ORDER, UUID(order["id"])), currency="CNY")
    assert (str(held.charged.amount), held.held.minor, held.released.minor) == (payment["amount"]["amount"], 0, 0)
    assert held.refunded == held.charged
    entries, balances = seen(market.buyer)
    assert sorted(str(entry["kind"]) for entry in entries) == ["card_captured"] * 2 + ["card_refunded"] * 2
    assert balances == {"held": "0.00"}
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
    accounts = call(office, "GET", "/ledger/accounts?kind=held&currency=CNY", expect=200)["items"]
    kept = [call(office, "GET", f"/ledger/accounts/{one['id']}/entries", expect=200)["items"] for one in accounts]
    # The house owes what it holds: the same entries from the other side.
    assert {one["id"]: Decimal(one["amount"]["amount"]) for rows in kept for one in rows} == {
        entry["id"]: -Decimal(entry["amount"]["amount"]) for entry in entries
    }
    shown = visitor.open("/account/statement?currency=CNY")
    assert "Card charged" in shown
    assert "Card refunded" in shown
    table = visitor.client.get("/account/statement.csv?currency=CNY").text
    assert table.count("card_captured") == table.count("card_refunded") == 2
    # Each entry names its order or freight contract by the number on the papers.
    about = {row["subject_id"]: row["reference"] for row in csv.DictReader(io.StringIO(table)) if row["subject_id"]}
    assert about[order["id"]] == order["reference"]
    assert all(about.values())
    assert reports.check(reading()) == []


def test_a_declined_card_leaves_nothing_behind(call, market):
    cart = fill(call, market)
    first, second = (bundle["key"] for bundle in cart["bundles"])
    declined = CARD | {"payment_method": "pm_card_chargeDeclined"}
    body = {"expected_totals": cart["totals"], "payment": CARD, "payments": {second: declined}}
    assert first != second
    refused = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=422)
    assert refused["type"] == "urn:city:problem:card_declined"
    assert refused["facts"]["decline_code"]
    assert {state for *_, state in charges()} == {"cancelled", "declined"}
    assert sum(captured for *_, captured, _ in charges()) == 0
    session = reading()
    assert session.scalars(sa.select(Order)).all() == []
    assert {(row.held, row.allocated) for row in session.scalars(sa.select(Stock))} == {(0, 0)}
    assert {row.taken_pallets for row in session.scalars(sa.select(Departure))} == {0}
    assert len(call(market.buyer, "GET", "/cart", expect=200)["bundles"]) == 2
    assert call(market.buyer, "POST", "/checkout", key="one", json=body, expect=422) == refused
    assert reports.check(session) == []


def test_a_card_without_a_method_pays_on_the_hosted_page(call, market, app):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "card", "plan": "acceptance_100"}}
    waiting = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=202)
    assert waiting["state"] == "awaiting_payment"
    assert waiting["payment_url"]
    for _ in range(2):  # goods, then freight
        page = call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=202)["payment_url"]
        pay_on(app, page)
    done = call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=200)
    assert (done["state"], len(done["order_ids"])) == ("ordered", 1)
    assert {state for *_, state in charges()} == {"captured"}
    call(market.merchant, "GET", f"/checkout/{waiting['id']}", expect=404)
    assert reports.check(reading()) == []


def test_a_page_that_nobody_pays_on_is_given_up(call, market, app):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "card", "plan": "acceptance_100"}}
    waiting = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=202)
    session = fresh()
    later = session.scalars(sa.select(CheckoutAttempt.expires_at)).one()
    sweeping.finish_checkouts(now=later)
    assert {state for *_, state in charges()} == {"cancelled"}
    refused = call(market.buyer, "GET", f"/checkout/{waiting['id']}", expect=409)
    assert refused["type"] == "urn:city:problem:checkout_expired"
    assert {row.held for row in reading().scalars(sa.select(Stock))} == {0}
    assert reports.check(reading()) == []


def test_what_a_crash_left_is_finished_by_the_sweeper(call, market, app, monkeypatch):
    from marketplace.checkout.flows import finishing

    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": CARD}

    class Crash(BaseException):
        pass

    def crash(*_args, **_options):
        raise Crash

    for point in ("_place", "_capture_charges"):
        with monkeypatch.context() as patch:
            patch.setattr(finishing, point, crash)
            with pytest.raises(Crash):
                call(market.buyer, "POST", "/checkout", key=point, json=body)
        sweeping.finish_checkouts(now=clock.now(), in_flight=sweeping.IN_FLIGHT * 0)
        assert {state for *_, state in charges()} == {"captured"}
        cart = fill(call, market, pads=0)
    assert reading().scalar(sa.select(sa.func.count()).select_from(Order)) == 2
    assert reports.check(reading()) == []


def test_a_charge_whose_order_was_never_placed_is_named(call, market, monkeypatch):
    from marketplace.checkout.flows import finishing

    class Crash(BaseException):
        pass

    def crash(*_args, **_options):
        raise Crash

    def named():
        session = fresh()
        return [one.what for one in reports.check(session) if one.subject == "card_charge"]

    cart = fill(call, market, pads=0)
    with monkeypatch.context() as patch:
        patch.setattr(finishing, "_place", crash)
        with pytest.raises(Crash):
            call(market.buyer, "POST", "/checkout", key="x", json={"expected_totals": cart["totals"], "payment": CARD})
    assert {state for *_, state in charges()} == {"authorised"}
    assert named() == []  # the sweeper is on its way
    try:
        clock.set_offset(3 * 60 * 60)
        assert named() == ["has money of a card for something that was never placed"] * 2
        sweeping.finish_checkouts(now=clock.now())
        assert named() == []
    finally:
        clock.set_offset(0)


def test_a_checkout_that_breaks_keeps_no_other_waiting(call, market, monkeypatch):
    from marketplace.checkout.flows import finishing

    class Crash(BaseException):
        pass

    def crash(*_args, **_options):
        raise Crash

    for key, quantities in (("first", {"pads": 0}), ("second", {"chains": 0})):
        body = {"expected_totals": fill(call, market, **quantities)["totals"], "payment": CARD}
        with monkeypatch.context() as patch:
            patch.setattr(finishing, "_place", crash)
            with pytest.raises(Crash):
                call(market.buyer, "POST", "/checkout", key=key, json=body)
        call(market.buyer, "DELETE", f"/cart/lines/{market.chains}", expect=204 if key == "first" else 404)
    broken, _ = reading().scalars(sa.select(CheckoutAttempt.id).order_by(CheckoutAttempt.created_at)).all()
    advance = finishing.advance

    def break_once(*, attempt_id, now):
        if attempt_id == broken:
            raise LookupError(attempt_id)
        return advance(attempt_id=attempt_id, now=now)

    monkeypatch.setattr(finishing, "advance", break_once)
    sweeping.finish_checkouts(now=clock.now(), in_flight=sweeping.IN_FLIGHT * 0)
    assert {state for *_, state in charges()} == {"authorised", "captured"}


def test_the_held_deposit_is_released_by_the_confirmation_and_a_cancellation_refunds(call, market):
    cart = fill(call, market, chains=0)
    body = {"expected_totals": cart["totals"], "payment": CARD | {"plan": "deposit_30_70"}}
    (order_id,) = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)["order_ids"]
    call(market.thai, "POST", f"/orders/{order_id}/confirmation", key="c", expect=204)
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert [one["state"] for one in order["milestones"]] == ["released", "held"]
    call(market.buyer, "POST", f"/orders/{order_id}/cancellation", key="x", expect=204)
    give_back.give_back(subject=Subject(SubjectKind.ORDER, UUID(order_id)), now=clock.now())
    assert {state for *_, state in charges()} == {"refunded"}
    assert {row.allocated for row in reading().scalars(sa.select(Stock))} == {0}
    assert reports.check(reading()) == []
