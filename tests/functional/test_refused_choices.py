"""A refused choice is told on a page in the words of its form, in every language; the API names the codes."""

import re

import pytest

from marketplace.edge.answers import problem
from marketplace.kernel.errors import Refused
from marketplace.web.shared.values import reworded
from tests.support.visitors import Program, Visitor

PLANS = "/merchant/payment-plans"
OFFERED = {
    "": "Offered by: Choose one of: Bank transfer, Card, held by the payment provider.",
    "/zh": "付款渠道: 请从以下选项中选择：银行转账, 银行卡，由支付机构托管。",
    "/vi": "Hình thức: Chọn một trong số: Chuyển khoản, Thẻ, do đơn vị thanh toán giữ tiền.",
}


@pytest.mark.parametrize("language", OFFERED)
def test_a_page_names_choices_as_its_form_does(app, market, language):
    seller = Visitor(app)
    seller.enter(market.merchant.actor)
    seller.open(language + PLANS)
    seller.send(language + PLANS, {"code": "half", "name": "Half", "rails": "coins", "percent.deposit": "100"}, 422)
    assert OFFERED[language] in " ".join(seller.text().split())
    assert "data-choices" not in seller.shown


def test_the_api_names_codes(app, market):
    stages = [{"event": "deposit", "percent": "100", "days": 3}]
    body = {"code": "half", "name": "Half", "rails": ["coins"], "stages": stages}
    answer = Program(app, market.merchant.token).call("POST", "/payment-plans", 422, body)
    assert [(item["field"], item["accepted"]) for item in answer["errors"]] == [("rails.0", "'bank' or 'card'")]


def test_a_choice_that_was_not_made_is_needed(shared_app):
    with shared_app.test_request_context():
        item = problem(Refused.field("merchant_id", "id", "an id as given by this service"))["errors"][0]
        assert reworded(item, " ") == "This field is needed."
        assert reworded(item, "x") == reworded(item) == "This is not an id of this site."


def test_a_page_without_the_form_names_no_codes(app, market):
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    buyer.open("/orders?waits=nothing", 422)
    text = " ".join(buyer.text().split())
    assert ": Choose one of those offered here." in text
    assert "confirmation" not in text


def test_the_language_of_a_form_that_came_back_leads_to_its_page(app, market):
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    buyer.open(f"/vi/products/{market.chains}")
    buyer.send(f"/vi/cart/lines/{market.chains}", {"quantity": "many"}, 422)
    found = re.findall(r'<a href="([^"]+)" hreflang="\w+" lang="\w+"', buyer.shown)
    assert found == ["/cart", "/zh/cart", "/vi/cart"]
    assert "Cart" in buyer.open(found[0])
