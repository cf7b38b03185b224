"""What merchants say of goods beside the offer: by page and API, refused by name, reviewed, reckoned with."""

import io
from urllib.parse import quote

from marketplace.accounts.queries import closures
from marketplace.kernel import clock, moments
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.details import approve, call
from tests.support.pdfs import pdf
from tests.support.visitors import Visitor, logged_in, visitor

DANGEROUS = {
    "answer": "dangerous", "confirmed": True, "un_number": "3480", "hazard_class": "9", "net_quantity": "5",
    "net_unit": "KGM", "battery": "lithium_ion", "watt_hours": "48.8", "test_summary_on": "2025-01-02",
    "safety_sheet_on": "2025-01-02",
}  # fmt: skip


def hand_in(client, trader):
    sent = {"file": (io.BytesIO(pdf("a paper")), "paper.pdf"), "purpose": "licence"}
    answer = client.post("/api/v1/files", data=sent, headers=trader.headers)
    return answer.get_json()["id"]


def test_promises_go_live_at_once_and_show_everything_again_when_refused(app, client, moderated):
    found, _office = moderated
    listing = f"/listings/{found.chains}"
    seller = logged_in(app, found.merchant)
    form = f"/merchant{listing}/details/pallet"
    seller.open(form)
    seller.send(form, {"pallet.units": "100", "pallet.height_mm": "1600"}, 422)
    assert seller.refused_fields() == {"pallet.units"}
    assert "80 or 120" in seller.text()
    assert all(f'value="{typed}"' in seller.shown for typed in ("100", "1600"))
    seller.send(form, {"pallet.units": "120", "pallet.height_mm": "1600"})
    body = {
        "warranty": {"months": 12, "covers": "Links"},
        "sample": {"price": "12.50", "currency": "CNY", "lead_days": 3},
    }
    done = call(client, found.merchant, "PATCH", f"{listing}/details", body)
    assert (done["fields"], done["waiting"]) == (["sample", "warranty"], [])
    assert not call(client, found.merchant, "PATCH", f"{listing}/details", body)["changed"]
    text = Visitor(app)
    text.open(f"/products/{found.chains}")
    for words in ("Units on a pallet 120", "Price of a sample 12.50 CNY", "What it covers Links"):
        assert words in " ".join(text.text().split()), words
    assert call(client, None, "GET", listing)["details"]["pallet"] == {"units": 120, "height_mm": 1600}
    # Another step of sale, and the pallet that no longer works out is not shown.
    call(client, found.merchant, "PATCH", listing, {"multiple": 80, "moq": 80})
    assert "pallet" not in call(client, None, "GET", listing)["details"]
    call(client, found.merchant, "PATCH", f"{listing}/details", {"sample": None})
    assert "sample" not in call(client, None, "GET", listing)["details"]


def test_a_battery_is_answered_for_and_rides_but_nothing_explosive_does(app, client, moderated):
    found, office = moderated
    listing = f"/listings/{found.chains}"
    call(client, office, "PUT", "/categories/motorcycle-parts/dangerous", {"asks": True})
    # Undecided: incomplete like goods without packing, on page, API and cart, and never priced.
    assert call(client, None, "GET", f"{listing}?to=VNHAN")["quote"]["freight"] == "incomplete"
    page = Visitor(app)
    page.open(f"/products/{found.chains}?to=VNHAN")
    assert "has not said whether these goods are dangerous" in page.text()
    line = {"quantity": 40}
    refused = call(client, found.buyer, "PUT", f"/cart{listing.replace('listings', 'lines')}", line, 422)
    assert [error["code"] for error in refused["errors"]] == ["dangerous_undecided"]
    seller = logged_in(app, found.merchant)
    form = f"/merchant{listing}/details/dangerous"
    assert "nobody can order them" in seller.open(form)
    seller.send(form, {"dangerous.answer": "not_dangerous"}, 422)
    assert seller.refused_fields() == {"dangerous.confirmed"}
    seller.send(form, {"dangerous.answer": "not_dangerous", "dangerous.confirmed": "1"})
    said = call(client, found.merchant, "GET", f"{listing}/details")["dangerous"]
    assert (said["answer"], said["signed_by"]) == ("not_dangerous", str(found.merchant.actor.person))
    assert len(said["hash"]) == 64
    approve(client, office)
    assert call(client, None, "GET", f"{listing}?to=VNHAN")["quote"]["freight"] == "quoted"
    assert "signed_by" not in call(client, None, "GET", listing)["details"]["dangerous"]
    call(client, found.buyer, "PUT", f"/cart/lines/{found.chains}", line)
    paper = hand_in(client, found.merchant)
    body = {"dangerous": DANGEROUS | {"test_summary": paper, "safety_sheet": hand_in(client, found.thai)}}
    refused = call(client, found.merchant, "PATCH", f"{listing}/details", body, 422)
    assert [error["field"] for error in refused["errors"]] == ["dangerous.safety_sheet"]
    body = {"dangerous": DANGEROUS | {"test_summary": paper, "safety_sheet": paper}}
    call(client, found.merchant, "PATCH", f"{listing}/details", body)
    assert call(client, None, "GET", f"{listing}?to=VNHAN")["quote"]["freight"] == "quoted"  # still waits
    approve(client, office)
    cart = call(client, found.buyer, "PUT", f"/cart/lines/{found.chains}", line)
    assert "dangerous" not in str(cart)
    page.open(f"/products/{found.chains}?to=VNHAN")
    assert all(words in page.text() for words in ("UN 3480", "48.8 Wh", "earlier cut-off"))
    never = {"hazard_class": "1.4", "battery": "", "watt_hours": "", "test_summary_on": ""}
    body = {"dangerous": DANGEROUS | never | {"safety_sheet": paper}}
    call(client, found.merchant, "PATCH", f"{listing}/details", body)
    approve(client, office)
    refused = call(client, found.buyer, "PUT", f"/cart/lines/{found.chains}", line, 422)
    assert [error["code"] for error in refused["errors"]] == ["dangerous_not_carried"]
    assert "no explosives, infectious or radioactive goods" in page.open(f"/products/{found.chains}")
    assert page.client.get(f"/products/{found.chains}/papers/{paper}").data.startswith(b"%PDF")
    page.open(f"/products/{found.pads}/papers/{paper}", 404)


def test_certificates_come_with_their_papers_and_end(app, client, moderated):
    found, office = moderated
    form = f"/merchant/listings/{found.chains}/details/certificates"
    seller = logged_in(app, found.merchant)
    seller.open(form)
    first = "certificates.items.0"
    typed = {
        f"{first}.kind": "ccc",
        f"{first}.number": "A-1",
        f"{first}.issuer": "CQC",
        f"{first}.valid_from": "2025-01-01",
    }
    seller.send(form, typed, 422)
    assert seller.refused_fields() == {f"{first}.file"}
    assert 'value="A-1"' in seller.shown
    last = closures.local_day("CN", clock.now())
    ends = last.isoformat()
    sent = typed | {f"{first}.valid_until": ends, f"{first}.file": (io.BytesIO(pdf("CCC")), "ccc.pdf")}
    seller.send(form, sent)
    (kept,) = call(client, found.merchant, "GET", f"/listings/{found.chains}/details")["certificates"]["items"]
    paper = f"/products/{found.chains}/papers/{kept['file']}"
    stranger = Visitor(app)
    stranger.open(paper, 404)
    logged_in(app, found.thai).open(paper, 404)
    assert visitor(app, office).client.get(paper).status_code == seller.client.get(paper).status_code == 200
    approve(client, office)
    assert stranger.client.get(paper).status_code == 200
    # Whoever orders now takes a lorry that leaves after the certificate is over.
    call(client, found.buyer, "PUT", "/cart", {"to": factories.HANOI})
    call(client, found.buyer, "PUT", f"/cart/lines/{found.chains}", {"quantity": 40})
    assert "certificate_ends" in str(call(client, found.buyer, "GET", "/cart"))
    buyer = logged_in(app, found.buyer)
    buyer.open("/cart")
    assert f"A certificate of these goods ends on {moments.day(last, 'en')}" in buyer.text()
    # Emptied it is gone.
    seller.open(form)
    seller.send(form, {f"{first}.{name}": "" for name in ("kind", "number", "issuer", "valid_from", "valid_until")})
    assert call(client, found.merchant, "GET", f"/listings/{found.chains}/details")["certificates"] is None


def test_part_numbers_are_found_however_they_are_written(app, client, moderated):
    found, office = moderated
    form = f"/merchant/listings/{found.chains}/details/parts"
    seller = logged_in(app, found.merchant)
    seller.open(form)
    seller.send(
        form, {"parts.manufacturer": "KMC", "parts.number": "KM-428.116", "parts.crosses": "DID\nRK; 428-KRO"}, 422
    )
    assert seller.refused_fields() == {"parts.crosses"}
    assert "428-KRO" in seller.shown
    seller.send(form, {"parts.manufacturer": "KMC", "parts.number": "KM-428.116", "parts.crosses": "RK; 428-KRO"})
    approve(client, office)
    stranger = Visitor(app)
    stranger.open(f"/products/{found.chains}")
    assert "Stands for RK 428-KRO" in " ".join(stranger.text().split())
    run_due(app)
    for written in ("KM-428.116", "km428116", "KM 428-116", "KM-428 116", "428KRO", "4-2-8 KRO"):
        hits = call(client, None, "GET", f"/search?q={quote(written)}")["items"]
        assert [hit["id"] for hit in hits][:1] == [str(found.chains)], written


def test_a_brand_without_a_word_is_shown_to_the_reviewer(app, client, moderated):
    found, office = moderated
    desk = visitor(app, office)
    desk.open("/operator/brands")
    desk.send("/operator/brands", {"name": "Honda"})
    desk.open("/operator/brands")
    desk.send("/operator/brands", {"name": "H0NDA"}, 422)
    assert 'value="H0NDA"' in desk.shown
    listing = f"/listings/{found.chains}"
    call(client, found.merchant, "PATCH", listing, {"titles": {"en": "Chain for HONDA Wave"}})
    (case,) = call(client, office, "GET", "/moderation")["items"]
    assert "brand_unsaid" in str(case)
    assert "names the brand Honda without a licence" in desk.open(f"/operator/moderation/{case['id']}")
    call(client, found.merchant, "PATCH", f"{listing}/details", {"brand": {"relation": "fits", "brand": "Honda"}})
    (case,) = call(client, office, "GET", "/moderation")["items"]
    assert "names the brand" not in desk.open(f"/operator/moderation/{case['id']}")
    approve(client, office)
    assert "Fits goods of the brand" in Visitor(app).open(f"/products/{found.chains}")
    (row,) = call(client, None, "GET", "/brands")["items"]
    desk.open("/operator/brands")
    desk.send(f"/operator/brands/{row['id']}/removal", {})
    assert call(client, None, "GET", "/brands")["items"] == []
    call(client, office, "DELETE", f"/brands/{row['id']}", status=404)


def test_food_is_said_by_page_and_api(app, client, moderated):
    found, office = moderated
    form = f"/merchant/listings/{found.pads}/details/food"
    seller = logged_in(app, found.thai)
    seller.open(form)
    wrong = {
        "food.shelf_days": "30",
        "food.least_celsius": "8",
        "food.most_celsius": "4",
        "food.allergens": ["fish", "milk"],
    }
    seller.send(form, wrong, 422)
    assert seller.refused_fields() == {"food.most_celsius"}
    assert seller.shown.count(" checked") == 2
    seller.send(form, wrong | {"food.most_celsius": "12"})
    said = call(client, found.thai, "GET", f"/listings/{found.pads}/details")["food"]
    assert (said["allergens"], said["least_celsius"], said["most_celsius"]) == (["fish", "milk"], "8", "12")
    approve(client, office)
    stranger = Visitor(app)
    stranger.open(f"/products/{found.pads}")
    assert "8 °C … 12 °C" in stranger.text()


def test_an_attribute_that_is_no_text_is_refused_in_words(client, moderated):
    found, _office = moderated
    for value, code in (
        ("a\0b", "control_characters"),
        ("\u200b\u3164", "invisible"),
        ("a\nb", "one_line"),
        ("x" * 201, "too_long"),
        (" ", "required"),
    ):
        body = {"attributes": {"speed": value}}
        refused = call(client, found.merchant, "PATCH", f"/listings/{found.chains}/details", body, 422)
        assert [(error["field"], error["code"]) for error in refused["errors"]] == [("attributes.speed", code)], value


def test_a_paper_that_was_declined_is_there_for_who_looks_at_the_appeal(app, client, moderated):
    found, office = moderated
    paper = hand_in(client, found.merchant)
    item = {"kind": "ccc", "number": "A-1", "issuer": "CQC", "file": paper, "valid_from": "2025-01-01"}
    listing = f"/listings/{found.chains}"
    call(client, found.merchant, "PATCH", f"{listing}/details", {"certificates": {"items": [item]}})
    (case,) = call(client, office, "GET", "/moderation")["items"]
    no = {"decision": "reject", "reason": "It is of other goods."}
    call(client, office, "POST", f"/moderation/{case['id']}/decision", no)
    call(client, found.merchant, "POST", f"{listing}/appeal", {"text": "It is ours."}, 201)
    (appeal,) = call(client, office, "GET", "/moderation?kind=appeal")["items"]
    desk, address = visitor(app, office), f"/products/{found.chains}/papers/{paper}"
    assert f'href="{address}"' in desk.open(f"/operator/moderation/{appeal['id']}")
    assert desk.client.get(address).data.startswith(b"%PDF")
    Visitor(app).open(address, 404)
    logged_in(app, found.thai).open(address, 404)


def test_a_reviewer_reads_what_is_said_in_words_and_opens_its_papers(app, client, moderated):
    found, office = moderated
    asked = {"name": "Voltage", "kind": "number", "unit": "VLT"}
    call(client, office, "PUT", "/categories/motorcycle-parts/attributes/voltage", asked)
    paper = hand_in(client, found.merchant)
    certificate = {"kind": "ccc", "number": "A-1", "issuer": "CQC", "file": paper, "valid_from": "2025-01-01"}
    body = {
        "attributes": {"voltage": "12"},
        "dangerous": DANGEROUS | {"test_summary": paper, "safety_sheet": paper},
        "fitment": {"vehicles": [{"make": "Toyota", "model": "Hilux", "year_from": 2012, "year_to": 2015}]},
        "certificates": {"items": [certificate]},
        "brand": {"relation": "fits", "brand": "Honda"},
    }
    call(client, found.merchant, "PATCH", f"/listings/{found.chains}/details", body)
    (case,) = call(client, office, "GET", "/moderation")["items"]
    desk = visitor(app, office)
    shown = desk.open(f"/operator/moderation/{case['id']}")
    for words in (
        "Make: Toyota; Model: Hilux; First year: 2012; Last year: 2015",
        "Voltage: 12 V",
        "Battery: Lithium ion",
        "Relation: Fits goods of the brand, and is not of it",
        f"Signed on: {moments.day_at(clock.now(), 'Asia/Shanghai', 'en')}",
        f'Test summary (UN 38.3): <a href="/products/{found.chains}/papers/{paper}">Open {paper[:8]}</a>',
        "Kind: CCC; Number: A-1; Issued by: CQC",
    ):
        assert words in shown
    assert not any(raw in shown for raw in ("vehicles.1", "signed_by", str(found.merchant.actor.person)))
    assert "Make: Toyota" not in desk.open(f"/operator/moderation/listings/{found.chains}")
    approve(client, office)
    assert "Make: Toyota" in desk.open(f"/operator/moderation/listings/{found.chains}")
