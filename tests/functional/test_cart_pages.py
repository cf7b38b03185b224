"""What a buyer is told before he checks out: where goods go, what cannot be ordered, how an order can be paid."""

import re
from datetime import datetime

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import ListingCard
from marketplace.kernel import clock, moments
from marketplace.kernel.db import unit_of_work
from marketplace.merchants.models import Payee
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Visitor

CHONGQING = "CNCQI"
BANGKOK = "THBKK"
CARD = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}


@pytest.fixture
def buyer(app, market):
    found = Visitor(app)
    found.log_in(market.buyer.login)
    return found


@pytest.fixture
def program(app, market):
    return Program(app, token=market.buyer.headers["Authorization"].removeprefix("Bearer "))


def put(buyer, listing_id, asked):
    """Put goods into the cart from their page and follow to the cart."""
    buyer.open(f"/products/{listing_id}?{asked}")
    answer = buyer.send(f"/cart/lines/{listing_id}", {})
    buyer.open(answer.headers["Location"].replace("http://localhost", ""))
    return buyer.text()


def no_packing(market):
    """A live listing from before packing was asked for."""
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, now=clock.now(), sku="BARE-1", packing=None)
        assert session.get_one(ListingCard, made)
        return made


def test_the_city_chosen_on_the_product_page_is_where_the_cart_goes(market, buyer, program):
    text = put(buyer, market.chains, f"to={factories.HANOI}")
    assert program.call("GET", "/cart", 200)["to"] == factories.HANOI
    assert "No departure takes these goods" not in text


def test_a_cart_that_goes_elsewhere_says_so_and_offers_the_change(market, buyer, program):
    put(buyer, market.pads, f"to={CHONGQING}")
    text = put(buyer, market.chains, f"to={factories.HANOI}")
    assert "This cart goes to Chongqing, not to Hanoi" in text
    assert program.call("GET", "/cart", 200)["to"] == CHONGQING
    answer = buyer.client.post("/cart/destination", data=_fields(buyer, "Send all of it to Hanoi"))
    assert answer.status_code == 303
    assert program.call("GET", "/cart", 200)["to"] == factories.HANOI
    assert "This cart goes to" not in buyer.open("/cart")


def _fields(buyer, label):
    """Return the hidden fields of the form of one button."""
    form = next(form for form in re.findall(r"<form.*?</form>", buyer.shown, re.DOTALL) if label in form)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def test_the_api_carries_the_city_too_and_refuses_one_it_does_not_know(market, program):
    line = f"/cart/lines/{market.chains}"
    assert program.call("PUT", line, 200, {"quantity": 40, "to": factories.HANOI})["to"] == factories.HANOI
    assert program.call("PUT", line, 200, {"quantity": 40, "to": CHONGQING})["to"] == factories.HANOI
    assert program.problem("PUT", line, 422, {"quantity": 40, "to": "MOON"})[1] == {"to"}


def test_goods_that_their_price_brings_elsewhere_are_pointed_out(market, buyer, program):
    page = f"/products/{market.pads}"
    buyer.open(f"{page}?to={CHONGQING}")
    assert "delivered to Hanoi, not to Chongqing" in buyer.text()
    assert "Lorries that take it" in buyer.shown
    assert "No departure with room" not in buyer.shown
    quote = program.call("GET", f"/listings/{market.pads}?to={CHONGQING}", 200)["quote"]
    assert (quote["to"], quote["goes_to"], bool(quote["departures"])) == (CHONGQING, factories.HANOI, True)
    assert "delivered to Hanoi, not to Chongqing" in put(buyer, market.pads, f"to={CHONGQING}")
    buyer.open("/checkout")
    assert "delivered to Hanoi, not to Chongqing" in buyer.text()
    (bundle,) = program.call("GET", "/cart", 200)["bundles"]
    assert bundle["is_elsewhere"]
    buyer.open("/cart")
    buyer.send("/cart/destination", {"to": factories.HANOI})
    buyer.open("/cart")
    assert "delivered to Hanoi, not" not in buyer.text()
    assert not program.call("GET", "/cart", 200)["bundles"][0]["is_elsewhere"]


def test_goods_without_packing_have_no_cart_button_and_do_not_get_into_a_cart(market, buyer, program):
    bare = no_packing(market)
    buyer.open(f"/products/{bare}?to={factories.HANOI}")
    assert "Packing not stated: cannot be ordered yet" in buyer.text()
    assert "into the cart" not in buyer.shown
    line = f"/cart/lines/{bare}"
    assert program.call("PUT", line, 422, {"quantity": 40})["errors"][0]["code"] == "packing_unknown"


def test_goods_whose_packing_was_taken_back_are_never_zero_cartons(market, buyer):
    put(buyer, market.chains, f"to={factories.HANOI}")
    with unit_of_work() as session:
        card = session.get_one(ListingCard, market.chains)
        card.page = {**card.page, "packing": None}
    buyer.open("/cart")
    text = buyer.text()
    assert "packing not stated: cannot be ordered yet" in text
    assert "0 cartons" not in text
    assert "0 kg" not in text


def test_a_cart_that_cannot_be_ordered_says_why_and_does_not_lead_on(market, buyer, program):
    text = put(buyer, market.chains, f"to={BANGKOK}")
    assert "No departure takes these goods to this place." in text
    assert re.search(r"Freight, paid to the carrier\s+unknown", text)
    assert "This cart cannot be ordered yet" in text
    assert 'href="/checkout"' not in buyer.shown
    cart = program.call("GET", "/cart", 200)
    assert (cart["is_orderable"], cart["is_freight_unknown"]) == (False, True)
    page = buyer.open("/checkout")
    assert re.search(r"<button[^>]* disabled[^>]*><span>Place the orders", page)
    buyer.open("/cart")
    buyer.send("/cart/destination", {"to": factories.HANOI})
    assert 'href="/checkout"' in buyer.open("/cart")
    assert "Freight, paid to the carrier" not in buyer.text()


@pytest.mark.parametrize(("who", "said"), [("merchant", "the merchant has"), ("carrier", "the carrier has")])
def test_without_an_account_in_the_currency_bank_is_not_offered(market, buyer, program, who, said):
    with unit_of_work() as session:
        session.execute(sa.delete(Payee).where(Payee.company_id == getattr(market, who).company))
    put(buyer, market.chains, f"to={factories.HANOI}")
    page = buyer.open("/checkout")
    assert 'value="bank' not in page
    assert re.search(r'value="card deposit_30_70"[^>]* checked', page)
    assert f"Not by bank transfer: {said} named no account in CNY" in buyer.text()
    assert program.call("GET", "/cart", 200)["bundles"][0]["rails"] == ["card"]


def test_bank_is_offered_where_everybody_has_an_account(market, buyer, program):
    put(buyer, market.chains, f"to={factories.HANOI}")
    assert 'value="bank deposit_30_70"' in buyer.open("/checkout")
    assert "Not by bank transfer" not in buyer.text()
    assert program.call("GET", "/cart", 200)["bundles"][0]["rails"] == ["card", "bank"]


def test_a_product_page_shows_the_next_three_lorries_and_why_freight_is_that_much(market, buyer):
    page = buyer.open(f"/products/{market.chains}?to={factories.HANOI}&quantity=400")
    shown, folded = page.split("more departures", 1)
    assert shown.count('class="departure"') == 3
    assert folded.count('class="departure"') > 3
    assert re.search(r"charged for [\d,.]+ kg: the (gross weight decides|volume decides|loading metres decide)", page)


def test_a_refused_city_is_answered_with_names_and_codes(market, program):
    hanoi = "Hanoi (VNHAN)"
    for method, path, body in (
        ("PUT", "/cart", {"to": "MOON"}),
        ("GET", f"/listings/{market.chains}?to=MOON", None),
        ("GET", "/search?to=MOON", None),
    ):
        assert hanoi in program.call(method, path, 422, body)["errors"][0]["message"]


def test_the_page_that_thanks_asks_as_often_for_many_orders_as_for_one(market, buyer, program):
    with unit_of_work() as session:
        factories.listing(session, market.thai.actor, sku="TH-1", hub_code=factories.HUB, now=clock.now())
        factories.listing(session, market.thai.actor, sku="TH-2", hub_code=factories.HUB, now=clock.now())

    def ordered(*numbers):
        lines = [{"sku": number, "quantity": 400} for number in numbers]
        program.call("POST", "/cart/lines", 200, {"lines": lines, "to": factories.HANOI})
        cart = program.call("GET", "/cart", 200)
        body = {"expected_totals": cart["totals"], "payment": CARD}
        done = program.call("POST", "/checkout", 201, body)
        order = program.call("GET", f"/orders/{done['order_ids'][0]}", 200)
        return len(done["order_ids"]), f"/orders/groups/{order['group_id']}"

    few, one = ordered("CH-428-116")
    many, all_of_them = ordered("CH-428-116", "TH-1", "TH-2")
    assert (few, many) == (1, 2)
    buyer.open(one)
    asked = statements_of(lambda: buyer.open(one))
    assert statements_of(lambda: buyer.open(all_of_them)) == asked
    assert buyer.shown.count("Open the order") == 2


def test_a_checkout_says_what_is_paid_when_before_it_is_placed(market, buyer, program):
    put(buyer, market.chains, f"to={factories.HANOI}")
    program.call("PUT", f"/cart/lines/{market.chains}", 200, {"quantity": 400})
    (bundle,) = program.call("GET", "/cart", 200)["bundles"]
    ways = {(way["rail"], way["plan"]): way["shares"] for way in bundle["payments"]}
    said = [(one["event"], one["amount"]["amount"], one["certain"]) for one in ways["bank", "deposit_30_70"]]
    assert said == [("deposit", "3288.00", True), ("handed_over", "7672.00", False)]
    deposit, rest = (one["pay_by"] for one in ways["bank", "deposit_30_70"])
    assert deposit < rest
    assert [one["amount"]["amount"] for one in ways["card", "deposit_30_70"]] == ["10960.00"]
    buyer.open("/checkout")
    text = " ".join(buyer.text().split())
    day = moments.day_at(datetime.fromisoformat(deposit), "Asia/Ho_Chi_Minh", "en")
    assert f"3,288.00 CNY deposit, by {day} 7,672.00 CNY at hand-over, expected by" in text
    assert "10,960.00 CNY charged now" in text
    # Few ways are read at once; more of them are grouped, and only the chosen group is open.
    assert "choice-group" not in buyer.shown
    seller = Program(buyer.app, market.merchant.token)
    stages = [{"event": "deposit", "percent": "50", "days": 3}, {"event": "delivered", "percent": "50", "days": 3}]
    plan = {"code": "halves", "name": "In halves", "rails": ["bank", "card"], "stages": stages, "active": True}
    seller.call("POST", "/payment-plans", 201, plan)
    buyer.open("/checkout")
    assert buyer.shown.count('<details class="choice-group"') == 2
    assert buyer.shown.count('<details class="choice-group" open') == 1


def test_a_checkout_names_the_goods_that_are_not_there_any_more(market, buyer, program):
    put(buyer, market.chains, f"to={factories.HANOI}")
    buyer.open("/checkout")
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    Program(buyer.app, market.merchant.token).call("PUT", f"/listings/{market.chains}/stock", 200, {"stock": 1})
    shown = buyer.send("/checkout", {payment: "bank deposit_30_70", "total": totals}, 409).text
    assert "Motorcycle chain 428H: so many are not in stock any more. Available now: 1." in shown
