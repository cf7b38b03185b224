"""From a draft to the shelf: merchant, reviewer and public, on pages and over the API."""

import io
import re
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.queries import acting
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.services import invitations, registration, tokens
from marketplace.accounts.services.vault import Vault
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import db, unit_of_work
from marketplace.reports import queries as reports
from tests import factories
from tests.integration.catalog.conftest import shelves
from tests.support.statements import statements
from tests.support.visitors import PASSWORD, TERMS

CHAIN = {
    "sku": "CH-428-116", "title": "摩托车链条 428H", "title_en": "Motorcycle chain 428H", "locale": "zh",
    "hs": "8714.10", "origin": "CN", "unit": "H87", "moq": "120", "multiple": "40", "currency": "CNY",
    "incoterm": "FCA", "place": "CN-NANPENG", "price": "27.40", "tiers": "26.00@480; 23.125@4800",
    "carton_units": "40", "carton_l": "50", "carton_w": "40", "carton_h": "30", "gross_kg": "12.5", "net_kg": "11",
    "stackable": "1", "stock": "10000", "description": "<script>alert(1)</script>",
}  # fmt: skip
BODY = {name: value for name, value in CHAIN.items() if name != "title_en"} | {
    "titles": {"en": "Motorcycle chain 428H"}, "stackable": True,
}  # fmt: skip
SELLER, OTHER, BUYER, REVIEWER = "seller@demo.test", "other@demo.test", "buyer@demo.test", "reviewer@demo.test"


@pytest.fixture
def market(town):
    """A town with shelves, two merchants, a buyer and two reviewers."""
    with unit_of_work() as session:
        shelves(session)
    for login in (SELLER, OTHER):
        company_id = UUID(town.company(login)["company_id"])
        with unit_of_work() as session:
            factories.approve(session, Actor(None, company_id), name=login, country="LA", now=clock.now())
    town.company(BUYER)
    vault: Vault = town.app.extensions["city.vault"]
    with unit_of_work() as session:
        joined = registration.admit_company(
            session, actor=SYSTEM, kind=CompanyKind.OPERATOR, name="Operating", country="CN", registration_number="X",
            person_name="Admin", login="admin@demo.test", password=PASSWORD, accepted_terms=tuple(TERMS), locale="en",
            vault=vault, now=clock.now(),
        )  # fmt: skip
        admin = acting.actor_of(session, person_id=joined.person_id, company_id=joined.company_id)
        for login in (REVIEWER, "second@demo.test"):
            invited = invitations.invite(
                session, actor=admin, login=login, roles=("moderator",), locale="en", vault=vault, now=clock.now()
            )
            invitations.accept_invitation(
                session, token=invited.token, person_name="Reviewer", password=PASSWORD,
                accepted_terms=tuple(TERMS), locale="en", vault=vault, now=clock.now(),
            )  # fmt: skip
    return town


def member(login):
    return (
        db.session()
        .execute(
            sa.select(Person.id, Membership.company_id, Person.auth_epoch)
            .join(Membership, Membership.person_id == Person.id)
            .where(Person.email == login)
        )
        .one()
    )


def reviewer(market, login=REVIEWER):
    program = market.program()
    with unit_of_work() as session:
        person, company, _ = member(login)
        program.token = tokens.issue_token(session, person_id=person, company_id=company, now=clock.now())
    return program


def check_city(market):
    with market.app.app_context():
        assert reports.check(db.session()) == []


def test_a_listing_goes_up_over_the_api(market):
    seller, judge, public = market.program(SELLER), reviewer(market), market.program()
    made = seller.call("POST", "/listings", 201, BODY)["id"]
    public.call("GET", f"/listings/{made}", 404)
    market.program(OTHER).call("GET", f"/listings/{made}", 404)
    own = seller.call("GET", f"/listings/{made}", 200)
    assert (own["state"], own["quote"], own["category"]) == ("draft", None, "motorcycle-parts")
    assert seller.call("POST", f"/listings/{made}/submission", 200)["state"] == "submitted"
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    seen = judge.call("GET", f"/moderation/{case['id']}", 200)["seen"]
    decision = {"decision": "approve", "seen": seen}
    assert judge.call("POST", f"/moderation/{case['id']}/decision", 200, decision)["state"] == "confirmed"
    again = reviewer(market, "second@demo.test")
    assert again.problem("POST", f"/moderation/{case['id']}/decision", 409, decision) == ("state", set())
    shown = public.call("GET", f"/listings/{made}?quantity=480", 200)
    quote = shown["quote"]
    assert shown["ladders"][0]["price_basis"] == {"incoterm": "FCA", "place": "CN-NANPENG"}
    assert (quote["unit_price"], quote["amount"]) == (
        {"amount": "26.00", "currency": "CNY"},
        {"amount": "12480.00", "currency": "CNY"},
    )
    assert (quote["cartons"], quote["load"]["kg"], quote["freight"]) == (12, "150.000", "destination_needed")
    assert public.problem("GET", f"/listings/{made}?quantity=130", 422) == ("fields", {"quantity"})
    assert public.problem("GET", f"/listings/{made}?to=nowhere", 422) == ("fields", {"to"})
    assert public.call("GET", f"/listings/{made}?to=VNHAN&quantity=480", 200)["quote"]["departures"] == []
    assert [item["id"] for item in public.call("GET", "/listings", 200)["items"]] == [made]
    assert public.call("GET", "/listings?category=fruit", 200)["items"] == []
    assert [row["state"] for row in seller.call("GET", "/listings?mine=1", 200)["items"]] == ["live"]
    public.call("GET", "/listings?mine=1", 401)
    check_city(market)


def test_edits_price_and_stock_over_the_api(market):
    seller, judge, public = market.program(SELLER), reviewer(market), market.program()
    made = seller.call("POST", "/listings", 201, BODY)["id"]
    seller.call("POST", f"/listings/{made}/submission", 200)
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
    done = seller.call("PATCH", f"/listings/{made}", 200, {"title": "新", "price": "30"})
    assert (done["fields"], done["waiting"]) == (["ladders"], ["titles"])
    shown = public.call("GET", f"/listings/{made}", 200)
    assert (shown["titles"]["zh"], shown["quote"]["unit_price"]["amount"]) == ("摩托车链条 428H", "30.00")
    assert seller.call("PUT", f"/listings/{made}/stock", 200, {"stock": 400})["difference"] == -9600
    assert public.call("GET", f"/listings/{made}", 200)["stock"] == 400
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    assert case["kind"] == "listing_change"
    assert judge.problem("POST", f"/moderation/{case['id']}/decision", 422, {"decision": "reject"})[1] == {"reason"}
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "reject", "reason": "Keep the old."})
    assert public.call("GET", f"/listings/{made}", 200)["titles"]["zh"] == "摩托车链条 428H"
    assert seller.call("GET", "/listings?mine=1", 200)["items"][0]["reason"] == "Keep the old."
    seller.call("PATCH", f"/listings/{made}", 200, {"price": "3"})
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    assert case["kind"] == "listing_price"
    bad = {"decision": "request_changes", "reason": "x"}
    assert judge.problem("POST", f"/moderation/{case['id']}/decision", 422, bad)[1] == {"decision"}
    judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "reject", "reason": "Too cheap?"})
    public.call("GET", f"/listings/{made}", 404)
    assert seller.call("POST", f"/listings/{made}/acts", 200, {"action": "resume"})["state"] == "live"
    check_city(market)


def test_a_listing_sent_again_under_its_key_is_one_listing(market):
    seller = market.program(SELLER)
    first = seller.call("POST", "/listings", 201, BODY, **{"Idempotency-Key": "chain"})
    rows = market.rows()
    assert seller.call("POST", "/listings", 201, BODY, **{"Idempotency-Key": "chain"}) == first
    assert market.rows() == rows
    other = BODY | {"sku": "OTHER"}
    assert seller.call("POST", "/listings", 422, other, **{"Idempotency-Key": "chain"})["type"].endswith("key_reused")
    bare = seller.app.test_client().post(
        "/api/v1/listings", json=other, headers={"Authorization": f"Bearer {seller.token}"}
    )
    assert (bare.status_code, bare.get_json()["type"]) == (400, "urn:city:problem:key_missing")
    assert market.rows() == rows


@pytest.mark.parametrize(
    ("title", "sent", "stored"),
    [
        ("摩托车链条 428H", None, "zh"),
        ("Motorcycle chain 428H", None, "en"),
        ("โซ่รถจักรยานยนต์", None, "th"),
        ("Xích xe máy 428H", None, "vi"),
        ("Rantai motor 428H", "id", "id"),
    ],
)
def test_a_title_is_in_the_language_it_names_or_its_letters_show(market, title, sent, stored):
    seller = market.program(SELLER)
    if stored == "vi":
        with unit_of_work() as session:
            session.execute(sa.update(Person).where(Person.email == SELLER).values(locale="vi"))
    body = BODY | {"title": title} | ({"locale": sent} if sent else {})
    body = {name: value for name, value in body.items() if name != "titles" and (name != "locale" or sent)}
    made = seller.call("POST", "/listings", 201, body)["id"]
    found = seller.call("GET", f"/listings/{made}", 200)
    assert (found["source_locale"], found["titles"][stored]) == (stored, title)


def test_an_edit_of_what_somebody_else_changed_is_refused(market):
    seller = market.program(SELLER)
    made = seller.call("POST", "/listings", 201, BODY)["id"]
    seen = seller.call("GET", f"/listings/{made}", 200)["version"]
    seller.call("PATCH", f"/listings/{made}", 200, {"price": "30", "version": seen})
    problem = seller.problem("PATCH", f"/listings/{made}", 409, {"price": "31", "version": seen})
    assert problem == ("listing_changed", set())
    assert seller.call("GET", f"/listings/{made}", 200)["ladders"][0]["tiers"][0]["price"]["amount"] == "30.00"
    seller.call("PATCH", f"/listings/{made}", 200, {"price": "31"})


def test_the_form_of_a_listing_saves_no_stale_units_and_no_stale_terms(market):
    visitor, seller = market.visitor(SELLER), market.program(SELLER)
    visitor.open("/merchant/listings/new")
    address = visitor.send("/merchant/listings", CHAIN).headers["Location"]
    made = address.rpartition("/")[2]
    visitor.open(address)
    seller.call("PUT", f"/listings/{made}/stock", 200, {"stock": 77})
    visitor.send(address, CHAIN | {"price": "30"})
    assert seller.call("GET", f"/listings/{made}", 200)["stock"] == 77
    visitor.open(address)
    seller.call("PATCH", f"/listings/{made}", 200, {"price": "31"})
    visitor.send(address, CHAIN | {"price": "32"}, 409)
    assert "Nothing of yours is saved" in visitor.text()
    assert seller.call("GET", f"/listings/{made}", 200)["ladders"][0]["tiers"][0]["price"]["amount"] == "31.00"


def test_what_moved_since_it_was_looked_at_is_not_approved(market):
    seller, judge = market.program(SELLER), reviewer(market)
    made = seller.call("POST", "/listings", 201, BODY)["id"]
    seller.call("POST", f"/listings/{made}/submission", 200)
    (case,) = judge.call("GET", "/moderation", 200)["items"]
    seen = judge.call("GET", f"/moderation/{case['id']}", 200)["seen"]
    seller.call("PATCH", f"/listings/{made}", 200, {"origin": "VN"})
    path = f"/moderation/{case['id']}/decision"
    assert judge.problem("POST", path, 409, {"decision": "approve", "seen": seen})[0] == "content_moved"
    seller.call("POST", f"/listings/{made}/acts", 200, {"action": "withdraw"})
    assert judge.problem("POST", path, 409, {"decision": "approve"})[0] == "state"
    assert judge.call("GET", "/moderation?state=withdrawn", 200)["items"][0]["id"] == case["id"]
    check_city(market)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"price": "NaN"}, {"price"}),
        ({"price": "-1"}, {"ladders.0.price"}),
        ({"price": "9" * 15}, {"ladders.0.price"}),
        ({"price": "0.0000001"}, {"price"}),
        ({"moq": "٣"}, {"moq"}),
        ({"moq": "-5", "multiple": "0"}, {"moq", "multiple"}),
        ({"tiers": "cheap"}, {"tiers"}),
        ({"tiers": "26@480; 25@480"}, {"ladders.0.tiers"}),
        ({"place": "CNCQI"}, {"ladders.0.place"}),
        ({"incoterm": "EXW"}, {"ladders.0.incoterm"}),
        ({"currency": "XYZ"}, {"currency"}),
        ({"lead_days": "20"}, {"stock"}),
        ({"gross_kg": ""}, {"gross_kg"}),
        ({"gross_kg": "0.0001"}, {"gross_kg"}),
        ({"carton_l": "99999"}, {"carton_l"}),
        ({"net_kg": "13"}, {"net_kg"}),
        ({"hs": "xx"}, {"hs"}),
        ({"origin": "US"}, {"origin"}),
        ({"title": "x" * 300}, {"title"}),
        ({"nonsense": "1"}, {"nonsense"}),
        ({"stock": "9" * 15}, {"stock"}),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(market, changes, fields):
    seller = market.program(SELLER)
    before = market.rows()
    assert seller.problem("POST", "/listings", 422, BODY | changes)[1] == fields
    assert market.rows() == before


def written(seller):
    """Write a draft on the page and return the address of its form."""
    seller.open("/merchant/listings/new")
    address = seller.send("/merchant/listings", CHAIN).headers["Location"]
    seller.open(address)
    return address


def shelved(market, seller, address):
    """Hand a draft in on the page and approve it; return the listing's id."""
    seller.open(address)
    seller.send(f"{address}/submission", {})
    program = reviewer(market)
    (case,) = program.call("GET", "/moderation", 200)["items"]
    program.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
    return address.rsplit("/", 1)[1]


def upload(seller, address, content, status):
    seller.open(address)
    data = seller.hidden(f"{address}/pictures") | {"alt": "A chain", "file": (io.BytesIO(content), "a.jpg")}
    sent = seller.client.post(f"{address}/pictures", data=data)
    assert sent.status_code == status, sent.text


def test_a_form_comes_back_with_what_was_wrong(market):
    seller = market.visitor(SELLER)
    seller.open("/merchant/listings/new")
    seller.send("/merchant/listings", CHAIN | {"price": "a"}, 422)
    assert seller.refused_fields() == {"price"}
    seller.send("/merchant/listings", CHAIN | {"place": "CNCQI"}, 422)
    assert seller.refused_fields() == {"place"}
    assert "摩托车链条 428H" in seller.shown
    address = seller.send("/merchant/listings", CHAIN).headers["Location"]
    page = seller.open(address)
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "CH-428-116" in seller.open("/merchant/listings")


def test_a_picture_is_seen_once_its_listing_is(market):
    seller, stranger = market.visitor(SELLER), market.visitor()
    address = written(seller)
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(picture, "JPEG")
    upload(seller, address, b"no picture", 422)
    upload(seller, address, picture.getvalue(), 303)
    shown = re.search(r"/pictures/[0-9a-f-]+/320", seller.open(address))[0]
    stranger.open(shown, 404)
    assert seller.client.get(shown).mimetype == "image/webp"
    shelved(market, seller, address)
    assert stranger.client.get(shown).status_code == 200
    stranger.open(shown.replace("/320", "/321"), 404)


@pytest.mark.both_databases
def test_the_public_sees_price_and_room_for_its_quantity(market):
    seller, stranger = market.visitor(SELLER), market.visitor()
    listing = shelved(market, seller, written(seller))
    page = stranger.open(f"/products/{listing}?quantity=480&to=VNHAN")
    assert "12,480.00" in stranger.text()
    assert "paid by the importer of record" in page
    assert "<script>alert" not in page
    stranger.open(f"/products/{listing}?quantity=121", 422)
    assert "120 or 160" in stranger.text()
    stranger.open(f"/products/{listing}?quantity=9e9&to=%00", 422)
    assert "摩托车链条 428H" in stranger.open(f"/zh/products/{listing}")
    for path in ("/", "/products", "/vi/products?category=motorcycle-parts&incoterm=FCA&origin=CN"):
        assert f"/products/{listing}" in stranger.open(path)
    assert f"/products/{listing}" not in stranger.open("/products?origin=VN")


def test_stock_and_edits_on_the_page(market):
    seller, stranger = market.visitor(SELLER), market.visitor()
    address = written(seller)
    listing = shelved(market, seller, address)
    seller.open(address)
    seller.send(f"{address}/stock", {"stock": "0"})
    stranger.open(f"/products/{listing}", 404)
    seller.open(address)
    seller.send(f"{address}/stock", {"stock": "many"}, 422)
    seller.open(address)
    seller.send(f"{address}/stock", {"stock": "500"})
    seller.open(address)
    seller.send(address, CHAIN | {"title": "新标题", "stock": "500"})
    assert "waits" in seller.open(address)
    seller.send(address, CHAIN | {"title": "新标题", "price": "2740", "tiers": ""})
    assert "more than 30 per cent away from the old one. Buyers see it already" in " ".join(
        seller.open(address).split()
    )
    assert "2,740" in stranger.open(f"/products/{listing}")
    assert "摩托车链条 428H" in stranger.open(f"/zh/products/{listing}")
    seller.send(f"{address}/acts", {"action": "pause"})
    stranger.open(f"/products/{listing}", 404)
    check_city(market)


def test_a_reviewer_decides_on_the_page(market):
    seller, judge = market.visitor(SELLER), market.visitor()
    address = written(seller)
    seller.send(f"{address}/submission", {})
    assert judge.client.get("/operator/moderation").status_code == 303
    with market.app.app_context(), judge.client.session_transaction() as cookie:
        person, company, epoch = member(REVIEWER)
        cookie["_user_id"] = f"{person}:{company}:{epoch}"
    case = re.search(r"/operator/moderation/[0-9a-f-]{36}", judge.open("/operator/moderation"))[0]
    judge.open(case)
    judge.send(f"{case}/decision", {"decision": "reject"}, 422)
    assert judge.refused_fields() == {"reason"}
    judge.send(f"{case}/decision", {"decision": "request_changes", "reason": "Not the goods of the picture."})
    assert "Not the goods of the picture." in seller.open(address)
    assert "Not the goods of the picture." in judge.open(case)
    assert "CH-428-116" in judge.open("/operator/moderation?state=changes_requested")


def test_foreign_listings_are_unknown_on_every_page(market):
    made = market.program(SELLER).call("POST", "/listings", 201, BODY)["id"]
    other = market.visitor(OTHER)
    other.open("/merchant/listings/new")
    guard = other.hidden("/merchant/listings")
    other.open(f"/merchant/listings/{made}", 404)
    paths = ("", "/submission", "/acts", "/stock", "/pictures", f"/pictures/{made}/removal", f"/pictures/{made}/lead")
    for path in paths:
        sent = other.client.post(
            f"/merchant/listings/{made}{path}",
            data=guard | {"action": "pause", "stock": "1", "idempotency_key": path or "x"},
        )
        assert sent.status_code == 404, path


def test_the_shelf_asks_the_database_no_more_for_more_goods(market):
    seller, judge, public = market.program(SELLER), reviewer(market), market.visitor()

    def asked(path):
        sent.clear()
        public.open(path)
        return len([text for text in sent if text.lstrip().upper().startswith("SELECT")])

    with statements() as sent:
        empty = asked("/products")
        for number in range(3):
            made = seller.call("POST", "/listings", 201, BODY | {"sku": f"S{number}"})["id"]
            seller.call("POST", f"/listings/{made}/submission", 200)
        for case in judge.call("GET", "/moderation", 200)["items"]:
            judge.call("POST", f"/moderation/{case['id']}/decision", 200, {"decision": "approve"})
        assert asked("/products") == empty == 2
        assert asked(f"/products/{made}") <= 2


def test_a_merchant_is_warned_of_what_buyers_cannot_do(market):
    seller, page = market.program(SELLER), market.visitor(SELLER)
    bare = {name: value for name, value in BODY.items() if not name.startswith(("carton_", "gross", "net"))}
    made = seller.call("POST", "/listings", 201, bare)["id"]
    told = seller.call("GET", f"/listings/{made}", 200)["warnings"]
    assert [(each["field"], each["code"]) for each in told] == [
        ("packing", "packing_unstated"),
        ("currency", "no_account"),
    ]
    page.open(f"/merchant/listings/{made}")
    assert "buyers see these goods and cannot order them" in page.text()
    assert "No account in CNY is named: buyers can pay for these goods by card only." in page.text()
    assert 'href="/merchant/payees"' in page.shown
    assert seller.call("POST", f"/listings/{made}/submission", 200)["warnings"] == told
    judge = market.visitor()
    with market.app.app_context(), judge.client.session_transaction() as cookie:
        person, company, epoch = member(REVIEWER)
        cookie["_user_id"] = f"{person}:{company}:{epoch}"
    (case,) = reviewer(market).call("GET", "/moderation", 200)["items"]
    judge.open(f"/operator/moderation/{case['id']}")
    assert "buyers see them and cannot order them" in judge.text()
    for words in ("pc (H87)", "China (CN)", "(Nanpeng) (CN-NANPENG)"):
        assert words in judge.text()
    assert "FCA Chongqing Highway Logistics Base (Nanpeng)" in " ".join(page.open("/merchant/listings").split())
    whole = seller.call("POST", "/listings", 201, BODY | {"sku": "W"})["id"]
    assert [each["code"] for each in seller.call("GET", f"/listings/{whole}", 200)["warnings"]] == ["no_account"]
    seller.call("PATCH", f"/listings/{whole}", 200, {"tiers": "20@500; 21@1000", "price": "27"})
    told = seller.call("GET", f"/listings/{whole}", 200)["warnings"]
    assert [(each["field"], each["code"]) for each in told] == [("tiers", "price_rises"), ("currency", "no_account")]
    seller.call("PATCH", f"/listings/{whole}", 200, {"tiers": "20@500", "moq": 125, "multiple": 40})
    told = seller.call("GET", f"/listings/{whole}", 200)["warnings"]
    assert [(each["field"], each["code"]) for each in told] == [
        ("moq", "moq_between_steps"),
        ("currency", "no_account"),
    ]
    assert "buyers order from 160 on" in told[0]["message"]
    seller.call("PATCH", f"/listings/{whole}", 200, {"tiers": "20@500; 21@1000", "moq": 120})
    page.open(f"/merchant/listings/{whole}")
    assert "A larger quantity costs more apiece than a smaller one." in page.text()


def test_decimals_are_typed_with_a_comma_where_it_can_mean_nothing_else(market):
    seller = market.program(SELLER)
    typed = {"price": "27,40", "tiers": "26,00@480; 23,125@4800".replace("23,125", "23,1250"), "gross_kg": "12,5"}
    made = seller.call("POST", "/listings", 201, BODY | typed | {"carton_l": "0,500"})["id"]
    found = seller.call("GET", f"/listings/{made}", 200)
    assert [tier["price"]["amount"] for tier in found["ladders"][0]["tiers"]] == ["27.40", "26.00", "23.125"]
    assert (found["packing"]["gross_kg"], found["packing"]["carton_l"]) == ("12.500", "0.5")
    assert seller.problem("POST", "/listings", 422, BODY | {"sku": "T", "price": "1,234"}) == ("fields", {"price"})


def test_a_tier_above_the_unit_price_is_a_slip(market):
    seller, page = market.program(SELLER), market.visitor(SELLER)
    refused = seller.call("POST", "/listings", 422, BODY | {"tiers": "28.00@480"})["errors"]
    assert [(each["field"], each["code"]) for each in refused] == [("tiers", "tier_dearer")]
    assert "27.40 CNY or less" in refused[0]["message"]
    ladder = {"currency": "CNY", "incoterm": "FCA", "place": "CN-NANPENG", "price": "5", "tiers": "6@100"}
    assert seller.problem("POST", "/listings", 422, BODY | {"ladders": [ladder]})[1] == {"ladders.0.tiers"}
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"tiers": "28.00@480"}, 422)
    assert "tiers" in page.refused_fields()
    made = seller.call("POST", "/listings", 201, BODY)["id"]
    assert seller.problem("PATCH", f"/listings/{made}", 422, {"tiers": "27.41@480"})[1] == {"tiers"}


def test_a_form_names_what_cannot_be_read_and_what_is_out_of_range_at_once(market):
    page = market.visitor(SELLER)
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"price": "dear", "hs": "xx", "net_kg": "13"}, 422)
    assert page.refused_fields() == {"price", "hs", "net_kg"}
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"gross_kg": "heavy", "net_kg": "13", "title": "x" * 300}, 422)
    assert page.refused_fields() == {"gross_kg", "title"}
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"stock": "many"}, 422)
    assert page.refused_fields() == {"stock"}
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"price": "", "moq": "0", "carton_l": "", "multiple": "0"}, 422)
    assert page.refused_fields() == {"price", "moq", "carton_l", "multiple"}
    page.open("/merchant/listings/new")
    page.send("/merchant/listings", CHAIN | {"tiers": "28.00@480", "net_kg": "", "hs": "999999999999"}, 422)
    assert page.refused_fields() == {"tiers", "net_kg", "hs"}
