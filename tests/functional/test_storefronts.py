"""A storefront from its merchant's form to the public page, and the pavilion of a country; page and API agree."""

import io

from PIL import Image

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Town, Visitor


def banner():
    file = io.BytesIO()
    Image.new("RGB", (1600, 400), "navy").save(file, "PNG")
    file.seek(0)
    return file


def test_a_merchant_writes_a_reviewer_looks_and_everybody_reads(app, market, judge):
    seller, public, reviewer = Visitor(app), Visitor(app), Visitor(app)
    seller.log_in(market.merchant.login)
    address = f"/merchants/{market.merchant.company}"
    seller.open("/merchant/storefront")
    typed = {
        "locale": "zh", "headlines.zh": "嘉陵链条", "headlines.en": "Chains of Chongqing",
        "texts.en": "Since 1998.\nBy lorry.", "banner": (banner(), "hall.png"), "banner_alt": "Our hall",
    }  # fmt: skip
    seller.send("/merchant/storefront", typed)
    page = seller.open("/merchant/storefront")
    assert "Pending" in page
    assert "Chains of Chongqing" not in public.open(address)
    waiting = Program(app, judge.token).call("GET", "/storefronts", 200)["items"]
    (row,) = waiting
    picture = f"/pictures/{row['banner_file_id']}/800"
    public.open(picture, 404)
    reviewer.enter(judge.actor)
    assert "Jialing Parts" in reviewer.open("/operator/storefronts")
    reviewer.open(f"/operator/storefronts/{row['id']}")
    assert reviewer.client.get(picture).status_code == 200
    refused = reviewer.send(f"/operator/storefronts/{row['id']}/decision", {"decision": "decline"}, 422)
    assert refused.status_code == 422
    assert reviewer.refused_fields() == {"reason"}
    reviewer.send(f"/operator/storefronts/{row['id']}/decision", {"decision": "show"})
    public.open(address)
    for words in ("Chains of Chongqing", "Since 1998.", "By lorry.", "own words."):
        assert words in public.shown
    assert "嘉陵链条" in public.open(f"/zh{address}")
    assert public.client.get(picture).status_code == 200
    told = next(one for one in Town(app).letters() if one.to == market.merchant.login)
    assert told.subject == "Your storefront was looked at"
    found = Program(app).call("GET", address, 200)
    assert found["storefront"]["headlines"] == {"zh": "嘉陵链条", "en": "Chains of Chongqing"}
    assert [(each["category"], each["offers"]) for each in found["categories"]] == [("motorcycle-parts", 1)]
    seller.open("/merchant/storefront")
    seller.send("/merchant/storefront/withdrawal", {})
    assert "Chains of Chongqing" not in public.open(address)
    public.open(picture, 404)


def test_what_is_typed_wrong_is_named_and_kept(app, market):
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    seller.open("/merchant/storefront")
    seller.send("/merchant/storefront", {"locale": "vi", "headlines.en": "Kept words", "headlines.vi": ""}, 422)
    assert seller.refused_fields() == {"headlines.vi"}
    assert "Kept words" in seller.shown
    seller.send(
        "/merchant/storefront", {"locale": "en", "headlines.en": "x", "banner": (io.BytesIO(b"no"), "a.png")}, 422
    )
    assert seller.refused_fields() == {"banner"}
    program = Program(app, market.merchant.token)
    body = {"locale": "en", "headlines": {"en": "Chains"}}
    assert program.problem("POST", "/merchant/storefront", 422, body | {"headlines": {}})[1] == {"headlines"}
    assert program.problem("POST", "/merchant/storefront", 422, body | {"banner_file_id": "x"})[1] == {"banner_file_id"}
    assert (
        Program(app, market.buyer.token).problem("POST", "/merchant/storefront", 409, body)[0] == "merchant_not_active"
    )
    Program(app, market.buyer.token).call("GET", "/storefronts", 403)


def test_shelves_of_a_merchant_narrow_its_page_and_cost_no_more(app, market):
    public, address = Visitor(app), f"/merchants/{market.merchant.company}"
    few = statements_of(lambda: public.open(address))
    with unit_of_work() as session:
        for number in range(5):
            factories.listing(session, market.merchant.actor, sku=f"N-{number}", now=clock.now())
    assert statements_of(lambda: public.open(address)) == few
    assert f"/products/{market.chains}" in public.open(f"{address}?category=motorcycle-parts")
    assert "Nothing on this shelf" in public.open(f"{address}?category=nothing")


def test_every_country_has_a_pavilion_with_its_merchants_goods_and_lorries(app, market):
    public, program = Visitor(app), Program(app)
    rows = {row["country"]: row for row in program.call("GET", "/pavilions", 200)["items"]}
    assert len(rows) == 15
    assert (rows["TH"]["merchants"], rows["TH"]["offers"]) == (1, 1)
    assert (rows["VN"]["merchants"], rows["VN"]["offers"]) == (0, 0)
    assert 'href="/pavilions/TH"' in public.open("/pavilions")
    page = public.open("/pavilions/TH")
    for words in ("Siam Parts", "Brake pads", f"/merchants/{market.thai.company}", "BKK-HAN"):
        assert words in page
    assert "Motorcycle chain 428H" not in page
    found = program.call("GET", "/pavilions/th", 200)
    assert [each["name"] for each in found["merchants"]] == ["Siam Parts"]
    assert [each["id"] for each in found["newest"]] == [str(market.pads)]
    assert {each["line"] for each in found["departures"]} == {"BKK-HAN"}
    assert "No company from here sells" in public.open("/pavilions/VN")
    public.open("/pavilions/US", 404)
    program.call("GET", "/pavilions/US", 404)
    few = statements_of(lambda: public.open("/pavilions/CN"))
    with unit_of_work() as session:
        for number in range(3):
            factories.listing(session, market.merchant.actor, sku=f"N-{number}", now=clock.now())
    assert statements_of(lambda: public.open("/pavilions/CN")) == few
