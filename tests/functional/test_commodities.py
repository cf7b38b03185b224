"""Shared pages: all offers side by side on the page and over the API, wishes for pages, attributes of goods."""

from decimal import Decimal

import pytest

from marketplace.accounts.models import Person
from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.services import taxonomy
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.moderation import queries as moderation
from tests import factories
from tests.support.details import call
from tests.support.statements import statements
from tests.support.visitors import Town, Visitor, logged_in, visitor

PAGE = "/commodities/motorcycle-chain"


@pytest.fixture
def market(app):
    """The open market with a shared page on which two merchants stand, one of them with two offers."""
    found = factories.open_market(app)
    now = clock.now()
    with unit_of_work() as session:
        taxonomy.put_commodity(
            session, slug="motorcycle-chain", names={"en": "Motorcycle chain", "zh": "摩托车链条"},
            category="motorcycle-parts", hs6="871410", grade="any",
        )  # fmt: skip
        for seller, sku, price, changes in (
            (found.merchant, "CH-A", "30", {"grade": "A", "moq": 400}),
            (found.merchant, "CH-B", "25", {"grade": "B"}),
            (found.thai, "CH-T", "28", {"grade": "A", "origin": "TH", "packing": None}),
        ):
            factories.listing(
                session, seller.actor, sku=sku, titles={"en": sku}, source_locale="en", commodity="motorcycle-chain",
                ladders=(factories.ladder(price=price),), now=now, **changes,
            )  # fmt: skip
        office = factories.staff(session, app, role=Role.MODERATOR, now=now)
    return found, office


def skus(found):
    return [each["titles"]["en"] for each in found["offers"]]


def test_offers_stand_side_by_side(app, client, market):
    found = call(client, None, "GET", "/commodities/motorcycle-chain")
    assert (skus(found), found["currency"], found["incoterm"]) == (["CH-B", "CH-T", "CH-A"], "CNY", "FCA")
    first = found["offers"][0]
    assert (first["unit_price"], first["moq"], first["can_be_ordered"]) == (
        {"amount": "25.00", "currency": "CNY"}, 40, True,
    )  # fmt: skip
    assert found["featured"] == first["listing_id"]
    # Grade A and a small quantity: the one offer that is both has no packing, so nothing is featured.
    narrowed = call(client, None, "GET", "/commodities/motorcycle-chain?grade=A&quantity=80")
    assert (skus(narrowed), narrowed["featured"]) == (["CH-T"], None)
    assert skus(call(client, None, "GET", "/commodities/motorcycle-chain?grade=B&origin=TH")) == []
    assert skus(call(client, None, "GET", "/commodities/motorcycle-chain?sort=moq"))[-1] == "CH-A"
    page = Visitor(app)
    text = page.open(PAGE)
    assert text.index("CH-B") < text.index("CH-T") < text.index("CH-A")
    assert text.count("featured") >= 1
    assert "摩托车链条" in text
    assert "freight incomplete" in text
    assert "CH-B" not in page.open(f"{PAGE}?grade=A")
    assert "No offer fits" in page.open(f"{PAGE}?grade=B&origin=TH")
    assert "/commodities/motorcycle-chain" in page.open(f"/products/{first['listing_id']}")
    assert page.open(f"/zh{PAGE}").count("摩托车链条") >= 1


def test_wrong_filters_are_named(app, client, market):
    for query, field in (("sort=x", "sort"), ("origin=US", "origin"), ("quantity=0", "quantity"), ("x=1", "x")):
        answer = client.get(f"/api/v1/commodities/motorcycle-chain?{query}")
        assert answer.status_code == 422
        assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    page = Visitor(app)
    assert 'value="ten"' in page.open(f"{PAGE}?quantity=ten", 422)
    page.open("/commodities/nothing", 404)
    client.get("/api/v1/commodities/nothing")


def test_a_page_asks_the_same_whatever_stands_on_it(app, market):
    found, _office = market

    def asked(path):
        sent.clear()
        Visitor(app).open(path)
        return len([text for text in sent if text.lstrip().upper().startswith("SELECT")])

    with statements() as sent:
        before = asked(PAGE)
        with unit_of_work() as session:
            for number in range(5):
                factories.listing(
                    session, found.merchant.actor, sku=f"M-{number}", commodity="motorcycle-chain", now=clock.now()
                )
        assert asked(PAGE) == before <= 4
        assert asked(f"{PAGE}?sort=lead&grade=A") == before


def test_attributes_are_asked_stated_reviewed_and_compared(app, client, market):
    found, office = market
    asking = visitor(app, office)
    asking.open("/operator/categories")
    asking.open("/operator/categories/motorcycle-parts/attributes")
    action = "/operator/categories/motorcycle-parts/attributes"
    wrong = {"code": "Links!", "kind": "number", "wanted": "wanted", "unit": "H87", "name": "Links", "position": "0"}
    asking.send(action, wrong, 422)
    assert 'value="Links!"' in asking.shown
    asking.send(action, wrong | {"code": "links"})
    asking.open(action)
    asking.send(
        action,
        {"code": "colour", "kind": "choice", "wanted": "wanted", "unit": "", "name": "Colour", "name_zh": "颜色",
         "choices": "gold: Gold | 金色\nblack: Black", "position": "1"},
    )  # fmt: skip
    asked = call(client, None, "GET", "/categories/motorcycle-parts/attributes")["items"]
    assert [(each["code"], each["unit"], sorted(each["choices"])) for each in asked] == [
        ("links", "H87", []), ("colour", None, ["black", "gold"]),
    ]  # fmt: skip
    made = call(client, None, "GET", "/commodities/motorcycle-chain")["offers"][0]["listing_id"]
    seller = logged_in(app, found.merchant)
    form = f"/merchant/listings/{made}/details/attributes"
    seller.open(form)
    seller.send(form, {"attributes.links": "many", "attributes.colour": "gold"}, 422)
    assert 'value="many"' in seller.shown
    assert "selected" in seller.shown[seller.shown.index("attributes.colour") :]
    seller.send(form, {"attributes.links": "116.0", "attributes.colour": "gold"})
    said = call(client, found.merchant, "GET", f"/listings/{made}/details")
    assert said["attributes"] == {"links": "116", "colour": "gold"}
    call(client, found.thai, "GET", f"/listings/{made}/details", status=404)
    call(client, found.thai, "PATCH", f"/listings/{made}/details", {"attributes": {"links": "1"}}, 404)
    # Nobody sees it before a reviewer has.
    assert call(client, None, "GET", "/commodities/motorcycle-chain")["offers"][0]["attributes"] == {}
    (case,) = call(client, office, "GET", "/moderation")["items"]
    assert "Links: 116" in visitor(app, office).open(f"/operator/moderation/{case['id']}")
    call(client, office, "POST", f"/moderation/{case['id']}/decision", {"decision": "approve"})
    shown = call(client, None, "GET", "/commodities/motorcycle-chain?attributes=colour:gold;links:116")
    assert [each["attributes"] for each in shown["offers"]] == [{"links": "116", "colour": "gold"}]
    assert "金色" in Visitor(app).open(f"/zh{PAGE}?a.colour=gold")
    assert "116 pc" in Visitor(app).open(f"/products/{made}")
    # The twin does the same, and names the field within its part.
    body = {"attributes": {"links": "x", "height": "1"}}
    refused = call(client, found.merchant, "PATCH", f"/listings/{made}/details", body, 422)
    assert {error["field"] for error in refused["errors"]} == {"attributes.links", "attributes.height"}
    done = call(client, found.merchant, "PATCH", f"/listings/{made}/details", {"attributes": {"links": "98"}})
    assert (done["fields"], done["waiting"]) == ([], ["attributes"])
    with app.app_context():
        assert len(moderation.queue(db.session()).items) == 1


def test_a_merchant_wishes_for_a_page(app, client, market):
    found, office = market
    seller = logged_in(app, found.merchant)
    seller.open("/merchant/commodities")
    wish = {"name": "Brake disc", "name_zh": "刹车盘", "category": "motorcycle-parts", "hs6": "8714", "grade": "A"}
    seller.send("/merchant/commodities", wish, 422)
    assert all(f'value="{text}"' in seller.shown for text in ("Brake disc", "刹车盘", "8714", "A"))
    seller.send("/merchant/commodities", wish | {"hs6": "871410"})
    (mine,) = call(client, found.merchant, "GET", "/commodity-proposals")["items"]
    assert (mine["state"], mine["names"]) == ("pending", {"en": "Brake disc", "zh": "刹车盘"})
    assert call(client, found.thai, "GET", "/commodity-proposals")["items"] == []
    judge = visitor(app, office)
    assert "Brake disc" in judge.open("/operator/commodities")
    page = f"/operator/commodities/{mine['id']}"
    assert 'value="brake-disc"' in judge.open(page)
    judge.send(f"{page}/decision", {"action": "decline", "slug": "", "reason": ""}, 422)
    judge.send(f"{page}/decision", {"action": "accept", "slug": "brake-disc", "reason": ""})
    answer = client.post(
        f"/api/v1/commodity-proposals/{mine['id']}/decision", json={"action": "merge", "slug": "motorcycle-chain"},
        headers=office.headers,
    )  # fmt: skip
    assert answer.status_code == 409
    assert "brake-disc" in seller.open("/merchant/commodities")
    assert "No offers yet" in Visitor(app).open("/commodities/brake-disc")
    slugs = [each["slug"] for each in call(client, None, "GET", "/commodities")["items"]]
    assert slugs == ["brake-disc", "motorcycle-chain"]
    assert 'value="brake-disc"' in seller.open("/merchant/listings/new?commodity=brake-disc")


def test_prices_in_another_currency_are_not_made_up(client, market):
    found, _office = market
    with unit_of_work() as session:
        factories.listing(
            session, found.thai.actor, sku="THB", titles={"en": "THB"}, source_locale="en", hub_code=factories.THAI_HUB,
            commodity="motorcycle-chain", ladders=(factories.ladder("THB", "DAP", factories.HANOI, price="1"),),
            now=clock.now(),
        )  # fmt: skip
    shown = call(client, None, "GET", "/commodities/motorcycle-chain")
    assert shown["bases"] == [["CNY", "FCA"], ["THB", "DAP"]]
    assert shown["offers"][-1]["unit_price"] is None
    baht = call(client, None, "GET", "/commodities/motorcycle-chain?currency=THB&incoterm=DAP")
    assert Decimal(baht["offers"][0]["unit_price"]["amount"]) == 1
    assert [each["unit_price"] for each in baht["offers"][1:]] == [None, None, None]


def test_a_merchant_is_told_what_became_of_a_wish_in_its_language(app, client, market):
    found, office = market
    with unit_of_work() as session:
        session.get_one(Person, found.merchant.actor.person).locale = "zh"
    town = Town(app)
    wishes = (
        ("Sprocket", "链轮", {"action": "accept", "slug": "sprocket"}, "/commodities/sprocket"),
        ("Chain", "链条", {"action": "merge", "slug": "motorcycle-chain"}, "/commodities/motorcycle-chain"),
        ("Gearbox", "变速箱", {"action": "decline", "reason": "太笼统。"}, "/merchant/commodities"),
    )
    said = []
    for name, chinese, decision, path in wishes:
        wish = {"name": name, "names": {"zh": chinese}, "category": "motorcycle-parts", "hs6": "871410"}
        made = call(client, found.merchant, "POST", "/commodity-proposals", wish, 201)["id"]
        call(client, office, "POST", f"/commodity-proposals/{made}/decision", decision)
        letter = town.letter(found.merchant.login)
        assert chinese in letter.body
        assert letter.body.rstrip().endswith(path)
        said.append(letter.subject)
        assert ("太笼统。" in letter.body) == (decision["action"] == "decline")
    assert said == ["您申请的商品页已建立", "您申请的商品页已经存在", "您申请的商品页未获批准"]


@pytest.mark.both_databases
@pytest.mark.parametrize("path", ["/api/v1/commodities/%00", "/commodities/a%00b", "/sellers/%00"])
def test_nothing_is_called_by_what_no_database_keeps(app, path):
    assert app.test_client().get(path).status_code == 404
