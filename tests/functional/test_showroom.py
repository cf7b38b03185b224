"""From a hall to an answered visitor: page and API agree, the label outlives the booth, robots count for nothing."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from marketplace.edge import limits
from marketplace.exchange.models.leads import Lead
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from marketplace.worker import runner
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Town, Visitor

PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile"}
ROBOT = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}


def day(ahead):
    session = reading()
    session.rollback()
    return (queries.today_at(session, now=clock.now()) + timedelta(days=ahead)).isoformat()


@pytest.fixture
def stand(app, market, judge):
    """A booth that is let to the merchant, with its chains on it: tenancy, exhibit with its code and address."""
    office, seller = Program(app, judge.token), Program(app, market.merchant.token)
    hall = office.call("POST", "/halls", 201, {"code": "A", "names": {"en": "Hall A", "zh": "甲馆"}})["id"]
    place = {"code": "A-1", "area_m2": "36.50", "column": 2, "row": 1}
    booth = office.call("POST", f"/halls/{hall}/booths", 201, place)["id"]
    let = {"company_id": str(market.merchant.company), "from_on": day(-1), "until_on": day(60)}
    tenancy = office.call("POST", f"/booths/{booth}/tenancies", 201, let)["id"]
    body = {"listing_id": str(market.chains)}
    first = seller.call("POST", f"/merchant/tenancies/{tenancy}/exhibits", 201, body)["id"]
    assert seller.call("POST", f"/merchant/tenancies/{tenancy}/exhibits", 201, body)["id"] == first
    (exhibit,) = seller.call("GET", f"/merchant/tenancies/{tenancy}", 200)["exhibits"]
    return {"hall": hall, "booth": booth, "tenancy": tenancy, **exhibit}


def test_the_operator_builds_and_lets_on_the_pages(app, market, judge):
    office, public = Visitor(app), Visitor(app)
    office.enter(judge.actor)
    office.open("/operator/showroom")
    office.send("/operator/showroom", {"code": "hall", "names.en": ""}, 422)
    assert office.refused_fields() == {"code", "names.en"}
    office.send("/operator/showroom", {"code": "B", "names.en": "Hall B", "names.zh": "乙馆"})
    page = office.open("/operator/showroom")
    hall = re.search(r"/operator/showroom/([0-9a-f-]{36})", page)[1]
    office.send("/operator/showroom", {"code": "B", "names.en": "Again"}, 422)
    assert office.refused_fields() == {"code"}
    office.open(f"/operator/showroom/{hall}")
    place = {"code": "B-1", "area_m2": "18", "column": "1", "row": "1"}
    office.send(f"/operator/showroom/{hall}", place)
    page = office.open(f"/operator/showroom/{hall}")
    booth = re.search(r"/operator/booths/([0-9a-f-]{36})", page)[1]
    office.open(f"/operator/booths/{booth}")
    let = {"company_id": str(market.thai.company), "from_on": day(0), "until_on": day(9)}
    office.send(f"/operator/booths/{booth}", let | {"until_on": day(-1)}, 422)
    assert office.refused_fields() == {"until_on"}
    office.send(f"/operator/booths/{booth}", let)
    office.open(f"/operator/booths/{booth}")
    refused = office.send(f"/operator/booths/{booth}", let | {"company_id": str(market.merchant.company)}, 409)
    assert "Somebody else stands on this booth" in refused.text
    assert "Siam Parts" in public.open("/showroom")
    assert f"/showroom/booths/{booth}" in public.shown
    tenancy = re.search(r"/operator/tenancies/([0-9a-f-]{36})", office.open(f"/operator/booths/{booth}"))[1]
    office.open(f"/operator/tenancies/{tenancy}")
    office.send(f"/operator/tenancies/{tenancy}", {"until_on": day(30)}, 422)
    office.send(f"/operator/tenancies/{tenancy}", {"until_on": day(3)})
    found = Program(app, judge.token).call("GET", f"/booths/{booth}/tenancies", 200)["items"]
    assert [(row["company"], row["until_on"]) for row in found] == [("Siam Parts", day(3))]
    Visitor(app).open("/operator/showroom", 303)


def test_everybody_finds_who_shows_what_and_where(app, market, stand):
    public = Visitor(app)
    (hall,) = Program(app).call("GET", "/showroom", 200)["items"]
    (booth,) = hall["booths"]
    assert (booth["company"], booth["area_m2"], booth["exhibits"]) == ("Jialing Parts", "36.50", 1)
    assert [row["code"] for row in Program(app).call("GET", "/showroom?country=CN", 200)["items"]] == ["A"]
    assert Program(app).call("GET", "/showroom?country=TH", 200)["items"] == []
    assert "Nobody shows this" in public.open("/showroom?category=nothing")
    assert "甲馆" in public.open("/zh/showroom")
    page = public.open(f"/showroom/booths/{stand['booth']}")
    assert f"/products/{market.chains}" in page
    shown = Program(app).call("GET", f"/showroom/booths/{stand['booth']}", 200)
    assert shown["listings"] == [str(market.chains)]
    assert f"/showroom/booths/{stand['booth']}" in public.open(f"/merchants/{market.merchant.company}")
    few = statements_of(lambda: public.open("/showroom"))
    office = Program(app, "")
    assert office.call("GET", f"/merchants/{market.merchant.company}", 200)["booths"][0]["code"] == "A-1"
    assert statements_of(lambda: public.open("/showroom?country=CN")) == few


def test_a_label_opens_the_offer_counts_people_and_outlives_the_booth(app, market, judge, stand):
    seller, path = Program(app, market.merchant.token), f"/merchant/tenancies/{stand['tenancy']}"

    def visits():
        return seller.call("GET", path, 200)["exhibits"][0]["visits"]

    assert stand["url"].endswith(f"/x/{stand['code']}")
    public = Visitor(app)
    for _ in range(3):
        answer = public.client.get(f"/x/{stand['code']}", headers=PHONE)
        assert answer.status_code == 303
    assert answer.headers["Location"] == f"/products/{market.chains}?label={stand['code']}"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert visits() == 1
    Visitor(app).client.get(f"/x/{stand['code']}", headers=ROBOT)
    Visitor(app).client.head(f"/x/{stand['code']}", headers=PHONE)
    assert visits() == 1
    Visitor(app).client.get(f"/x/{stand['code']}", headers=PHONE)
    assert visits() == 2
    assert "Leave your card" in public.open(answer.headers["Location"])
    assert "Leave your card" not in public.open(f"/products/{market.pads}?label={stand['code']}")
    public.open("/x/nobody-made-this", 404)
    ended = {"until_on": day(0)}
    Program(app, judge.token).call("POST", f"/tenancies/{stand['tenancy']}/end", 200, ended)
    clock.set_offset(3 * 86_400)
    try:
        answer = Visitor(app).client.get(f"/x/{stand['code']}", headers=PHONE)
        assert "This booth is gone" in Visitor(app).open(answer.headers["Location"])
        assert visits() == 2
        assert Program(app).call("GET", f"/exhibits/{stand['code']}", 200)["standing"] is False
        card = {"name": "Somsy", "email": "somsy@demo.test", "consent": True}
        assert Program(app).problem("POST", f"/exhibits/{stand['code']}/cards", 409, card)[0] == "booth_gone"
    finally:
        clock.set_offset(0)


@pytest.mark.parametrize(
    ("prefers", "path", "language"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.8", "", "/vi"),
        ("zh-CN,en;q=0.8", "", "/zh"),
        ("th,en;q=0.5", "", ""),
        ("", "", ""),
        ("vi", "/zh", "/zh"),
    ],
)
def test_a_label_opens_in_the_language_of_the_telephone(app, market, stand, prefers, path, language):
    headers = PHONE | {"Accept-Language": prefers}
    answer = Visitor(app).client.get(f"{path}/x/{stand['code']}", headers=headers)
    assert answer.headers["Location"] == f"{language}/products/{market.chains}?label={stand['code']}"


def test_labels_are_printed_with_a_code_that_says_their_address(app, market, stand):
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    page = seller.open(f"/merchant/booths/{stand['tenancy']}/labels")
    assert stand["url"] in page
    assert "exhibit-label--a6" in page
    assert "<svg" in page.split("exhibit-label__code")[1]
    assert "exhibit-label--a5" in seller.open(f"/merchant/booths/{stand['tenancy']}/labels?size=a5")
    rival = Visitor(app)
    rival.log_in(market.thai.login)
    rival.open(f"/merchant/booths/{stand['tenancy']}/labels", 404)
    rival.open(f"/merchant/booths/{stand['tenancy']}", 404)


def test_a_company_that_looks_is_a_lead_and_the_page_says_so(app, market, stand):
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    for _ in range(2):
        answer = buyer.client.get(f"/x/{stand['code']}", headers=PHONE)
    assert "The exhibitor sees that your company was there" in buyer.open(answer.headers["Location"])
    (lead,) = Program(app, market.merchant.token).call("GET", "/leads", 200)["items"]
    assert (lead["company"], lead["name"], lead["email"], lead["state"]) == ("Hanoi Trading", "", "", "new")
    own = Visitor(app)
    own.log_in(market.merchant.login)
    own.client.get(f"/x/{stand['code']}", headers=PHONE)
    assert day(0)  # what was read before is an older city
    assert reading().scalar(sa.select(sa.func.count()).select_from(Lead)) == 1


def test_a_stranger_leaves_a_card_and_is_answered(app, market, stand):
    public, seller = Visitor(app), Visitor(app)
    path = f"/x/{stand['code']}/card"
    public.open(path)
    public.send(path, {"name": "", "email": "no address", "message": "=1+1"}, 422)
    assert public.refused_fields() >= {"name"}
    public.open(path)
    public.send(path, {"name": "Somsy", "email": "", "phone": ""}, 422)
    assert public.refused_fields() == {"email", "consent"}
    public.open(path)
    card = {"name": "=Somsy", "email": "Somsy@demo.test", "message": "How much?", "consent": "1"}
    fields = public.hidden(path) | card
    for _ in range(2):  # two clicks are one card
        assert public.client.post(path, data=fields).status_code == 303
    town = Town(app)
    told = [one for one in town.letters() if one.subject == "A visitor of your booth left a card"]
    assert [one.to for one in told] == [market.merchant.login]
    assert "Somsy" not in told[0].body
    program = Program(app, market.merchant.token)
    (lead,) = program.call("GET", "/leads?state=new", 200)["items"]
    assert (lead["name"], lead["email"]) == ("=Somsy", "somsy@demo.test")
    seller.log_in(market.merchant.login)
    page = f"/merchant/leads/{lead['id']}"
    assert page in seller.open("/merchant/leads")
    seller.open(page)
    seller.send(f"{page}/taking", {})
    seller.open(page)
    seller.send(f"{page}/acts", {"action": "close", "text": ""}, 422)
    seller.open(page)
    seller.send(f"{page}/acts", {"action": "contact", "text": "Called."})
    seller.open(page)
    seller.send(f"{page}/acts", {"action": "note", "text": "Wants 400."})
    found = program.call("POST", f"/leads/{lead['id']}/acts", 200, {"action": "qualify"})
    assert found["state"] == "qualified"
    assert [note["text"] for note in found["notes"]] == ["", "Wants 400.", "Called."]
    assert program.problem("POST", f"/leads/{lead['id']}/acts", 409, {"action": "contact"})[0] == "state"
    rows = list(csv.reader(io.StringIO(seller.client.get("/merchant/leads.csv").text.removeprefix("\ufeff"))))
    assert rows[1][rows[0].index("name")] == "'=Somsy"
    rival = Program(app, market.thai.token)
    rival.call("GET", f"/leads/{lead['id']}", 404)
    rival.call("POST", f"/leads/{lead['id']}/taking", 404)
    stranger = {"person_id": str(market.thai.actor.person)}
    assert program.problem("PUT", f"/leads/{lead['id']}/owner", 422, stranger)[1] == {"person_id"}
    seller.open(page)
    seller.send(f"{page}/erasure", {})
    assert "=Somsy" not in seller.open(page)
    assert program.call("GET", f"/leads/{lead['id']}", 200)["email"] == ""


def test_one_address_leaves_few_cards_a_minute(app, market, stand, monkeypatch):
    limited = app.extensions["city.settings"].model_copy(update={"limits": "on"})
    monkeypatch.setitem(app.extensions, "city.settings", limited)
    monkeypatch.setitem(app.extensions, limits.EXTENSION, limits.OwnBrake())
    card = {"name": "Somsy", "email": "somsy@demo.test", "consent": True}
    path = f"/api/v1/exhibits/{stand['code']}/cards"
    codes = [app.test_client().post(path, json=card).status_code for _ in range(8)]
    assert codes == [201] * 6 + [429] * 2


def test_the_operator_changes_halls_and_booths_and_takes_them_away(app, market, judge, stand):
    office, public = Visitor(app), Visitor(app)
    office.enter(judge.actor)
    hall, booth = stand["hall"], stand["booth"]
    page = f"/operator/showroom/{hall}/change"
    assert 'value="甲馆"' in office.open(page)
    office.send(page, {"code": "hall", "names.en": ""}, 422)
    assert office.refused_fields() == {"code", "names.en"}
    office.open(page)
    office.send(page, {"code": "N", "names.en": "North hall", "names.zh": "北馆", "names.vi": ""})
    assert "北馆" in public.open("/zh/showroom")
    page = f"/operator/booths/{booth}/change"
    assert 'value="36.50"' in office.open(page)
    office.send(page, {"code": "N-7", "area_m2": "0", "column": "2", "row": "2"}, 422)
    assert office.refused_fields() == {"area_m2"}
    office.open(page)
    office.send(page, {"code": "N-7", "area_m2": "20", "column": "2", "row": "2"})
    (found,) = Program(app).call("GET", "/showroom", 200)["items"]
    assert [(each["code"], each["area_m2"], each["column"], each["row"]) for each in found["booths"]] == [
        ("N-7", "20.00", 2, 2)
    ]
    office.open(page)
    refused = office.send(f"/operator/booths/{booth}/retirement", {}, 409).text
    until = moments.day(date.fromisoformat(day(60)), "en")
    assert f"Booth N-7 is rented until {until}, and whoever rented it keeps that time." in refused
    office.open(f"/operator/showroom/{hall}/change")
    assert "Booth N-7 is rented" in office.send(f"/operator/showroom/{hall}/retirement", {}, 409).text
    office.open(f"/operator/tenancies/{stand['tenancy']}")
    office.send(f"/operator/tenancies/{stand['tenancy']}", {"until_on": day(0)})
    api = Program(app, judge.token)
    assert api.problem("POST", f"/booths/{booth}/retirement", 409)[0] == "booth_tenanted"


def test_a_booth_that_was_taken_away_is_gone_for_the_public_and_can_be_put_back(app, market, judge):
    api, office, public = Program(app, judge.token), Visitor(app), Visitor(app)
    office.enter(judge.actor)
    hall = api.call("POST", "/halls", 201, {"code": "C", "names": {"en": "Hall C"}})["id"]
    place = {"code": "C-1", "area_m2": "10", "column": 1, "row": 1}
    booth = api.call("POST", f"/halls/{hall}/booths", 201, place)["id"]
    office.open(f"/operator/booths/{booth}/change")
    office.send(f"/operator/booths/{booth}/retirement", {})
    public.open(f"/showroom/booths/{booth}", 404)
    Program(app).call("GET", f"/showroom/booths/{booth}", 404)
    assert "taken away" in office.open(f"/operator/showroom/{hall}")
    office.open(f"/operator/booths/{booth}")
    office.send(f"/operator/booths/{booth}/return", {"column": "41", "row": "1"}, 422)
    assert office.refused_fields() == {"column"}
    office.open(f"/operator/booths/{booth}")
    office.send(f"/operator/booths/{booth}/return", {"column": "4", "row": "1"})
    assert Program(app).call("GET", f"/showroom/booths/{booth}", 200)["column"] == 4
    api.call("PUT", f"/halls/{hall}", 204, {"code": "D", "names": {"en": "Hall D"}})
    api.call("PUT", f"/booths/{booth}", 204, place | {"code": "D-1"})
    office.open(f"/operator/showroom/{hall}/change")
    office.send(f"/operator/showroom/{hall}/retirement", {})
    assert "Hall D" not in public.open("/showroom")
    assert api.problem("POST", f"/halls/{hall}/booths", 409, place)[0] == "hall_retired"
    assert api.problem("POST", f"/booths/{booth}/return", 409, {"column": 1, "row": 1})[0] == "hall_retired"
    office.open(f"/operator/showroom/{hall}")
    office.send(f"/operator/showroom/{hall}/return", {})
    api.call("POST", f"/booths/{booth}/return", 204, {"column": 1, "row": 1})
    assert "D-1" in public.open("/showroom")
    seller = Program(app, market.merchant.token)
    for path, body in ((f"/halls/{hall}", {"code": "E", "names": {"en": "E"}}), (f"/booths/{booth}", place)):
        seller.call("PUT", path, 403, body)
        seller.call("POST", f"{path}/retirement", 403)


def test_visitors_of_booths_wait_on_the_desk_until_they_are_closed(app, market, stand):
    seller, card = Program(app, market.merchant.token), {"name": "Ann", "email": "ann@demo.test", "consent": True}

    def desk():
        items = {row["queue"]: row for row in seller.call("GET", "/desk", 200)["items"]}
        return items["answer_leads"]["waiting"], items["follow_leads"]["waiting"], items["answer_leads"]["due_at"]

    assert desk() == (0, 0, None)
    lead = Program(app).call("POST", f"/exhibits/{stand['code']}/cards", 201, card)["id"]
    other = Program(app).call("POST", f"/exhibits/{stand['code']}/cards", 201, card)["id"]
    assert desk() == (2, 0, seller.call("GET", f"/leads/{lead}", 200)["due_at"])
    owner = Visitor(app)
    owner.enter(market.merchant.actor)
    assert "Visitors of your booths to answer" in owner.open("/merchant")

    def listed(query):
        return {row["id"] for row in seller.call("GET", f"/leads?{query}", 200)["items"]}

    seller.call("POST", f"/leads/{lead}/acts", 200, {"action": "contact", "text": "Rang."})
    assert desk()[:2] == (1, 1)
    assert (listed("open=1"), listed("owner=me"), listed("owner=nobody")) == ({lead}, {lead}, {other})
    assert listed("state=new&owner=nobody") == {other}
    assert seller.problem("GET", "/leads?owner=ann", 422)[1] == {"owner"}
    page = owner.open("/merchant/leads?open=1&owner=me")
    assert f"/merchant/leads/{lead}" in page
    assert f"/merchant/leads/{other}" not in page
    seller.call("POST", f"/leads/{lead}/acts", 200, {"action": "close", "text": "Bought."})
    assert desk()[:2] == (1, 0)
    thai = {row["queue"]: row["waiting"] for row in Program(app, market.thai.token).call("GET", "/desk", 200)["items"]}
    assert thai["answer_leads"] == 0


def pdf_pages(client, path, headers=None):
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), answer.text
    return PdfReader(io.BytesIO(answer.data)).pages


def test_labels_are_a_pdf_of_one_page_for_each_exhibit(app, market, stand):
    seller, owner = Program(app, market.merchant.token), Visitor(app)
    path = f"/merchant/tenancies/{stand['tenancy']}/labels"
    made = seller.call("POST", path, 201)["id"]
    assert seller.call("POST", path, 201, {"size": "a6"})["id"] == made  # the same labels are the same paper
    assert seller.problem("POST", path, 422, {"size": "a4"})[1] == {"size"}
    Program(app, market.thai.token).call("POST", path, 404)
    headers = {"Authorization": f"Bearer {market.merchant.token}"}
    assert app.test_client().get(f"/api/v1/documents/{made}.pdf", headers=headers).status_code == 202
    runner.run_due(app)
    (page,) = pdf_pages(app.test_client(), f"/api/v1/documents/{made}.pdf", headers)
    assert [round(float(side) * 25.4 / 72) for side in page.mediabox[2:]] == [105, 148]
    text = " ".join(page.extract_text().split())
    for said in ("Motorcycle chain 428H", "摩托车链条", "Jialing Parts · CH-428-116", stand["url"], "Hall A · A-1"):
        assert said in text, text
    Program(app, market.thai.token).call("GET", f"/documents/{made}.pdf", 404)

    owner.enter(market.merchant.actor)
    owner.open(f"/merchant/booths/{stand['tenancy']}/labels?size=a5")
    answer = owner.send(f"/merchant/booths/{stand['tenancy']}/labels", {})
    other = answer.headers["Location"]
    assert f"{made}.pdf" not in other  # another size is another paper
    with unit_of_work() as session:
        second = factories.listing(session, market.merchant.actor, sku="L-2", now=clock.now())
    seller.call("POST", f"/merchant/tenancies/{stand['tenancy']}/exhibits", 201, {"listing_id": str(second)})
    later = seller.call("POST", path, 201)["id"]
    assert later != made
    runner.run_due(app)
    (page,) = pdf_pages(owner.client, other)
    assert [round(float(side) * 25.4 / 72) for side in page.mediabox[2:]] == [148, 210]
    assert len(pdf_pages(owner.client, f"/documents/{later}.pdf")) == 2
    kinds = {row["kind"] for row in seller.call("GET", "/documents", 200)["items"]}
    assert kinds == {"booth_labels"}
    for exhibit in seller.call("GET", f"/merchant/tenancies/{stand['tenancy']}", 200)["exhibits"]:
        seller.call("DELETE", f"/merchant/exhibits/{exhibit['id']}", 204)
    assert seller.problem("POST", path, 409)[0] == "no_exhibits"
    owner.open(f"/merchant/booths/{stand['tenancy']}/labels")
    assert (
        "Nothing stands on this booth yet."
        in owner.send(f"/merchant/booths/{stand['tenancy']}/labels", {"size": "a6"}, 409).text
    )
