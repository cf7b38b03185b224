"""One offer on several bases: the lorry leaves from the place that the price names, and each city can be chosen."""

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Refused
from tests import factories
from tests.factories import HANOI, HUB, THAI_HUB
from tests.support.visitors import Visitor

HAI_PHONG = "VNHPH"


@pytest.fixture
def offer(market):
    """An offer at two hubs and in two cities, all in one currency."""
    ladders = (
        factories.ladder("CNY", "FCA", HUB, price="27.40"),
        factories.ladder("CNY", "FCA", THAI_HUB, price="29.00"),
        factories.ladder("CNY", "DAP", HANOI, price="31.00"),
        factories.ladder("CNY", "DAP", HAI_PHONG, price="32.00"),
    )
    with unit_of_work() as session:
        return factories.listing(session, market.merchant.actor, sku="B-1", ladders=ladders, now=clock.now())


@pytest.fixture
def call(client):
    def call(trader, method, path, expect=200, **options):
        answer = client.open(f"/api/v1{path}", method=method, headers=trader.headers, **options)
        assert answer.status_code == expect, answer.text
        return answer.get_json() if answer.data else None

    return call


def hub_of(departure_id):
    with unit_of_work() as session:
        return next(row.hub_code for row in factories.departures(session) if str(row.id) == departure_id)


@pytest.mark.parametrize("hub", [HUB, THAI_HUB])
def test_under_fca_the_lorry_leaves_from_the_named_hub(call, market, offer, hub):
    call(market.buyer, "PUT", "/cart", json={"to": HANOI})
    body = {"quantity": 40, "price_basis": {"incoterm": "FCA", "place": hub}}
    cart = call(market.buyer, "PUT", f"/cart/lines/{offer}", json=body)
    assert hub_of(cart["bundles"][0]["lines"][0]["departure_id"]) == hub
    look = call(market.buyer, "GET", f"/listings/{offer}?to={HANOI}&incoterm=FCA&place={hub}")
    assert {hub_of(row["id"]) for row in look["quote"]["departures"]} == {hub}


def test_each_city_in_one_currency_can_be_chosen(app, call, market, offer):
    asked = f"currency=CNY&incoterm=DAP&place={HAI_PHONG}"
    quote = call(market.buyer, "GET", f"/listings/{offer}?quantity=40&{asked}")["quote"]
    assert quote["unit_price"]["amount"] == "32.00"
    refused = call(market.buyer, "GET", f"/listings/{offer}?incoterm=DAP&place={HUB}", expect=422)
    assert refused["errors"][0]["field"] == "price_basis"
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    assert f"place={HAI_PHONG}" in buyer.open(f"/products/{offer}")
    assert f'name="price_basis" value="DAP {HAI_PHONG}"' in buyer.open(f"/products/{offer}?{asked}")
    assert f'name="place" value="{HAI_PHONG}"' in buyer.shown


def test_a_hub_moves_with_the_fca_price_unless_it_is_named(call, market):
    path = f"/listings/{market.chains}"
    wrong = call(market.merchant, "PATCH", path, json={"hub": THAI_HUB}, expect=422)
    assert [(row["field"], row["accepted"]) for row in wrong["errors"]] == [("hub", HUB)]
    call(market.merchant, "PATCH", path, json={"place": THAI_HUB})
    assert call(market.merchant, "GET", path)["hub"] == THAI_HUB


@pytest.mark.parametrize("rule", ["CPT", "CIP"])
def test_under_cpt_and_cip_the_seller_pays_the_carriage(app, call, market, rule):
    ladders = (factories.ladder("CNY", rule, HANOI, price="33.00"), factories.ladder("CNY", "FCA", HUB, price="27.40"))
    with unit_of_work() as session:
        goods = factories.listing(session, market.merchant.actor, sku="C-1", ladders=ladders, now=clock.now())
    call(market.buyer, "PUT", "/cart", json={"to": HANOI})
    for basis, pays in ((rule, False), ("FCA", True)):
        body = {"quantity": 40, "price_basis": {"incoterm": basis, "place": HANOI if basis == rule else HUB}}
        cart = call(market.buyer, "PUT", f"/cart/lines/{goods}", json=body)
        (bundle,) = cart["bundles"]
        assert bundle["price_basis"]["incoterm"] == basis
        assert bundle["lines"][0]["freight_included"] is not pays
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    page = buyer.open(f"/products/{goods}?currency=CNY&incoterm={rule}&place={HANOI}&to={HANOI}")
    assert f"Under {rule} the merchant pays the freight" in page
    found = call(market.buyer, "GET", f"/listings?incoterm={rule}")
    assert str(goods) in {row["id"] for row in found["items"]}


def test_goods_are_not_priced_on_cif(market):
    with pytest.raises(Refused) as refused, unit_of_work() as session:
        factories.listing(
            session, market.merchant.actor, sku="C-2", ladders=(factories.ladder("CNY", "CIF", HANOI),), now=clock.now()
        )
    assert [error.accepted for error in refused.value.errors] == ["FCA, DAP, CPT, CIP"]
