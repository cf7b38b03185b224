"""Local ways to pay at checkout: chosen, confirmed at the provider, charged at once, held or given back."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.services import stock
from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.mail.models import MailMessage
from marketplace.notices.models import InboxMatter
from marketplace.notices.rules import News
from marketplace.orders.models import Order
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests import factories
from tests.support.cards import bring_notices, charges, double_of
from tests.support.invariants import fresh
from tests.support.visitors import Visitor, entered
from tests.support.ways import fill

ALIPAY = {"rail": "card", "plan": "acceptance_100", "method": "alipay"}


def _confirm(app, url, kind, act):
    """Choose a method on the provider's page and do something at the bank that it leads to."""
    visitor = app.test_client()
    chosen = visitor.post("/" + url.split("/", 3)[3], data={"card": kind, "act": "pay"})
    assert chosen.status_code == 303, chosen.text
    place = "/" + chosen.location.split("/", 3)[3]
    assert "Demo payments" in visitor.get(place).text
    done = visitor.post(place, data={"act": act})
    assert done.status_code == 303, done.text
    return done.location


def _begin(call, market, payment=ALIPAY):
    cart = fill(call, market, pads=0)
    assert [bundle["local_methods"] for bundle in cart["bundles"]] == [["alipay", "wechat_pay"]]
    body = {"expected_totals": cart["totals"], "payment": payment}
    waiting = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=202)

    def next_page():
        return call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=202)["payment_url"]

    return f"/checkout/{waiting['id']}", next_page


def _expiry():
    session = fresh()
    return session.scalars(sa.select(CheckoutAttempt.expires_at)).one()


@pytest.mark.parametrize("kind", ["alipay", "wechat_pay"])
def test_goods_and_freight_are_paid_and_the_money_is_held(call, market, app, kind):
    double = double_of(app)
    checkout, page = _begin(call, market, ALIPAY | {"method": kind})
    _confirm(app, page(), kind, "pay")
    bring_notices(double)
    assert sorted(state for *_, state in charges()) == ["captured", "needs_page"]
    _confirm(app, page(), kind, "pay")

    done = call(market.buyer, "POST", f"{checkout}/completion", expect=200)

    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["secured_at"] is not None
    assert {one["state"] for one in order["payments"]} == {"captured"}
    assert {one["state"] for one in order["milestones"]} == {"held"}
    assert set(reading().scalars(sa.select(CardCharge.local_method))) == {kind}
    assert reports.check(reading()) == []
    call(market.buyer, "POST", f"/orders/{order['id']}/cancellation", key="end", expect=204)
    runner.run_due(app)
    assert {state for *_, state in charges()} == {"refunded"}
    assert reports.check(reading()) == []


def test_pages_name_the_method_and_no_card(call, market, app):
    checkout, page = _begin(call, market)
    _confirm(app, page(), "alipay", "pay")
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    asked = buyer.open(f"{checkout}?asked=1")
    assert "What you pay by Alipay is taken at once" in asked
    assert "Nothing is charged before" not in asked
    _confirm(app, page(), "alipay", "pay")
    done = call(market.buyer, "POST", f"{checkout}/completion", expect=200)
    order_id = done["order_ids"][0]
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    assert order["local_method"] == "alipay"
    assert "Alipay, by " in buyer.open(f"/orders/{order_id}")
    assert "Card, held" not in buyer.shown
    goods = next(one for one in order["payments"] if one["subject"] == "order")
    assert "Paid by Alipay" in buyer.open(f"/payments/{goods['id']}")
    ending = buyer.open(f"/orders/{order_id}/cancellation")
    assert "goes back the way it came, by Alipay" in ending
    assert "the card it was charged to" not in ending
    call(market.buyer, "POST", f"/orders/{order_id}/cancellation", key="end", expect=204)
    runner.run_due(app)
    ended = buyer.open(f"/orders/{order_id}")
    assert "Refunds by Alipay" in ended
    assert "to the card" not in ended


def test_the_news_alone_places_the_orders(call, market, app):
    double = double_of(app)
    checkout, page = _begin(call, market)
    for _ in range(2):
        _confirm(app, page(), "alipay", "pay")
    bring_notices(double, order=lambda notices: list(reversed(notices)), times=2)
    runner.run_due(app)

    assert call(market.buyer, "GET", checkout, expect=200)["state"] == "ordered"
    assert {state for *_, state in charges()} == {"captured"}


def test_without_any_news_the_reconciler_finds_out(call, market, app):
    checkout, page = _begin(call, market)
    for _ in range(2):
        _confirm(app, page(), "alipay", "pay")
    cards.reconcile(clock.now() + 2 * IN_FLIGHT)
    runner.run_due(app)

    assert call(market.buyer, "GET", checkout, expect=200)["state"] == "ordered"


def test_a_payment_that_fails_is_tried_again_on_its_page(call, market, app):
    checkout, page = _begin(call, market)
    address = page()
    assert _confirm(app, address, "alipay", "fail") == address
    assert "did not go through" in app.test_client().get("/" + address.split("/", 3)[3]).text
    assert call(market.buyer, "POST", f"{checkout}/completion", expect=202)["payment_url"] == address
    for _ in range(2):
        _confirm(app, page(), "alipay", "pay")
    call(market.buyer, "POST", f"{checkout}/completion", expect=200)


def test_a_bank_that_says_no_later_ends_the_checkout(call, market, app):
    double = double_of(app)
    checkout, page = _begin(call, market)
    _confirm(app, page(), "alipay", "pay")
    _confirm(app, page(), "alipay", "wait")
    assert call(market.buyer, "POST", f"{checkout}/completion", expect=202)["state"] == "awaiting_payment"
    (waiting,) = [one for one in double.all("payment_intent") if one["status"] == "processing"]
    double.settle_local(waiting["id"], "fail")
    bring_notices(double)
    runner.run_due(app)

    refused = call(market.buyer, "GET", checkout, expect=409)

    assert refused["type"] == "urn:city:problem:payment_failed"
    assert refused["facts"]["decline_code"] == "payment_method_provider_decline"
    assert sorted(state for *_, state in charges()) == ["declined", "refunded"]
    assert reading().scalars(sa.select(Order)).all() == []
    assert reports.check(reading()) == []


def test_a_bank_that_says_yes_too_late_has_its_money_back(call, market, app):
    double = double_of(app)
    checkout, page = _begin(call, market)
    _confirm(app, page(), "alipay", "pay")
    _confirm(app, page(), "alipay", "wait")
    later = _expiry()
    sweeping.finish_checkouts(now=later)
    assert call(market.buyer, "GET", checkout, expect=409)["type"].endswith("checkout_expired")
    assert sorted(state for *_, state in charges()) == ["needs_page", "refunded"]
    (waiting,) = [one for one in double.all("payment_intent") if one["status"] == "processing"]
    double.settle_local(waiting["id"], "pay")
    cards.reconcile(later)
    runner.run_due(app)

    assert [state for *_, state in charges()] == ["refunded", "refunded"]
    assert reading().scalars(sa.select(Order)).all() == []
    assert reports.check(reading()) == []
    # A refund that comes back waits for two people, though nothing was ever ordered.
    double.fail_refund(double.all("refund")[0]["id"])
    bring_notices(double)
    runner.run_due(app)
    with unit_of_work() as session:
        treasury = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
    (due,) = call(treasury, "GET", "/card-returns", expect=200)["items"]
    assert due["state"] == "due"
    desk, _secret = entered(app, treasury)
    assert due["reference"] in desk.open("/operator/money")
    assert reports.check(reading()) == []


@pytest.mark.parametrize(
    ("payment", "code"),
    [
        (ALIPAY | {"method": "paynow"}, "choice"),
        (ALIPAY | {"method": "cowries"}, "choice"),
        (ALIPAY | {"payment_method": "pm_card_visa"}, "only_instead_of_card"),
        (ALIPAY | {"rail": "bank"}, "only_instead_of_card"),
    ],
)
def test_a_method_that_cannot_be_is_refused(call, market, payment, code):
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": payment}
    refused = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("payment.method", code)]
    assert charges() == []


def test_a_buyer_chooses_it_on_the_page(call, market, app):
    cart = fill(call, market, pads=0)
    (bundle,) = cart["bundles"]
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    form = visitor.open("/checkout")
    assert "WeChat Pay" in form
    total = [f"{one['kind']} {one['amount']} {one['currency']}" for one in cart["totals"]]
    way = {f"payment.{bundle['key']}": "card acceptance_100", f"method.{bundle['key']}": "wechat_pay", "total": total}
    gone = visitor.send("/checkout", way)
    assert gone.location.startswith("http")
    _confirm(app, gone.location, "wechat_pay", "pay")
    (attempt,) = reading().scalars(sa.select(CheckoutAttempt.id))
    standing = f"/checkout/{attempt}"
    visitor.open(standing)
    waiting = visitor.send(f"{standing}/completion", {})
    visitor.open(waiting.location)
    page = call(market.buyer, "GET", standing, expect=202)["payment_url"]
    assert page in visitor.shown
    _confirm(app, page, "wechat_pay", "pay")
    visitor.open(standing)
    assert "/orders/groups/" in visitor.send(f"{standing}/completion", {}).location


@pytest.fixture
def in_thailand(app, monkeypatch):
    """The house's account at the provider is a Thai one: goods in THB can be paid by PromptPay."""
    monkeypatch.setattr(app.extensions["city.cards"], "_country", "TH")
    monkeypatch.setattr(double_of(app), "_country", "TH")


@pytest.fixture
def buyer(app, market):
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    return visitor


def _begin_by_promptpay(call, market):
    """Begin a checkout with a single payment: goods whose freight their price includes."""
    cart = fill(call, market, chains=0)
    assert [bundle["local_methods"] for bundle in cart["bundles"]] == [["promptpay"]]
    body = {"expected_totals": cart["totals"], "payment": ALIPAY | {"method": "promptpay"}}
    waiting = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=202)
    return waiting, cart["bundles"][0]["goods"]


def _told(app):
    """The letters about money that went back without an order; every job that is due by now is done first."""
    runner.run_due(app)
    session = fresh()
    return session.scalars(sa.select(MailMessage).where(MailMessage.template == "late_money_back")).all()


def test_who_waits_for_the_bank_is_not_asked_to_pay_again(call, market, app, in_thailand, buyer):
    waiting, goods = _begin_by_promptpay(call, market)
    (payment,) = waiting["payments"]
    assert (payment["subject"], payment["state"], payment["amount"]) == ("order", "to_pay", goods)
    assert waiting["waits_for_bank"] is False
    assert waiting["pay_by"]
    checkout, page = f"/checkout/{waiting['id']}", waiting["payment_url"]
    assert "One more payment" not in buyer.open(f"{checkout}?asked=1")
    assert page in buyer.shown
    _confirm(app, page, "promptpay", "wait")

    for method, path in (("POST", f"{checkout}/completion"), ("GET", checkout)):
        now = call(market.buyer, method, path, expect=202)
        assert [one["state"] for one in now["payments"]] == ["with_bank"]
        assert (now["waits_for_bank"], now["payment_url"]) == (True, None)

    shown = buyer.open(f"{checkout}?asked=1")
    assert "The bank has not answered yet" in shown
    assert "Do not pay again" in shown
    assert "PromptPay" in shown
    for wrong in ("One more payment", "separate contracts", "Go to the payment page", page):
        assert wrong not in shown
    (intent,) = [one for one in double_of(app).all("payment_intent") if one["status"] == "processing"]
    double_of(app).settle_local(intent["id"], "pay")
    call(market.buyer, "POST", f"{checkout}/completion", expect=200)


def test_the_payment_that_is_missing_is_named(call, market, app, buyer):
    checkout, page = _begin(call, market)
    _confirm(app, page(), "alipay", "wait")
    now = call(market.buyer, "POST", f"{checkout}/completion", expect=202)
    goods, freight = now["payments"]
    assert [(one["subject"], one["state"]) for one in now["payments"]] == [
        ("order", "with_bank"),
        ("freight", "to_pay"),
    ]
    assert now["waits_for_bank"] is False
    assert now["payment_url"]
    shown = buyer.open(f"{checkout}?asked=1")
    assert "One more payment" in shown
    assert goods["reference"] in shown
    assert f"Freight {freight['reference']}" in shown
    assert "the bank has not answered yet" in shown
    assert "To be paid until" in shown


def test_money_that_came_too_late_is_told_to_its_payer(call, market, app, in_thailand, buyer, later):
    double = double_of(app)
    waiting, goods = _begin_by_promptpay(call, market)
    checkout = f"/checkout/{waiting['id']}"
    _confirm(app, waiting["payment_url"], "promptpay", "wait")
    call(market.buyer, "POST", f"{checkout}/completion", expect=202)
    later(20 * 60)
    sweeping.finish_checkouts(now=clock.now())
    refused = call(market.buyer, "GET", checkout, expect=409)
    assert [one["state"] for one in refused["facts"]["payments"]] == ["with_bank"]
    assert "bank has not answered" in buyer.open(checkout)
    assert _told(app) == []
    (intent,) = [one for one in double.all("payment_intent") if one["status"] == "processing"]
    double.settle_local(intent["id"], "pay")
    cards.reconcile(clock.now() + 2 * IN_FLIGHT)
    later(30 * 60)
    runner.run_due(app)

    (kept,) = call(market.buyer, "GET", checkout, expect=409)["facts"]["payments"]

    assert (kept["state"], kept["local_method"]) == ("went_back", "promptpay")
    assert kept["taken"] == kept["returned"] == goods
    assert kept["taken_at"] <= kept["returned_at"]
    shown = buyer.open(checkout)
    assert "was taken by PromptPay on" in shown
    assert "went back on" in shown
    later(40 * 60)
    letters = _told(app)
    assert len(letters) == len({letter.to for letter in letters}) > 0
    (matter,) = reading().scalars(sa.select(InboxMatter).where(InboxMatter.news == News.LATE_MONEY_BACK))
    assert (matter.facts["amount"], matter.facts["path"]) == (f"{goods['amount']} THB", checkout)
    assert reports.check(reading()) == []


def test_money_of_an_order_that_could_not_be_placed_is_told_to_its_payer(call, market, app, in_thailand, buyer, later):
    waiting, goods = _begin_by_promptpay(call, market)
    checkout = f"/checkout/{waiting['id']}"
    _confirm(app, waiting["payment_url"], "promptpay", "pay")
    (plan,) = reading().scalars(sa.select(CheckoutAttempt.plan))
    (line,) = plan["group"]["orders"][0]["lines"]
    with unit_of_work() as session:
        stock.release(session, subject=UUID(line["id"]), now=clock.now(), reason="checkout_abandoned")

    refused = call(market.buyer, "POST", f"{checkout}/completion", expect=409)

    assert refused["type"].endswith("hold_gone")
    (kept,) = refused["facts"]["payments"]
    assert (kept["state"], kept["taken"], kept["returned"]) == ("went_back", goods, goods)
    shown = buyer.open(checkout)
    assert "The reservation of these goods has ended" in shown
    assert "was taken by PromptPay on" in shown
    later(40 * 60)
    letters = _told(app)
    assert len(letters) == len({letter.to for letter in letters}) > 0


def test_a_refund_of_an_order_that_was_placed_is_no_late_money(call, market, app, in_thailand, later):
    waiting, _goods = _begin_by_promptpay(call, market)
    _confirm(app, waiting["payment_url"], "promptpay", "pay")
    done = call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=200)
    assert (done["payments"], done["pay_by"], done["waits_for_bank"]) == ([], None, False)
    call(market.buyer, "POST", f"/orders/{done['order_ids'][0]}/cancellation", key="end", expect=204)
    runner.run_due(app)
    assert {state for *_, state in charges()} == {"refunded"}
    later(40 * 60)
    assert _told(app) == []


def test_a_page_that_ends_unpaid_is_told_as_the_end_of_the_time(call, market, app, in_thailand):
    waiting, _goods = _begin_by_promptpay(call, market)
    (page,) = double_of(app).all("checkout.session")
    app.extensions["city.cards"].close_page(page["id"], key="nobody-paid")
    refused = call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=409)
    assert refused["type"] == "urn:city:problem:checkout_expired"


def test_who_leaves_the_second_page_reads_what_is_paid_already(call, market, app, buyer):
    checkout, page = _begin(call, market)
    _confirm(app, page(), "alipay", "pay")
    call(market.buyer, "POST", f"{checkout}/completion", expect=202)
    shown = buyer.open(f"{checkout}?left=1")
    assert "taken by Alipay" in shown
    assert "Nothing has been charged" not in shown
    assert "goes back by itself then" in shown
