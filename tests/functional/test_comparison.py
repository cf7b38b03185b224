"""Goods side by side over page and API: prices at a quantity, freight to a city, what is not there said so."""

from decimal import Decimal
from uuid import uuid4

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.factories import HANOI, HUB
from tests.support.statements import statements_of
from tests.support.visitors import Program, Visitor


def more(market, count, **changes):
    with unit_of_work() as session:
        return [
            factories.listing(session, market.merchant.actor, now=clock.now(), **{"sku": f"M-{number}", **changes})
            for number in range(count)
        ]


def test_goods_are_compared_at_a_quantity_and_to_a_city(app, market):
    program = Program(app)
    (dear,) = more(market, 1, ladders=(factories.ladder(price="30.00"),), multiple=80, moq=80)
    ids = f"{market.chains},{dear},{market.pads}"
    found = program.call("GET", f"/comparison?ids={ids}&quantity=120&to={HANOI}", 200)
    chains, other, pads = found["goods"]
    page = program.call("GET", f"/listings/{market.chains}?quantity=120&to={HANOI}", 200)["quote"]
    assert (chains["unit_price"], chains["amount"]) == (page["unit_price"], page["amount"])
    assert chains["freight"] == page["departures"][0]["freight"]
    goods, freight = (Decimal(chains[name]["amount"]) for name in ("amount", "freight"))
    assert Decimal(chains["delivered"]["amount"]) == goods + freight
    assert (other["quantity"], other["unsold"]["accepted"]) == (160, "80 or 160")
    assert (pads["freight_included"], pads["freight"], pads["delivered"]) == (True, None, pads["amount"])
    assert found["missing"] == []
    bare = program.call("GET", f"/comparison?ids={ids}", 200)
    assert [item["quantity"] for item in bare["goods"]] == [40, 80, 40]
    assert {item["delivered"] for item in bare["goods"] if not item["freight_included"]} == {None}


def test_what_is_not_offered_is_left_out_and_named(app, market):
    with unit_of_work() as session:
        draft = factories.listings.create(
            session, actor=market.merchant.actor, draft=factories.replace(factories.DRAFT, sku="D"), now=clock.now()
        )
    strange = str(uuid4())
    found = Program(app).call("GET", f"/comparison?ids={draft},{market.chains},{strange},x-1,{market.chains}", 200)
    assert [item["listing_id"] for item in found["goods"]] == [str(market.chains)]
    assert found["missing"] == [str(draft), strange, "x-1"]
    page = Visitor(app)
    page.open(f"/compare?ids={draft}&ids={market.chains}&ids={strange}")
    assert "2 of the goods asked for are not offered here" in page.text()
    assert strange in page.shown
    assert "Nothing to compare" in page.open("/compare")
    assert "&lt;script&gt;" in page.open("/compare?ids=<script>")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ids=1,2,3,4,5,6,7", "ids"),
        ("ids=a&to=MOON", "to"),
        ("ids=a&quantity=0", "quantity"),
        ("ids=a&quantity=١٢", "quantity"),
        ("ids=a&currency=XXX", "currency"),
        ("ids=a%00b", "ids"),
    ],
)
def test_bad_questions_name_their_field(app, market, query, field):
    assert Program(app).problem("GET", f"/comparison?{query}", 422)[1] == {field}
    page = Visitor(app)
    page.open(f"/compare?{query.replace('=a', f'={market.chains}')}", 422)
    assert page.refused_fields() == {field}


def test_the_table_says_in_words_what_differs(app, market):
    (dear,) = more(market, 1, ladders=(factories.ladder(price="30.00"),))
    page = Visitor(app)
    page.open(f"/compare?ids={market.chains},{dear}&quantity=80&to={HANOI}")
    words = " ".join(page.text().split())
    assert "Unit price differs" in words
    assert "Origin China China" in words
    assert words.count("lowest") == 2  # the unit price, and goods with their freight
    assert f"ids={dear}" in page.shown  # leaving one out keeps the other
    assert "¥" not in page.shown
    (steps,) = more(market, 1, sku="STEPS", moq=400, multiple=400, ladders=(factories.ladder(moq=400),))
    page.open(f"/compare?ids={market.chains},{steps}&quantity=80&to={HANOI}")
    assert "lowest" not in page.text()  # 80 of one and 400 of the other are not compared
    page.open(f"/compare?ids={market.chains},{market.pads}&quantity=80")
    assert "lowest" not in page.text()  # yuan and baht are not compared
    assert f"/compare?ids={market.chains}" in page.open(f"/products/{market.chains}")
    assert f'name="ids" value="{market.chains}"' in page.open("/products")


def test_a_ladder_of_the_currency_asked_for_is_taken_where_there_is_one(app, market):
    (both,) = more(market, 1, ladders=(factories.ladder(), factories.ladder("USD", price="4.00")))
    found = Program(app).call("GET", f"/comparison?ids={both},{market.pads}&currency=USD", 200)["goods"]
    assert [item["unit_price"]["currency"] for item in found] == ["USD", "THB"]
    assert found[0]["place"] == HUB


def test_it_asks_the_database_as_often_however_many_are_compared(app, market):
    client = app.test_client()
    ids = [str(market.chains), str(market.pads), *map(str, more(market, 4))]

    def asked(path, count):
        return statements_of(lambda: client.get(f"{path}?ids={','.join(ids[:count])}&quantity=80&to={HANOI}"))

    for path in ("/compare", "/api/v1/comparison"):
        asked(path, 1)
        assert asked(path, 2) == asked(path, 6)


def test_everybody_compares_at_the_prices_that_he_reads(app, market):
    """A company's own price wins in its comparison and on its list; who reads no price is told none, nor its size."""
    stranger = Program(app)
    buyer, rival, merchant = (Program(app, one.token) for one in (market.buyer, market.thai, market.merchant))
    path = f"/comparison?ids={market.chains}&quantity=400&to={HANOI}"
    saved = rival.call("POST", "/lists", 201, {"name": "Seen"})["id"]
    rival.call("PUT", f"/lists/{saved}/items/{market.chains}", 204, {"quantity": 400})
    basis = {"currency": "CNY", "incoterm": "FCA", "place": HUB}
    own = merchant.call("POST", "/price-lists", 201, {"name": "Own", "company": str(market.buyer.company), **basis})
    entries = {"entries": [{"sku": factories.DRAFT.sku, "price": "20.00", "tiers": ""}]}
    merchant.call("POST", f"/price-lists/{own['id']}/entries", 200, entries)
    merchant.call("PUT", f"/listings/{market.chains}/price-visibility", 200, {"visibility": "on_request"})
    (chains,) = buyer.call("GET", path, 200)["goods"]
    assert (chains["unit_price"], chains["amount"]["amount"]) == ({"amount": "20.00", "currency": "CNY"}, "8000.00")
    for other in (stranger, rival):
        (hidden,) = other.call("GET", path, 200)["goods"]
        assert (hidden["unit_price"], hidden["amount"], hidden["delivered"]) == (None, None, None)
        assert hidden["freight"]
    page = Visitor(app)
    page.open(f"/compare?ids={market.chains}&quantity=400&to={HANOI}")
    assert "Price on request" in page.text()
    (kept,) = rival.call("GET", f"/lists/{saved}", 200)["lines"]
    assert (kept["price"], kept["obstacle"]["code"], kept["saved_price"]["amount"]) == (None, "price_hidden", "27.40")
    # What is saved while its price is hidden is kept without one, and is dearer or cheaper than nothing.
    other = {"quantity": 400, "currency": "USD"}
    refusal = rival.call("PUT", f"/lists/{saved}/items/{market.chains}", 422, other)["errors"][0]
    assert (refusal["field"], refusal["accepted"]) == ("price_basis", f"CNY FCA {HUB}")
    rival.call("PUT", f"/lists/{saved}/items/{market.chains}", 204, {"quantity": 440})
    (kept,) = rival.call("GET", f"/lists/{saved}", 200)["lines"]
    assert (kept["quantity"], kept["saved_price"], kept["currency"], kept["place"]) == (440, None, "CNY", HUB)
    assert rival.call("POST", f"/lists/{saved}/cart", 200)["left"][0]["code"] == "price_hidden"
    shown = Visitor(app)
    shown.log_in(market.thai.login)
    assert "not shown to you" in shown.open(f"/account/lists/{saved}")
    merchant.call("PUT", f"/listings/{market.chains}/price-visibility", 200, {"visibility": "public"})
    (kept,) = rival.call("GET", f"/lists/{saved}", 200)["lines"]
    assert (kept["saved_price"], kept["price"]["amount"], kept["obstacle"]) == (None, "27.40", None)
    page = shown.open(f"/account/lists/{saved}")
    assert "dearer" not in page
    assert "cheaper" not in page
