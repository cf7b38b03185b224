"""Who comes to the checkout from a departure finds it chosen, however late it leaves."""

import re

import pytest

from marketplace.kernel.ids import new_id
from tests import factories
from tests.factories import HANOI, HUB
from tests.support.visitors import Visitor


@pytest.fixture
def late(call, market):
    """A departure behind all that a line shows by itself, and the cart that is to go by it."""
    call(market.buyer, "PUT", "/cart", json={"to": HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    (line,) = cart["bundles"][0]["lines"]
    shown = [row["id"] for row in line["departures"]]
    every = call(market.buyer, "GET", f"/departures?from={HUB}&to={HANOI}", expect=200)["items"]
    found = next(row["id"] for row in every[len(shown) + 2 :] if row["id"] not in shown)
    assert line["departure_id"] != found
    return found


def chosen(page):
    """Return the departures that are ticked on a checkout page."""
    return re.findall(r'<input type="radio" name="departure\.[^"]+" value="([^"]+)" checked', page)


def test_a_departure_is_chosen_where_a_line_can_go_by_it(app, call, market, late):
    (line,) = call(market.buyer, "GET", f"/cart?departure={late}", expect=200)["bundles"][0]["lines"]
    assert line["departure_id"] == late
    assert late in [row["id"] for row in line["departures"]]
    other = call(market.buyer, "GET", f"/cart?departure={new_id()}", expect=200)["bundles"][0]["lines"][0]
    assert other["departure_id"] not in (None, late)
    refused = call(market.buyer, "GET", "/cart?departure=tomorrow", expect=422)
    assert [error["field"] for error in refused["errors"]] == ["departure"]
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login, factories.PASSWORD)
    assert f"/checkout?departure={late}" in buyer.open(f"/departures/{late}")
    assert chosen(buyer.open(f"/checkout?departure={late}")) == [late]
    assert chosen(buyer.open("/checkout")) == [other["departure_id"]]
    buyer.open("/checkout?departure=tomorrow", 422)


def test_what_was_chosen_so_is_what_is_placed(call, market, late):
    cart = call(market.buyer, "GET", f"/cart?departure={late}", expect=200)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    body["departures"] = {str(market.chains): late}
    placed = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"][0]
    assert call(market.buyer, "GET", f"/orders/{placed}", expect=200)["bookings"][0]["departure_id"] == late
