"""One cart, several checkouts: whichever is paid first is ordered, the others end, and nothing is ordered twice."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Stock
from marketplace.checkout.flows import finishing, sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.models import Order
from marketplace.payments.models.cards import CardCharge
from marketplace.reports import queries as reports
from tests import factories
from tests.support.cards import pay_on
from tests.support.invariants import fresh
from tests.support.visitors import Visitor

PAGE = {"rail": "card", "plan": "acceptance_100"}
CARD = PAGE | {"payment_method": "pm_card_visa"}
BANK = {"rail": "bank", "plan": "deposit_30_70"}
PACK = 40


@pytest.fixture
def market(app):
    """A city whose merchant has just the goods that lie in the cart."""
    return factories.open_market(app, stock=PACK)


@pytest.fixture
def buy(client, market):
    def buy(key, payment, expect=None, **changes):
        cart = client.get("/api/v1/cart", headers=market.buyer.headers).get_json()
        body = {"expected_totals": cart["totals"], "payment": payment} | changes
        answer = client.post("/api/v1/checkout", json=body, headers=market.buyer.headers | {"Idempotency-Key": key})
        if expect is not None:
            assert answer.status_code == expect, answer.text
        return answer.get_json()

    return buy


@pytest.fixture
def call(client, market):
    def call(method, path, expect):
        answer = client.open(f"/api/v1{path}", method=method, headers=market.buyer.headers)
        assert answer.status_code == expect, answer.text
        return answer.get_json()

    return call


@pytest.fixture(autouse=True)
def cart(client, market):
    put = {"headers": market.buyer.headers}
    client.put("/api/v1/cart", json={"to": factories.HANOI}, **put)
    client.put(f"/api/v1/cart/lines/{market.chains}", json={"quantity": PACK}, **put)


def pay_all(app, call, checkout):
    """Pay on every page of a checkout, as its buyer would; the city hears nothing of it yet."""
    for page in pages_of(checkout):
        pay_on(app, page)


def pages_of(checkout):
    session = fresh()
    mine = CardCharge.key.startswith(f"checkout:{checkout['id']}:")
    return list(session.scalars(sa.select(CardCharge.page_url).where(mine).order_by(CardCharge.key)))


def orders():
    session = fresh()
    return session.scalars(sa.select(Order)).all()


def is_sound(market):
    """One order, its goods promised or held once, every captured amount for it."""
    session = fresh()
    (order,) = session.scalars(sa.select(Order)).all()
    stock = session.scalars(sa.select(Stock).where(Stock.listing_id == market.chains)).one()
    assert stock.held + stock.allocated == PACK
    captured = session.scalars(sa.select(CardCharge).where(CardCharge.captured_minor > 0)).all()
    assert {str(one.state) for one in session.scalars(sa.select(CardCharge))} <= {"captured", "cancelled", "declined"}
    by_card = sum(one.captured_minor for one in captured if one.subject_kind == "order")
    assert by_card == (order.total_minor if order.rail == "card" else 0)
    assert reports.check(session) == []
    return True


def test_who_left_the_payment_page_checks_out_again_at_once(app, call, buy, market):
    first = buy("one", PAGE, 202)
    left = pages_of(first)
    second = buy("two", PAGE, 202)
    assert second["id"] != first["id"]
    for page in left:
        closed = app.test_client().post("/" + page.split("/", 3)[3], data={"card": "pm_card_visa", "act": "pay"})
        assert closed.status_code != 303
    refused = call("GET", f"/checkout/{first['id']}", 409)
    assert refused["type"] == "urn:city:problem:checkout_superseded"
    assert refused["facts"]["by"] == second["id"]
    pay_all(app, call, second)
    done = call("POST", f"/checkout/{second['id']}/completion", 200)
    assert len(done["order_ids"]) == 1
    assert is_sound(market)


def test_a_checkout_by_bank_ends_one_that_waits_on_a_page(buy, market):
    buy("one", PAGE, 202)
    buy("two", BANK, 201)
    assert is_sound(market)


def test_a_checkout_that_was_paid_meanwhile_wins(app, call, buy, market):
    first = buy("one", PAGE, 202)
    pay_all(app, call, first)
    refused = buy("two", BANK, 409)
    assert refused["type"] == "urn:city:problem:cart_in_checkout"
    assert refused["facts"] == {"checkout": first["id"], "page": f"/checkout/{first['id']}", "state": "ordered"}
    assert call("GET", f"/checkout/{first['id']}", 200)["state"] == "ordered"
    assert is_sound(market)


@pytest.mark.parametrize("payment", [BANK, CARD, PAGE], ids=["bank", "card", "page"])
def test_a_checkout_that_is_still_at_work_is_named(call, buy, market, monkeypatch, payment):
    class Crash(BaseException):
        pass

    def crash(*_args, **_options):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "_collect", crash)
        with pytest.raises(Crash):
            buy("one", CARD)
    refused = buy("two", payment, 409)
    assert refused["type"] == "urn:city:problem:cart_in_checkout"
    assert refused["facts"]["state"] == "held"
    assert call("GET", refused["facts"]["page"], 202)["state"] == "held"
    sweeping.finish_checkouts(now=clock.now(), in_flight=sweeping.IN_FLIGHT * 0)
    assert buy("three", payment, 409)["type"] == "urn:city:problem:cart_empty"
    assert is_sound(market)


def test_a_checkout_that_a_crash_left_long_ago_is_finished_first(buy, market, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*_args, **_options):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "_collect", crash)
        with pytest.raises(Crash):
            buy("one", CARD)
    with unit_of_work() as session:
        session.execute(sa.update(CheckoutAttempt).values(created_at=clock.now() - sweeping.IN_FLIGHT))
    assert buy("two", BANK, 409)["type"] == "urn:city:problem:cart_in_checkout"
    assert is_sound(market)


def test_a_refused_checkout_ends_no_other(app, call, buy, market):
    first = buy("one", PAGE, 202)
    wrong = [{"kind": "goods", "amount": "1.00", "currency": "CNY"}]
    assert buy("two", BANK, 409, expected_totals=wrong)["type"] == "urn:city:problem:expected_totals"
    pay_all(app, call, first)
    assert call("POST", f"/checkout/{first['id']}/completion", 200)["state"] == "ordered"
    assert is_sound(market)


def test_other_goods_are_checked_out_beside(client, call, buy, market):
    first = buy("one", PAGE, 202)
    put = {"headers": market.buyer.headers}
    client.delete(f"/api/v1/cart/lines/{market.chains}", **put)
    client.put(f"/api/v1/cart/lines/{market.pads}", json={"quantity": PACK}, **put)
    buy("two", BANK, 201)
    assert call("GET", f"/checkout/{first['id']}", 202)["state"] == "awaiting_payment"


def test_looking_at_a_checkout_changes_nothing(app, call, buy, market):
    first = buy("one", PAGE, 202)
    pay_all(app, call, first)
    for _ in range(2):
        seen = call("GET", f"/checkout/{first['id']}", 202)
        assert (seen["state"], seen["order_ids"]) == ("awaiting_payment", [])
        assert seen["payment_url"]
    assert orders() == []
    done = call("POST", f"/checkout/{first['id']}/completion", 200)
    assert [UUID(one) for one in done["order_ids"]] == [order.id for order in orders()]
    assert call("GET", f"/checkout/{first['id']}", 200) == done


def test_the_goods_of_a_second_shopper_are_not_touched(client, call, buy, market):
    first = buy("one", PAGE, 202)
    other = market.merchant
    answer = client.post(f"/api/v1/checkout/{first['id']}/completion", headers=other.headers)
    assert answer.status_code == 404


def test_the_return_page_takes_the_buyer_on_to_the_orders(app, call, buy, market):
    first = buy("one", PAGE, 202)
    pay_all(app, call, first)
    browser = Visitor(app)
    browser.log_in(market.buyer.login)
    page = browser.open(f"/checkout/{first['id']}")
    assert f'action="/checkout/{first["id"]}/completion"' in page
    assert "data-at-once" in page
    assert orders() == []
    done = browser.send(f"/checkout/{first['id']}/completion", {}, 303)
    assert done.location.startswith("/orders/groups/")
    browser.open(f"/checkout/{first['id']}", 303)
    assert is_sound(market)


def test_the_return_page_names_the_next_page_to_pay(app, buy, market):
    first = buy("one", PAGE, 202)
    browser = Visitor(app)
    browser.log_in(market.buyer.login)
    browser.open(f"/checkout/{first['id']}")
    onward = browser.send(f"/checkout/{first['id']}/completion", {}, 303)
    shown = browser.open(onward.location)
    assert pages_of(first)[0] in shown
    assert "data-at-once" not in shown
