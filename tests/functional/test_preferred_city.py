"""A buyer's own city is chosen ahead everywhere, and what the search was asked for goes along its links."""

import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest

from marketplace.worker import runner
from tests import factories
from tests.support.visitors import logged_in

BANGKOK = "THBKK"


@pytest.fixture
def market(app):
    """The market, its goods in the search index."""
    shutil.rmtree(app.extensions["city.search"].folder, ignore_errors=True)
    market = factories.open_market(app)
    runner.run_due(app)
    return market


@pytest.fixture
def buyer(app, market):
    """A buyer's browser, whose company is in Viet Nam."""
    return logged_in(app, market.buyer)


def chosen(page, name="to"):
    """Return the option that the select of a name has chosen, in the page's own form."""
    (select,) = re.findall(rf'<select [^>]*name="{name}"[^>]*>.*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]*)" selected', select)


def queries(page, path):
    """Return what the links to an address ask for."""
    found = (urlsplit(one.replace("&amp;", "&")) for one in re.findall(r'href="([^"]+)"', page))
    return [parse_qs(one.query) for one in found if one.path == path]


def test_the_search_carries_city_and_quantity_along_its_links(town, market):
    page = town.visitor().open("/search?to=ha noi&quantity=500&origin=CN")
    product = f"/products/{market.chains}"
    assert queries(page, product) == [{"to": [factories.HANOI], "quantity": ["500"]}]
    chips = page.partition('aria-label="Chosen filters"')[2].partition("</ul>")[0]
    assert queries(chips, "/search") == [{"to": [factories.HANOI], "quantity": ["500"]}]
    compare = page.partition('action="/compare"')[2]
    assert f'name="to" value="{factories.HANOI}"' in compare
    assert 'name="quantity" value="500"' in compare


def test_the_companys_country_chooses_the_city(call, buyer, market):
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 80}, expect=200)
    for path in (f"/products/{market.chains}", f"/compare?ids={market.chains}", "/cart/quick", "/cart"):
        assert chosen(buyer.open(path)) == [factories.HANOI], path
    page = buyer.open("/search")
    assert f'<option value="{factories.HANOI}" selected' in page
    assert queries(page, f"/products/{market.chains}") == [{"to": [factories.HANOI]}]
    # Whoever wants no city says so, and is not asked again on the next page.
    page = buyer.open("/search?to=any")
    assert f'<option value="{factories.HANOI}" selected' not in page
    assert queries(page, f"/products/{market.chains}") == [{}]


def test_the_carts_destination_goes_before_the_country(app, call, buyer, market):
    call(market.buyer, "PUT", "/cart", json={"to": BANGKOK}, expect=200)
    assert chosen(buyer.open(f"/products/{market.chains}")) == [BANGKOK]
    assert chosen(buyer.open(f"/products/{market.chains}?to={factories.HANOI}")) == [factories.HANOI]


def test_a_stranger_has_no_city(town, market):
    assert chosen(town.visitor().open(f"/products/{market.chains}")) == []
