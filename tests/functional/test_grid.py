"""Many listings at once: each changed row is taken or refused by itself, and what listings cost is kept."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Listing, PriceHistory, Stock
from marketplace.catalog.queries import checks
from marketplace.catalog.services import stock as stocks
from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from tests import factories
from tests.factories import PASSWORD
from tests.support.statements import statements
from tests.support.visitors import Program, Visitor


def body(sku, **changes):
    return {
        "sku": sku, "title": "Chain", "locale": "en", "hs": "8714.10", "origin": "CN", "unit": "H87", "moq": 40,
        "category": "motorcycle-parts", "stock": 100,
        "ladders": [
            {
                "currency": "CNY", "incoterm": "FCA", "place": factories.HUB, "price": "11.80",
                "tiers": [{"quantity": 400, "price": "11.20"}],
            }
        ],
        **changes,
    }  # fmt: skip


@pytest.fixture
def two(program):
    """Two drafts of the merchant."""
    return [program.call("POST", "/listings", 201, body(f"G-{number}"))["id"] for number in (1, 2)]


def state(program, listing_id):
    reading().rollback()
    listing = reading().get(Listing, UUID(listing_id), populate_existing=True)
    stock = reading().get(Stock, UUID(listing_id), populate_existing=True)
    return listing.version, listing.moq, stock.on_hand if stock else None


def history(program, listing_id):
    items = program.call("GET", f"/listings/{listing_id}/price-history", 200)["items"]
    return [[tier["price"]["amount"] for tier in item["ladder"]["tiers"]] for item in items]


def patch(program, *rows, status=200):
    return program.call("PATCH", "/listings", status, {"rows": list(rows)})


def test_rows_are_changed_by_themselves_over_the_api(program, two):
    first, second = two
    done = patch(
        program,
        {"id": first, "version": 1, "price": "12.00", "stock": 70},
        {"id": second, "version": 1, "moq": 0},
        {"id": str(uuid4()), "version": 1, "moq": 1},
    )["rows"]
    assert [(row["changed"], [error["field"] for error in row["errors"]]) for row in done] == [
        (True, []), (False, ["moq"]), (False, ["id"]),
    ]  # fmt: skip
    assert state(program, first)[::2] == (2, 70)
    assert history(program, first) == [["11.80", "11.20"], ["12.00", "11.20"]]
    assert history(program, second) == [["11.80", "11.20"]]
    again = patch(program, {"id": first, "version": 1, "price": "12.00", "stock": 70})["rows"][0]
    assert (again["changed"], again["errors"], again["version"]) == (False, [], 2)
    late = patch(program, {"id": first, "version": 1, "price": "13.00"})["rows"][0]
    assert [error["code"] for error in late["errors"]] == ["row_changed"]
    moved = patch(program, {"id": first, "version": 2, "stock": 60, "stock_was": 100})["rows"][0]
    assert [error["code"] for error in moved["errors"]] == ["stock_moved"]
    assert state(program, first)[::2] == (2, 70)
    patch(program, {"id": first, "version": 2, "moq": 1}, {"id": first, "version": 2, "moq": 2}, status=422)
    assert not checks.breaches(reading())


def test_a_price_leaves_stock_that_was_sold_meanwhile(program, two):
    first = two[0]
    program.call("PUT", f"/listings/{first}/stock", 200, {"stock": 93})
    version = state(program, first)[0]
    assert patch(program, {"id": first, "version": version, "price": "12.50"})["rows"][0]["changed"]
    assert state(program, first)[2] == 93


def test_listings_of_others_are_unknown(app, market, program, two):
    other = Program(app, market.thai.token)
    (row,) = patch(other, {"id": two[0], "version": 1, "price": "1"})["rows"]
    assert [error["code"] for error in row["errors"]] == ["unknown"]
    other.call("GET", f"/listings/{two[0]}/price-history", 404)
    Program(app, market.carrier.token).call("PATCH", "/listings", 403, {"rows": [{"id": two[0], "version": 1}]})


def test_goods_are_made_to_order_once_their_days_are_written(program, two):
    first = two[0]
    assert patch(program, {"id": first, "version": 1, "stock": None, "lead_days": 12})["rows"][0]["changed"]
    (row,) = patch(program, {"id": first, "version": 2, "stock": None, "lead_days": None})["rows"]
    assert [error["field"] for error in row["errors"]] == ["stock"]


def fields(visitor, listing_id, **typed):
    """Return what the page's form sends of a row, with some of it typed anew."""
    page = visitor.shown
    names = [f"{kind}{name}.{listing_id}" for name in ("price", "moq", "stock", "lead_days") for kind in ("", "was.")]
    sent = {}
    for name in (*names, f"version.{listing_id}"):
        at = page.index(f'name="{name}"')
        sent[name] = page[at:].split('value="', 1)[1].split('"', 1)[0]
    return sent | {f"{name}.{listing_id}": value for name, value in typed.items()}


def test_the_grid_works_without_scripts(app, market, program, two):
    first, second = two
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login, PASSWORD)
    visitor.open("/merchant/grid?q=G-")
    nothing = fields(visitor, first) | fields(visitor, second)
    visitor.send("/merchant/grid?q=G-", nothing, 303)
    assert (state(program, first)[0], state(program, second)[0]) == (1, 1)
    visitor.open("/merchant/grid?q=G-")
    program.call("PATCH", f"/listings/{second}", 200, {"grade": "A"})
    sent = fields(visitor, first, price="12.25", stock="80") | fields(visitor, second, price="9.75")
    answer = visitor.send("/merchant/grid?q=G-", sent, 200)
    assert "1 row was not saved; it says why. 1 other was saved." in " ".join(visitor.text().split())
    assert "Somebody changed this listing meanwhile" in visitor.text()
    assert 'value="9.75"' in answer.text
    assert state(program, first)[::2] == (2, 80)
    assert history(program, second) == [["11.80", "11.20"]]
    again = Visitor(app)
    again.log_in(market.merchant.login, PASSWORD)
    again.open("/merchant/grid?q=G-")
    visitor = again
    visitor.send("/merchant/grid?q=G-", fields(visitor, second, price="9.75"), 303)
    assert history(program, second)[-1][0] == "9.75"
    visitor.open("/merchant/grid?q=G-")
    sent = fields(visitor, first, price="a lot") | fields(visitor, second, moq="")
    visitor.send("/merchant/grid?q=G-", sent, 422)
    assert state(program, first)[0] == 2
    shown = visitor.open(f"/merchant/listings/{second}/prices")
    assert "<polyline" in shown
    drawn = shown.partition('class="chart"')[2].partition("</div></div>")[0].replace("\u00a0", " ")
    for words in ("11.80", "9.75", moments.day_at(clock.now(), "Asia/Shanghai", "en")):
        assert words in drawn
    assert "9.75" in visitor.text()


def test_prices_that_were_given_up_are_noted(program, two):
    ladder = {"currency": "USD", "incoterm": "DAP", "place": "VNHAN", "price": "2.10"}
    program.call("PATCH", f"/listings/{two[0]}", 200, {"ladders": [ladder]})
    assert history(program, two[0]) == [["11.80", "11.20"], ["2.10"], []]
    assert not checks.breaches(reading())


def test_what_was_noted_of_prices_cannot_be_changed(two):
    with pytest.raises(sa.exc.DBAPIError), unit_of_work() as session:
        session.execute(sa.update(PriceHistory).values(currency="USD"))


def test_a_page_of_the_grid_takes_as_many_queries_however_many_listings_there_are(app, market, program):
    def asked(count):
        made = [program.call("POST", "/listings", 201, body(f"Q{count}-{number}"))["id"] for number in range(count)]
        visitor = Visitor(app)
        visitor.log_in(market.merchant.login, PASSWORD)
        visitor.open("/merchant/grid?q=Q")
        sent = {}
        for listing_id in made:
            sent |= fields(visitor, listing_id, price="12.25", stock="80")
        with statements() as seen:
            visitor.open("/merchant/grid?q=Q")
            shown = len(seen)
            visitor.send("/merchant/grid?q=Q", sent, 303)
        return shown, len(seen) - shown

    asked(1)
    assert asked(2) == asked(20)


@pytest.mark.parametrize("path", ["/merchant/grid", "/merchant/figures"])
@pytest.mark.parametrize(("prefix", "said"), [("", "Motorcycle chain 428H"), ("/zh", "摩托车链条 428H")])
def test_goods_are_called_in_the_readers_language(app, market, path, prefix, said):
    page = Visitor(app)
    page.log_in(market.merchant.login)
    shown = page.open(f"{prefix}{path}")
    titles = {"Motorcycle chain 428H", "摩托车链条 428H"}
    assert {title for title in titles if title in shown} == {said}


def test_less_than_is_promised_is_refused_with_the_number(program, market):
    now = clock.now()
    with unit_of_work() as session:
        given = {"listing_id": market.chains, "quantity": 80, "expires_at": now + timedelta(hours=1), "now": now}
        stocks.hold(session, subject=uuid4(), **given)
    version = state(program, str(market.chains))[0]
    (done,) = patch(program, {"id": str(market.chains), "version": version, "stock": 40})["rows"]
    (error,) = done["errors"]
    assert (error["field"], error["code"], error["accepted"]) == ("stock", "stock_promised", "80 or more")
    assert "80" in error["message"]
    assert "%(" not in error["message"]


def test_who_types_a_stock_is_not_taken_to_make_nothing_to_order(program):
    made = program.call("POST", "/listings", 201, body("G-9", stock=None, lead_days=20))["id"]
    (done,) = patch(program, {"id": made, "version": 1, "stock": 5})["rows"]
    assert [error["field"] for error in done["errors"]] == ["stock"]
    (done,) = patch(program, {"id": made, "version": 1, "stock": 5, "lead_days": None})["rows"]
    assert (done["changed"], done["errors"]) == (True, [])
    assert state(program, made)[2] == 5


def test_the_grid_belongs_to_the_listings_in_the_menu(app, market):
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    bar = seller.open("/merchant/grid").partition('class="site-subnav"')[2].partition("</nav>")[0]
    assert 'href="/merchant/listings" aria-current="page"' in bar
    assert bar.count("aria-current") == 1


def test_what_is_wrong_with_a_net_weight_is_said_once(app, market):
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    path = f"/merchant/listings/{market.chains}"
    seller.open(path)
    carton = {"carton_units": "40", "carton_l": "40", "carton_w": "30", "carton_h": "20", "gross_kg": "20"}
    answer = seller.send(path, carton | {"net_kg": "50"}, 422)
    assert "Check the net weight" in answer.text
    assert "Net weight: Net weight" not in seller.text()
