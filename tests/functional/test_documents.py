"""Documents of an order from placement to the sealed lorry: alike in every word that matters, and signed by hash."""

import io
import re
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from PIL import Image
from pypdf import PdfReader

from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.queries import bookings
from marketplace.papers import queries, services
from marketplace.papers.rules.documents import PaperKind
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests import factories
from tests.support.papers import pro_forma
from tests.support.visitors import Visitor

PLANS = {
    "bank": {"rail": "bank", "plan": "deposit_30_70"},
    "card": {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"},
}
COUNT = {"cartons_received": 7, "gross_kg": "87.5", "length_cm": "120", "width_cm": "80", "height_cm": "100"}


@pytest.fixture
def call(client):
    def call(trader, method, path, expect=200, **options):
        headers = trader.headers | ({"Idempotency-Key": str(new_id())} if method == "POST" else {})
        answer = client.open(f"/api/v1{path}", method=method, headers=headers, **options)
        assert answer.status_code == expect, answer.text
        return answer.get_json() if answer.data and answer.mimetype.endswith("json") else answer.data

    return call


def place(call, market, rail="bank"):
    """Order 400 chains (10 cartons) and return the order."""
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI})
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400})
    body = {"expected_totals": cart["totals"], "payment": PLANS[rail]}
    order_id = call(market.buyer, "POST", "/checkout", 201, json=body)["order_ids"][0]
    return call(market.buyer, "GET", f"/orders/{order_id}")


def ship(call, market, operator, order):
    """Confirm, secure, pack 10 cartons, hand over 7 and then 2, load and seal."""
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", 204)
    order = call(market.buyer, "GET", f"/orders/{order['id']}")
    for payment in order["payments"]:
        if payment["rail"] == "bank" and payment["subject"] == "order":
            body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
            call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body)
    line = f"/order-lines/{order['lines'][0]['id']}"
    call(market.merchant, "POST", f"{line}/packing", 201, json={"cartons": 10, "marks": "HT/HANOI/1-10"})
    call(market.carrier, "POST", f"{line}/handover", 201, json=COUNT)
    call(market.carrier, "POST", f"{line}/handover", 201, json=COUNT | {"cartons_received": 2, "gross_kg": "25"})
    departure = f"/departures/{order['bookings'][-1]['departure_id']}"
    for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-204417"})):
        call(operator, "POST", f"{departure}/{act}", 204, json=body)
    return call(market.buyer, "GET", f"/orders/{order['id']}")


def data_of(document):
    with unit_of_work() as session:  # as of now, not as of the test's first look
        return queries.manuscript(session, document_id=UUID(document["id"])).data


def by_kind(documents):
    found = {}
    for document in documents:
        found.setdefault(document["kind"], []).append(data_of(document))
    return found


def digits(text):
    return re.sub(r"[^\d]", "", text)


def printed(content):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("rail", ["bank", "card"])
def test_names_amounts_basis_and_payee_are_the_same_on_all_papers(app, call, market, operator, rail):
    placed = place(call, market, rail)
    order = ship(call, market, operator, placed)
    mine = call(market.buyer, "GET", "/documents")["items"]
    kinds = ("manifest", "seal_list", "transit_sheet")
    carriers = [one for kind in kinds for one in call(market.carrier, "GET", f"/documents?kind={kind}")["items"]]
    found = by_kind([*mine, *carriers])
    # Labels and statements are of no order; nobody had these goods inspected, insured or received, none are
    # dangerous, nothing was let off or added.
    others = {
        PaperKind.BOOTH_LABELS,
        PaperKind.CARGO_RECEIPT,
        PaperKind.DANGEROUS_GOODS_NOTE,
        PaperKind.INSURANCE_CERTIFICATE,
        PaperKind.INSPECTION_REPORT,
        PaperKind.CREDIT_NOTE,
        PaperKind.DEBIT_NOTE,
        PaperKind.COMMISSION_STATEMENT,
        PaperKind.FREIGHT_STATEMENT,
        PaperKind.ACCOUNT_STATEMENT,
    }
    assert set(found) == set(PaperKind) - others
    (contract,), (pro_forma,), (freight,), (manifest,) = (
        found[kind] for kind in ("sales_contract", "pro_forma", "freight_contract", "manifest")
    )
    invoices, lists = sorted(found["commercial_invoice"], key=lambda data: data["number"]), found["packing_list"]
    assert len(invoices) == 2
    assert len(lists) == 3  # packed, seven cartons measured, then nine
    (house,) = manifest["houses"]

    goods = [contract, pro_forma, *invoices, *lists]
    for name in ("seller", "buyer", "basis", "order"):
        assert {repr(data[name]) for data in goods} == {repr(contract[name])}
    priced = [contract, pro_forma, *invoices]
    for name in ("importer", "mode", "plan"):
        assert {repr(data[name]) for data in priced} == {repr(contract[name])}
    payees = [{**data["payee"], "reference": ""} if "payee" in data else None for data in priced]
    assert payees == [payees[0]] * len(priced)
    assert (payees[0] is None) == (rail == "card")
    assert [line["unit_price"] for data in priced for line in data["lines"]] == [contract["lines"][0]["unit_price"]] * 4
    assert contract["total"] == pro_forma["total"] == {"amount": "10960.00", "currency": "CNY"} == order["total"]
    assert [data["total"]["amount"] for data in invoices] == ["7672.00", "2192.00"]  # 280 and 80 of 400 pieces
    assert [data["lines"][0]["quantity"] for data in invoices] == ["280", "80"]
    # Each leads from what came to what the payments ask: they fall due by what was ordered.
    shorts = [data["settlement"]["short"]["amount"] for data in invoices]
    assert shorts == ["3288.00", "1096.00"]
    for data in invoices:
        parts = {name: Decimal(amount["amount"]) for name, amount in data["settlement"].items()}
        assert parts["paid"] + parts["open"] == parts["ordered"] == Decimal("10960.00")
        assert parts["paid"] == (Decimal("3288.00") if rail == "bank" else parts["ordered"])
    assert [data["marks"][0].get("handed_cartons") for data in lists] == ["9", "7", None]
    assert [data["number"][-5:] for data in invoices] == ["00001", "00002"]
    assert {data["contract"] for data in (*invoices, *lists)} == {contract["number"]}
    assert (freight["shipper"], freight["consignee"]) == (contract["seller"], contract["buyer"])
    assert (house["shipper"], house["consignee"]) == (contract["seller"], contract["buyer"])
    assert house["basis"] == contract["basis"]["rule"]
    assert (house["cartons"], house["gross_g"]) == ("9", "112500")
    assert manifest["carrier"] == freight["carrier"]
    assert manifest["seals"] == ["CN-204417"]
    assert [len(data["units"]) for data in lists] == [2, 1, 0]  # newest first
    assert {data["marks"][0]["own"] for data in lists} == {"HT/HANOI/1-10"}
    assert reports.check(reading()) == []

    runner.run_due(app)
    for document in mine:
        text = printed(call(market.buyer, "GET", f"/documents/{document['id']}.pdf"))
        data = data_of(document)
        if document["kind"] != "carton_labels":  # a label has no room for it
            assert document["data_sha256"] in text.replace("\u200b", "").replace("\n", "")
        if "total" in data:
            assert digits(data["total"]["amount"]) in digits(text)
        if document["kind"] == "packing_list":
            assert "10960" not in digits(text)


def test_what_a_paper_tells_to_quote_reaches_its_payment(call, market):
    """Pro-forma, freight contract and the invoices of two lines, one in two lots, each with a transfer by its words."""
    with unit_of_work() as session:
        more = factories.listing(session, market.merchant.actor, sku="CH-2", now=clock.now())
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI})
    call(market.buyer, "PUT", f"/cart/lines/{more}", json={"quantity": 400})
    order = place(call, market)
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", 204)

    def pay(payee, amount, reference):
        body = {**amount, "reference": reference, "received_on": clock.now().date().isoformat()}
        came = call(payee, "POST", "/transfers", 201, json=body)
        return [match["payment_id"] for match in came["matches"]]

    found = by_kind(call(market.buyer, "GET", "/documents")["items"])
    (pro_forma,), (freight,) = found["pro_forma"], found["freight_contract"]
    (deposit,) = (one for one in order["payments"] if one["subject"] == "order")
    assert pay(market.merchant, deposit["amount"], pro_forma["payee"]["reference"]) == [deposit["id"]]
    lines = [f"/order-lines/{line['id']}" for line in order["lines"]]
    for line in lines:
        call(market.merchant, "POST", f"{line}/packing", 201, json={"cartons": 10})
    for line in lines:
        call(market.carrier, "POST", f"{line}/handover", 201, json=COUNT)
    call(market.carrier, "POST", f"{lines[0]}/handover", 201, json=COUNT | {"cartons_received": 2, "gross_kg": "25"})
    order = call(market.buyer, "GET", f"/orders/{order['id']}")
    due = [one for one in order["payments"] if one["subject"] == "order" and one["state"] == "due"]
    first, second = (call(market.buyer, "GET", f"/payments/{one['id']}")["creditor_reference"] for one in due)
    invoices = sorted(
        by_kind(call(market.buyer, "GET", "/documents")["items"])["commercial_invoice"],
        key=lambda data: data["number"],
    )
    assert [data["payee"]["reference"] for data in invoices] == [first, second, first]
    carriage = [one for one in order["payments"] if one["subject"] == "freight"]
    assert pay(market.carrier, carriage[0]["amount"], carriage[0]["reference"]) == [carriage[0]["id"]]
    # With one payment left, what the papers told the buyer to quote from the first day means that one.
    assert freight["payee"]["reference"].startswith("FRT-")
    assert pay(market.carrier, carriage[1]["amount"], freight["payee"]["reference"]) == [carriage[1]["id"]]
    assert pay(market.merchant, due[1]["amount"], second) == [due[1]["id"]]
    assert pay(market.merchant, due[0]["amount"], pro_forma["payee"]["reference"]) == [due[0]["id"]]


def test_a_carriers_consignments_go_on_by_cursor(app, call, market, monkeypatch):
    monkeypatch.setattr(bookings, "PAGE", 1)
    with unit_of_work() as session:
        more = factories.listing(session, market.merchant.actor, sku="CH-2", now=clock.now())
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI})
    call(market.buyer, "PUT", f"/cart/lines/{more}", json={"quantity": 400})
    order = place(call, market, "card")
    first = call(market.carrier, "GET", "/consignments")
    rest = call(market.carrier, "GET", f"/consignments?cursor={first['next']}")
    assert rest["next"] is None
    found = [row["booking_id"] for row in [*first["items"], *rest["items"]]]
    assert sorted(found) == sorted(one["id"] for one in order["bookings"])
    carrier = Visitor(app)
    carrier.log_in(market.carrier.login)
    assert f"/partner/consignments?cursor={first['next']}" in carrier.open("/partner/consignments")


def test_papers_are_seen_by_their_parties_alone(call, market, operator):
    ship(call, market, operator, place(call, market))
    kinds = {
        name: sorted({one["kind"] for one in call(trader, "GET", "/documents")["items"]})
        for name, trader in (("merchant", market.merchant), ("carrier", market.carrier), ("thai", market.thai))
    }
    assert kinds == {
        "merchant": [
            "carton_labels",
            "commercial_invoice",
            "house_waybill",
            "packing_list",
            "pro_forma",
            "sales_contract",
        ],
        "carrier": ["freight_contract", "house_waybill", "manifest", "seal_list", "transit_sheet"],
        "thai": [],
    }
    own = sorted(one["kind"] for one in call(operator, "GET", "/documents")["items"])
    assert own == ["manifest", "seal_list", "transit_sheet"]


def test_the_list_goes_on_by_cursor_and_names_what_it_does_not_know(call, market, app):
    with unit_of_work() as session:
        for number in range(27):
            issue(session, market, number)
    first = call(market.buyer, "GET", "/documents?kind=pro_forma")
    second = call(market.buyer, "GET", f"/documents?cursor={first['next']}")
    assert (len(first["items"]), len(second["items"]), second["next"]) == (25, 2, None)
    assert len({one["id"] for page in (first, second) for one in page["items"]}) == 27
    for query, field in (("kind=tax_invoice", "kind"), ("cursor=x", "cursor"), ("page=2", "page")):
        problem = call(market.buyer, "GET", f"/documents?{query}", 422)
        assert [error["field"] for error in problem["errors"]] == [field]


def issue(session, market, number):
    return services.issue(
        session,
        kind=PaperKind.PRO_FORMA,
        subject_kind="order",
        subject_id=new_id(),
        number=f"PF-{number:04}",
        locales=("en",),
        data=pro_forma().to_data(),
        parties=(market.merchant.company, market.buyer.company),
        now=clock.now(),
    )


def picture(colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (60, 60), colour).save(file, "PNG")
    return file.getvalue()


def hand_in(call, trader, purpose, content=None):
    part = (io.BytesIO(content or picture()), "seal.png")
    return call(trader, "POST", "/files", 201, data={"file": part, "purpose": purpose})["id"]


def contract_of(call, market):
    order = place(call, market)
    return next(one for one in order["documents"] if one["kind"] == "sales_contract")["id"]


def test_each_party_signs_the_hash_once(app, call, market):
    document_id = contract_of(call, market)
    path = f"/documents/{document_id}/signature"
    facts = call(market.buyer, "GET", f"/documents/{document_id}")
    seal = hand_in(call, market.merchant, "seal")
    right = {"document_sha256": facts["data_sha256"]}
    wrong = {"document_sha256": "0" * 64, "seal_file_id": seal}
    assert call(market.merchant, "POST", path, 409, json=wrong)["type"].endswith(":document_hash")
    signed = call(market.merchant, "POST", path, 201, json=right | {"seal_file_id": seal})
    assert call(market.merchant, "POST", path, 201, json=right | {"seal_file_id": seal}) == signed
    other = hand_in(call, market.merchant, "seal", picture("blue"))
    again = call(market.merchant, "POST", path, 409, json=right | {"seal_file_id": other})
    assert again["type"].endswith(":already_signed")

    runner.run_due(app)
    pdf = call(market.buyer, "GET", f"/documents/{document_id}")["pdf_sha256"]
    scan = hand_in(call, market.buyer, "scan")
    call(market.buyer, "POST", path, 201, json={"document_sha256": pdf, "file_id": scan})
    rows = call(market.merchant, "GET", f"/documents/{document_id}")["signatures"]
    assert [(row["company"], row["kind"], row["document_sha256"]) for row in rows] == [
        ("Jialing Parts", "seal", facts["data_sha256"]),
        ("Hanoi Trading", "scan", facts["data_sha256"]),
    ]
    assert "Test Owner" not in str(rows)
    seen = call(market.buyer, "GET", f"/documents/{document_id}/signatures/{market.merchant.company}")
    assert seen.startswith((b"\x89PNG", b"RIFF"))
    call(market.thai, "GET", f"/documents/{document_id}/signatures/{market.merchant.company}", 404)
    call(market.buyer, "GET", f"/documents/{document_id}/signatures/{market.thai.company}", 404)
    assert reports.check(reading()) == []


def test_what_cannot_be_a_signature_is_refused(call, market):
    document_id = contract_of(call, market)
    path = f"/documents/{document_id}/signature"
    sha256 = call(market.buyer, "GET", f"/documents/{document_id}")["data_sha256"]
    seal, evidence = hand_in(call, market.buyer, "seal"), hand_in(call, market.buyer, "evidence")
    for body, field in (
        ({"document_sha256": "nonsense", "seal_file_id": seal}, "document_sha256"),
        ({"document_sha256": sha256}, "file_id"),
        ({"document_sha256": sha256, "file_id": seal, "seal_file_id": seal}, "file_id"),
        ({"document_sha256": sha256, "file_id": seal}, "file_id"),
        ({"document_sha256": sha256, "seal_file_id": evidence}, "seal_file_id"),
        ({"document_sha256": sha256, "seal_file_id": "x"}, "seal_file_id"),
        ({"seal_file_id": seal}, "document_sha256"),
    ):
        problem = call(market.buyer, "POST", path, 422, json=body)
        assert [error["field"] for error in problem["errors"]] == [field], body
    foreign = hand_in(call, market.thai, "seal")
    body = {"document_sha256": sha256, "seal_file_id": foreign}
    call(market.buyer, "POST", path, 404, json=body)
    call(market.thai, "POST", path, 404, json=body)
    assert call(market.buyer, "GET", f"/documents/{document_id}")["signatures"] == []


def test_a_version_that_was_replaced_is_not_signed(call, market, operator):
    order = ship(call, market, operator, place(call, market))
    lists = [one for one in order["documents"] if one["kind"] == "packing_list"]
    seal = hand_in(call, market.merchant, "seal")
    for document, status in zip(lists, (409, 409, 201), strict=True):
        sha256 = call(market.merchant, "GET", f"/documents/{document['id']}")["data_sha256"]
        body = {"document_sha256": sha256, "seal_file_id": seal}
        call(market.merchant, "POST", f"/documents/{document['id']}/signature", status, json=body)


def test_people_read_and_sign_on_the_page(app, call, market):
    document_id = contract_of(call, market)
    merchant, buyer = Visitor(app), Visitor(app)
    for visitor, trader in ((merchant, market.merchant), (buyer, market.buyer)):
        visitor.log_in(trader.login)
    assert f"/documents/{document_id}" in merchant.open("/documents")
    assert f"/documents/{document_id}" not in merchant.open("/documents?kind=pro_forma")
    page = f"/documents/{document_id}"
    assert "Nobody has signed yet" in merchant.open(page)
    refused = merchant.send(f"{page}/signature", {"kind": "seal", "file": (io.BytesIO(b"no picture"), "seal.png")}, 422)
    assert "field-file" in refused.text
    merchant.open(page)
    form = {"kind": "seal", "file": (io.BytesIO(picture()), "seal.png")}
    merchant.send(f"{page}/signature", form)
    assert "Your company has signed" in merchant.open(page)
    assert "Sign for your company" not in merchant.shown
    assert "Jialing Parts" in buyer.open(page)
    assert "Sign for your company" in buyer.shown
    stale = buyer.hidden(f"{page}/signature") | {"document_sha256": "0" * 64}
    refused = buyer.client.post(
        f"{page}/signature", data=stale | {"kind": "scan", "file": (io.BytesIO(picture()), "scan.png")}
    )
    assert (refused.status_code, "compare its hash" in refused.text) == (409, True)
    assert buyer.client.get(f"{page}/signatures/{market.merchant.company}").status_code == 200
    stranger = Visitor(app)
    stranger.log_in(market.thai.login)
    stranger.open(page, 404)


def test_pages_show_the_day_that_stands_on_a_paper(app, call, market, later):
    now = clock.now()
    # In the evening of UTC the hub's day has begun already.
    later(((20 - now.hour) % 24) * 3600)
    order = place(call, market)
    contract = next(one for one in call(market.buyer, "GET", "/documents")["items"] if one["kind"] == "sales_contract")
    day = moments.day(date.fromisoformat(data_of(contract)["issued_on"]), "en")
    assert day != moments.day(clock.now().date(), "en")
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    for page in ("/documents", f"/documents/{contract['id']}", f"/orders/{order['id']}"):
        assert re.search(rf"(>|· ){day}( ·|<)", buyer.open(page)), page
