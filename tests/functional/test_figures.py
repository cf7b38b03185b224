"""Looks at goods are counted without a trace of who looked, and the merchant reads what became of them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.figures import services, tally
from marketplace.catalog.figures.models import ListingDay
from marketplace.catalog.figures.rules import Kind, conversion
from marketplace.kernel import clock, moments
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.reports.queries import figures
from tests import factories
from tests.support.statements import statements, statements_of
from tests.support.visitors import Program, Visitor, visitor
from tests.support.ways import Way

DAY = timedelta(days=1)


@pytest.fixture
def market(app):
    bring(app)  # what was looked at in other tests is not in this city
    return factories.open_market(app)


@pytest.fixture
def merchant(app, market):
    return Program(app, market.merchant.token)


def bring(app):
    app.extensions[tally.EXTENSION].flush()


def counted(listing_id, *, day, views=0, carts=0):
    counts = {(listing_id, day, Kind.VIEW): views, (listing_id, day, Kind.CART): carts}
    in_unit_of_work(lambda session: services.add(session, counts=counts))


def numbers(program, path="/figures"):
    found = program.call("GET", path, 200)["periods"]
    return {row["days"]: (row["views"], row["carts"], row["orders"], row["conversion_bp"]) for row in found}


def test_people_are_counted_and_nobody_is_recorded(app, market, merchant, operator):
    page, chrome = f"/products/{market.chains}", {"User-Agent": "Mozilla/5.0 Firefox/133.0"}
    assert numbers(merchant) == dict.fromkeys((7, 30, 90), (0, 0, 0, None))
    stranger, own, staff = Visitor(app), visitor(app, market.merchant), visitor(app, operator)
    stranger.open(page)
    stranger.open(f"/zh{page}", headers=chrome)
    visitor(app, market.buyer).open(page)
    # None of these is somebody who looks.
    stranger.open(page, headers={"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    stranger.open(page, headers=chrome | {"Sec-Purpose": "prefetch"})
    stranger.open(f"{page}?quantity=80", headers=chrome | {"Referer": f"http://localhost{page}?quantity=40"})
    stranger.open(f"{page}?quantity=7x", status=422)
    stranger.open(f"/products/{uuid4()}", status=404)
    own.open(page)
    staff.open(page)
    Program(app, market.buyer.token).call("GET", f"/listings/{market.chains}", 200)
    assert numbers(merchant)[7] == (0, 0, 0, None)  # nothing is written before the process brings it
    bring(app)
    assert numbers(merchant) == dict.fromkeys((7, 30, 90), (3, 0, 0, 0))
    assert numbers(merchant, f"/listings/{market.chains}/figures")[7] == (3, 0, 0, 0)
    assert set(ListingDay.__table__.columns.keys()) == {"listing_id", "day", "views", "carts"}


def test_carts_and_orders_are_counted_once(app, call, market, merchant, operator):
    for _ in range(2):  # the same goods in another quantity are in the cart already
        call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 7}, expect=422)
    counted(market.chains, day=local_day("CN", clock.now()), views=3)
    Way(call, market, operator)
    bring(app)
    assert numbers(merchant)[7] == (3, 1, 1, 3_333)
    assert numbers(merchant, f"/listings/{market.chains}/figures")[90] == (3, 1, 1, 3_333)
    for views in range(4, 20):  # what the database works out is what the rule says
        counted(market.chains, day=local_day("CN", clock.now()), views=1)
        (row,) = merchant.call("GET", "/figures/listings?days=7", 200)["items"]
        assert (row["views"], row["conversion_bp"]) == (views, conversion(orders=1, views=views))
    assert numbers(Program(app, market.thai.token))[90] == (0, 0, 0, None)
    page = visitor(app, market.merchant).open("/merchant")
    assert "5.26%" in page.replace(" ", "").replace("\u00a0", "")
    assert "Views a day in the last 90 days, at most 19" in page
    assert "Orders a day in the last 90 days, at most 1<" in page
    today = local_day("CN", clock.now())
    for chart in page.split('class="chart"')[1:]:
        assert moments.day(today, "en") in chart
        assert moments.day(today - timedelta(days=89), "en") in chart


def test_periods_end_where_they_say(market, merchant):
    today = local_day("CN", clock.now())
    for back, views in ((0, 1), (6, 10), (7, 100), (29, 1_000), (30, 10_000), (89, 100_000), (90, 1_000_000)):
        counted(market.chains, day=today - back * DAY, views=views)
    assert {days: row[0] for days, row in numbers(merchant).items()} == {7: 11, 30: 1_111, 90: 111_111}
    days = merchant.call("GET", "/figures", 200)["days"]
    assert (len(days), days[0]["day"], days[-1]["day"]) == (90, str(today - 89 * DAY), str(today))
    assert (days[0]["views"], days[-1]["views"]) == (100_000, 1)


@pytest.fixture
def shelf(market):
    """Seven listings more, seen 0, 0, 0, 10, 20, 30 and 40 times."""
    with unit_of_work() as session:
        made = [
            factories.listing(session, market.merchant.actor, sku=f"F-{number}", now=clock.now()) for number in range(7)
        ]
    for number, listing_id in enumerate(made):
        counted(listing_id, day=local_day("CN", clock.now()), views=max(0, number - 2) * 10, carts=number % 3)
    return made


@pytest.mark.parametrize("sort", ["views", "carts", "orders", "conversion", "sku"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_goods_are_listed_by_each_number_page_by_page(app, market, shelf, sort, order):
    seen, cursor = [], None
    while True:
        page = figures.goods(
            reading(), company_id=market.merchant.company, days=30, sort=sort, ascending=order == "asc",
            cursor=cursor, size=3, now=clock.now(),
        )  # fmt: skip
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert {row.listing_id for row in seen} == {market.chains, *shelf}
    assert len(seen) == 8

    def key(row):
        value = row.sku if sort == "sku" else getattr(row.numbers, sort)
        return (-1 if value is None else value, row.listing_id)

    assert seen == sorted(seen, key=key, reverse=order == "desc")


def test_the_table_is_asked_for_in_as_many_queries_however_many_goods(app, market, merchant, shelf):
    owner = visitor(app, market.merchant)
    few = statements_of(lambda: owner.open("/merchant/figures?sort=views"))
    with unit_of_work() as session:
        for number in range(20):
            factories.listing(session, market.merchant.actor, sku=f"M-{number}", now=clock.now())
    assert statements_of(lambda: owner.open("/merchant/figures?sort=views")) == few
    page = owner.shown
    assert page.index("F-6") < page.index("F-5") < page.index("F-4")
    assert (
        'aria-sort="descending"><a class="sort-link" href="/merchant/figures?days=30&amp;sort=views&amp;order=asc">'
        in page
    )
    assert "not yet" in page


def test_a_merchant_reads_his_own_numbers_alone(app, market, merchant):
    thai, day = Program(app, market.thai.token), local_day("CN", clock.now())
    counted(market.chains, day=day, views=5)
    (row,) = thai.call("GET", "/figures/listings", 200)["items"]
    assert (row["id"], row["views"]) == (str(market.pads), 0)
    assert thai.call("GET", f"/listings/{market.chains}/figures", 404) == thai.call(
        "GET", f"/listings/{uuid4()}/figures", 404
    )
    assert Program(app).call("GET", "/figures", 401)
    for query, field in (
        ("days=8", "days"), ("days=x", "days"), ("sort=name", "sort"), ("order=up", "order"), ("cursor=x", "cursor"),
        ("cursor=WzUsIngiXQ", "cursor"),
    ):  # fmt: skip
        assert merchant.problem("GET", f"/figures/listings?{query}", 422)[1] == {field}, query


def test_a_page_that_is_looked_at_writes_nothing(app, market):
    looking, page = Visitor(app), f"/products/{market.chains}"
    looking.open(page)
    with statements() as sent:
        looking.open(page)
    assert [text for text in sent if re.match("INSERT|UPDATE|DELETE|BEGIN IMMEDIATE", text)] == []
