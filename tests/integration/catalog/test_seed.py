"""The demo city's first goods come up through the services, on two bases and in two currencies."""

from marketplace.catalog.queries import goods, shelf
from marketplace.catalog.warehouses import queries
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reference import services as reference
from marketplace.reports import queries as reports
from marketplace.seed import catalogue, warehouses
from marketplace.seed.goods import shelves
from marketplace.seed.goods.offers import ARTICLES
from tests.integration.catalog.conftest import NOW, merchant, moderator


def test_the_first_goods_come_up(app):
    with unit_of_work() as session:
        reference.load_places(session)
        for _ in range(2):
            shelves.fill_shelves(session)
        parts, fruit, reviewer = merchant(session), merchant(session, country="TH"), moderator(session)
        written = catalogue.offer_goods(session, parts=parts, fruit=fruit, now=NOW)
    with unit_of_work() as session:
        assert catalogue.approve_goods(session, moderator=reviewer, now=NOW) == written == 24
    with unit_of_work() as session:
        warehouses.spread_stock(session, parts, now=NOW)
    there = queries.warehouses(reading(), company_id=parts.company)
    assert [(row.units, row.listings) for row in there] == [(9_600, 1), (2_400, 1)]
    rows = shelf.shelf(reading(), viewer=None, size=100).items
    assert len(rows) == 24
    assert {(row.price.currency, row.incoterm, row.place_code) for row in rows} == {
        ("CNY", "FCA", "CN-NANPENG"),
        ("THB", "DAP", "CNCQI"),
    }
    assert len(goods.categories(reading())) == 19
    assert len(goods.commodities(reading())) == len(ARTICLES)
    assert "jasmine-rice" in {row.slug for row in goods.commodities(reading(), category="rice")}
    assert goods.commodity(reading(), slug="durian").hs6 == "081060"
    assert reports.check(reading()) == []
