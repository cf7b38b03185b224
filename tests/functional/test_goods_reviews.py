"""Goods come, their buyer reviews them over page and API, everybody reads it, machines too."""

import json
import re
from uuid import uuid4

import pytest

from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders.queries import received
from marketplace.reports import queries as reports
from tests import factories
from tests.support.claims import bring
from tests.support.statements import statements_of
from tests.support.visitors import Program, Town, Visitor, visitor
from tests.support.ways import Way

OVER_BORDER = True


@pytest.fixture
def line(app, call, market, operator):
    """A line whose goods came to the buyer."""
    way = Way(call, market, operator).secure()
    line_id = way.line_id
    assert Program(app, market.buyer.token).call("GET", "/reviews", 200)["items"] == []
    assert call(market.buyer, "PUT", f"/order-lines/{line_id}/review", json=marks(), expect=404)
    bring(way.order_id)
    return line_id


def marks(goods=5, packing=4, on_time=4, **more):
    return {"goods": goods, "packing": packing, "on_time": on_time, **more}


def rated(app, path):
    text = app.test_client().get(path).text
    graph = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
    return [node["aggregateRating"] for node in graph["@graph"] if "aggregateRating" in node]


def test_a_review_goes_its_way_over_the_api(app, market, line):
    buyer, merchant = Program(app, market.buyer.token), Program(app, market.merchant.token)
    (mine,) = buyer.call("GET", "/reviews", 200)["items"]
    assert (mine["line_id"], mine["version"], mine["review_id"]) == (line, 0, None)
    path = f"/order-lines/{line}/review"
    assert buyer.problem("PUT", path, 422, marks(goods=6, on_time=0))[1] == {"goods", "on_time"}
    assert buyer.problem("PUT", path, 422, marks(text="mail me: a@b.vn"))[1] == {"text"}
    for stranger in (merchant, Program(app, market.thai.token)):
        assert stranger.call("PUT", path, 404, marks()) == stranger.call(
            "PUT", f"/order-lines/{uuid4()}/review", 404, marks()
        )
    assert rated(app, f"/products/{market.chains}") == []
    made = buyer.call("PUT", path, 200, marks(text="Đúng hàng."))["id"]
    assert buyer.problem("PUT", path, 409, marks())[0] == "review_changed"
    assert (
        buyer.call("PUT", path, 200, marks(on_time=2, text="Đúng hàng, trễ.", language="vi", version=1))["id"] == made
    )
    assert Town(app).letter(market.merchant.login).subject == "Review of Motorcycle chain 428H"

    merchant.call("POST", f"/reviews/{made}/reply", 204, {"text": "The border was closed."})
    assert merchant.problem("POST", f"/reviews/{made}/reply", 409, {"text": "Again."})[0] == "review_replied"
    assert Town(app).letter(market.buyer.login).subject == "Reply to your review of Motorcycle chain 428H"
    (row,) = merchant.call("GET", "/reviews/received", 200)["items"]
    assert (row["review"]["company"], row["review"]["country"], row["review"]["version"]) == (None, "VN", 2)
    (read,) = Program(app).call("GET", f"/listings/{market.chains}/reviews", 200)["items"]
    assert (read["on_time"], read["text"], read["reply"], read["company"]) == (
        2, "Đúng hàng, trễ.", "The border was closed.", None,
    )  # fmt: skip
    assert Program(app).call("GET", f"/merchants/{market.merchant.company}/reviews", 200)["items"] == [read]
    listing = Program(app).call("GET", f"/listings/{market.chains}", 200)
    assert listing["rating"] == {"reviews": 1, "overall": "3.7", "goods": "5.0", "packing": "4.0", "on_time": "2.0"}
    told = {"@type": "AggregateRating", "ratingValue": "3.7", "reviewCount": 1, "bestRating": 5, "worstRating": 1}
    assert rated(app, f"/products/{market.chains}") == [told]
    assert rated(app, f"/merchants/{market.merchant.company}") == [told]
    assert rated(app, f"/products/{market.pads}") == []
    reading().rollback()
    assert received.breaches(reading()) == []
    assert [breach for breach in reports.check(reading()) if "reviews" in breach.invariant] == []


def test_a_review_goes_its_way_over_the_pages(app, market, line):
    buyer, merchant, stranger = visitor(app, market.buyer), visitor(app, market.merchant), Visitor(app)
    page = f"/account/reviews/{line}"
    order = Program(app, market.buyer.token).call("GET", "/orders", 200)["items"][0]["id"]
    assert f'href="{page}"' in buyer.open(f"/orders/{order}")
    buyer.open("/account/reviews")
    assert "Not yet" in buyer.shown
    buyer.open(page)
    buyer.send(page, {"goods": "5", "text": "Good <i>steel</i>."}, 422)
    assert buyer.refused_fields() == {"packing", "on_time"}
    assert "Good &lt;i&gt;steel" in buyer.shown
    buyer.send(page, marks(text="Good <i>steel</i>."))
    for path in (f"/products/{market.chains}", f"/products/{market.chains}/reviews",
                 f"/merchants/{market.merchant.company}/reviews"):  # fmt: skip
        shown = stranger.open(path)
        assert "Good &lt;i&gt;steel&lt;/i&gt;." in shown
        assert "Buyer, Vietnam" in shown
        assert "Hanoi Trading" not in shown
    assert "1 review" in stranger.open(f"/merchants/{market.merchant.company}")
    buyer.open(page)
    buyer.send(page, marks(text="Good steel.", named="1"))
    assert "Hanoi Trading, Vietnam" in stranger.open(f"/products/{market.chains}")

    merchant.open("/merchant/reviews")
    made = re.search(r"/merchant/reviews/([\w-]+)", merchant.shown)[1]
    merchant.open(f"/merchant/reviews/{made}")
    merchant.send(f"/merchant/reviews/{made}", {"text": "Write to me: x@y.cn"}, 422)
    merchant.send(f"/merchant/reviews/{made}", {"text": "Thank you."})
    assert "Reply of Jialing Parts" in stranger.open(f"/products/{market.chains}")
    assert visitor(app, market.thai).client.get(f"/merchant/reviews/{made}").status_code == 404
    assert visitor(app, market.thai).client.get(page).status_code == 404


def test_pages_ask_the_database_as_often_however_much_is_said(app, market):
    client = app.test_client()
    paths = [
        f"/products/{market.chains}",
        f"/products/{market.chains}/reviews",
        f"/merchants/{market.merchant.company}",
        f"/merchants/{market.merchant.company}/reviews",
    ]

    def said(count):
        for buyer in factories.more_buyers(app, count):
            with unit_of_work() as session:
                factories.review(session, market, buyer)
        return [statements_of(lambda path=path: client.get(path)) for path in paths]

    silent = [statements_of(lambda path=path: client.get(path)) for path in paths]
    one = said(1)
    assert one == [silent[0] + 1, *silent[1:]]
    with unit_of_work() as session:
        factories.review(session, market, market.buyer)
    assert one == [statements_of(lambda path=path: client.get(path)) for path in paths]
