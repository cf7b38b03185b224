"""The papers of carriage: issued, read back as PDF, complete before the doors are sealed."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import ListingDetail
from marketplace.catalog.rules.details import DetailKind
from marketplace.distribution.waybills.services import sealing
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.handling.services import units
from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.rules.cargo import Status
from marketplace.papers.rules import carriage_terms, carton_labels
from marketplace.reports import queries as reports
from tests import factories
from tests.support.documents import latest, papers
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
DANGEROUS = {
    "answer": "dangerous", "un_number": "3480", "hazard_class": "9", "packing_group": None, "net_quantity": "12.5",
    "net_unit": "KGM",
}  # fmt: skip


def state(way, expect=200, trader=None, **body):
    return way.call(
        trader or way.market.merchant, "PUT", f"/order-lines/{way.line_id}/papers", key=str(factories.new_id()),
        json=body, expect=expect,
    )  # fmt: skip


def test_marks_are_word_for_word_the_same_on_label_list_invoice_and_waybill(way, market, pdf_of):
    state(way, trader=market.buyer, marks="HANOI TRADING\nKEEP DRY")
    way.secure().pack()
    seen = papers(way, market.buyer)
    assert seen["marks"][-2:] == ["HANOI TRADING", "KEEP DRY"]
    labels = way.call(market.merchant, "GET", f"/order-lines/{way.line_id}/labels", expect=200)["items"]
    assert [(one["number"], one["of"]) for one in labels] == [(number, 10) for number in range(1, 11)]
    assert all(one["marks"] == seen["marks"] for one in labels)
    assert len({one["sscc"] for one in labels}) == 10
    way.hand_over()
    state(way, 409, trader=market.buyer, marks="OTHER")
    for kind in ("carton_labels", "packing_list", "commercial_invoice", "house_waybill"):
        text = pdf_of(market.buyer, latest(way, market.buyer, kind)["id"])
        for row in seen["marks"]:
            assert " ".join(row.split()) in text, (kind, row)


def test_labels_are_issued_once_and_again_when_marks_or_cartons_change(way, market, pdf_of, client):
    way.secure().pack()
    first = latest(way, market.merchant, "carton_labels")
    assert (first["version"], first["subject_kind"]) == (1, "order_line")
    labels = way.call(market.merchant, "GET", f"/order-lines/{way.line_id}/labels", expect=200)["items"]
    text = pdf_of(market.buyer, first["id"])
    assert [f"C/NO. {one['number']} / 10 SSCC {one['sscc']}" in text for one in labels] == [True] * 10
    # Another word on the wood is none on the cartons.
    state(way, wood="none")
    assert latest(way, market.merchant, "carton_labels")["id"] == first["id"]
    state(way, marks="KEEP DRY")
    second = latest(way, market.merchant, "carton_labels")
    assert (second["version"], second["number"]) == (2, first["number"])
    assert pdf_of(market.merchant, second["id"]).count("KEEP DRY") == 10
    way.call(market.merchant, "POST", f"/order-lines/{way.line_id}/packing", json={"cartons": 11, "gross_kg": "125"},
             key=str(factories.new_id()), expect=201)  # fmt: skip
    third = latest(way, market.merchant, "carton_labels")
    assert (third["version"], pdf_of(market.buyer, third["id"]).count("/ 11 SSCC")) == (3, 11)
    way.hand_over(cartons_received=9, gross_kg="112.5", complete=True)
    assert latest(way, market.merchant, "carton_labels")["id"] == third["id"]
    way.call(market.thai, "GET", f"/documents/{first['id']}.pdf", expect=404)
    kinds = [one["kind"] for one in way.call(market.buyer, "GET", f"/orders/{way.order_id}", expect=200)["documents"]]
    assert kinds.count("carton_labels") == 3


def test_labels_of_cartons_that_are_no_more_are_void(way, market, pdf_of, monkeypatch):
    monkeypatch.setattr(carton_labels, "PER_PAPER", 6)
    way.secure().pack()
    named = f"/order-lines/{way.line_id}/packing"
    body = {"cartons": 5, "gross_kg": "125", "confirmed": True}
    way.call(market.merchant, "POST", named, json=body, key=str(factories.new_id()), expect=201)
    found = way.call(market.merchant, "GET", "/documents?kind=carton_labels", expect=200)["items"]
    versions = sorted((one["number"][-4:], one["version"]) for one in found)
    assert [version for _, version in versions] == [1, 2, 1, 2]
    void = max((one for one in found if one["number"].endswith("/2")), key=lambda one: one["version"])
    assert "không còn thùng nào mang các nhãn này" in pdf_of(market.buyer, void["id"])


def test_a_waybill_has_the_boxes_the_terms_accepted_and_what_the_hub_reserved(way, market, pdf_of):
    terms = way.call(market.buyer, "GET", "/carriage-terms", expect=200)
    assert (terms["version"], terms["sha256"]) == (carriage_terms.LATEST, carriage_terms.digest(carriage_terms.LATEST))
    way.secure().pack()
    way.hand_over(cartons_received=9, gross_kg="112.5", complete=True)
    for trader in (market.merchant, market.buyer, market.carrier):
        found = latest(way, trader, "house_waybill")
        text = pdf_of(trader, found["id"])
        assert "no CMR note" in text or "CMR" in text
        assert terms["sha256"] in text.replace(" ", "")
        assert "CTN 9 / 10" in text
    way.call(market.thai, "GET", f"/documents/{found['id']}", expect=404)
    consignment = papers(way)["consignment"]
    assert (consignment["ready"], consignment["needed"]) == (6, 6)
    assert consignment["terms_sha256"] == terms["sha256"]


def test_doors_stay_open_until_treated_wood_has_its_mark(app, way, market):
    way.secure().pack()
    state(way, wood="wood")
    way.hand_over()
    way.act("close")
    way.act("load")
    refused = way.act("seal", 409, seal_number="S-1")
    assert "Marks of treated wood" in refused["detail"]
    (lacking,) = refused["facts"]["consignments"]
    assert (lacking["missing"], lacking["makers"]) == (["wood_mark"], ["merchant"])
    pages = Visitor(app)
    pages.enter(way.operator.actor)
    pages.open(f"/operator/departures/{way.booking['departure_id']}")
    assert "Papers: 6 of 7 ready" in pages.text()
    assert "the merchant, on the papers of the order line" in pages.text()
    pages.send(f"/operator/departures/{way.booking['departure_id']}/seal", {"seal_number": "S-1"}, 409)
    assert "the doors stay open" in pages.text()
    wrong = state(way, 422, wood="wood", wood_marks=["no mark"])
    assert wrong["errors"][0]["field"] == "wood_marks"
    state(way, 422, wood="none", wood_marks=["CN-001-HT"])
    state(way, 422, trader=market.buyer, wood="none")
    state(way, 404, trader=market.thai, wood="none")
    assert state(way, wood="wood", wood_marks=["cn 440001 ht"])["wood_marks"] == ["CN-440001-HT"]
    way.act("seal", seal_number="S-1")
    state(way, 409, wood="none")
    items = way.call(way.operator, "GET", f"/departures/{way.booking['departure_id']}/papers", expect=200)["items"]
    assert [(one["ready"], one["needed"]) for one in items] == [(7, 7)]


def test_what_lacks_a_paper_is_taken_off_the_lorry_and_rides_on_the_next(app, way):
    way.secure().pack()
    state(way, wood="wood")
    way.hand_over()
    booking = way.booking["id"]
    assert way.act("unload", 409, bookings=[booking])["type"].endswith("state")
    way.act("close")
    way.act("load")
    way.act("seal", 409, seal_number="S-1")
    departure, page = way.booking["departure_id"], f"/operator/departures/{way.booking['departure_id']}"
    room = way.seen()["room"]
    assert way.act("unload", 422)["errors"][0]["field"] == "bookings"
    way.act("unload", 403, trader=way.market.buyer, bookings=[booking])
    way.act("unload", bookings=[booking])
    assert "not on this lorry" in way.act("unload", 409, bookings=[booking])["detail"]
    assert "not on this lorry" in way.act("unload", 409, bookings=[str(new_id())])["detail"]
    assert way.booking["state"] == "cargo_received"
    assert way.seen()["room"] == room
    way.act("load", bookings=[booking])
    pages = Visitor(app)
    pages.enter(way.operator.actor)
    assert "Take the ticked bookings off" in pages.open(page)
    pages.send(f"{page}/unload", {}, 422)
    pages.open(page)
    pages.send(f"{page}/unload", {"bookings": booking})
    noted = sa.select(TransportEvent.code).where(TransportEvent.booking_id == UUID(booking)).order_by(TransportEvent.id)
    assert list(reading().scalars(noted))[-4:] == [Status.CONSOLIDATED, Status.UNLOADED] * 2
    way.act("seal", seal_number="S-1")
    assert (way.booking["state"], way.booking["departure_id"] != departure) == ("cargo_received", True)
    assert reports.check(reading()) == []


def test_dangerous_goods_need_their_note(way, market, pdf_of):
    way.secure()
    with unit_of_work() as session:
        session.add(
            ListingDetail(
                listing_id=market.chains, kind=DetailKind.DANGEROUS, document=DANGEROUS, changed_at=clock.now()
            )
        )
    way.pack()
    way.hand_over()
    way.act("close")
    way.act("load")
    refused = way.act("seal", 409, seal_number="S-1")
    assert refused["facts"]["consignments"][0]["missing"] == ["dangerous_goods_note"]
    state(way, shipping_name="Lithium ion batteries")
    text = pdf_of(market.carrier, latest(way, market.carrier, "dangerous_goods_note")["id"])
    assert "UN 3480, LITHIUM ION BATTERIES, 9" in text
    assert "10 × 12.5 kg" in text
    assert "UN 3480" in pdf_of(market.buyer, latest(way, market.buyer, "house_waybill")["id"])
    way.act("seal", seal_number="S-1")


def test_a_sealed_lorry_has_its_own_papers_and_a_receipt_follows(way, market, pdf_of):
    way.secure().pack()
    way.hand_over()
    way.act("close")
    way.act("load")
    way.act("seal", seal_number="S-77")
    carrier = market.carrier
    assert "S-77" in pdf_of(carrier, latest(way, carrier, "seal_list")["id"])
    first = latest(way, carrier, "transit_sheet")
    assert "not known yet" in pdf_of(carrier, first["id"]) or first["version"] == 1
    with unit_of_work() as session:
        sealing.issue_lorry_papers(
            session, departure_id=UUID(way.booking["departure_id"]), regime="GMS", mrn="26CN0001",
            guarantee="G-1", now=clock.now(),
        )  # fmt: skip
    second = latest(way, carrier, "transit_sheet")
    assert second["version"] == 2
    text = pdf_of(carrier, second["id"])
    assert "26CN0001" in text
    assert "HWB" in text
    for name in ("depart", "arrive"):
        way.act(name)
    way.receive(cartons=10, damaged=1)
    receipt = pdf_of(market.buyer, latest(way, market.buyer, "cargo_receipt")["id"])
    assert "RCT" in receipt


def test_papers_of_a_lorry_follow_its_transit_and_its_seals(way, market, operator, pdf_of):
    way.secure().pack()
    way.hand_over()
    for name in ("close", "load"):
        way.act(name)
    way.act("seal", seal_number="S-77")
    soon, late = (clock.now() + timedelta(days=days) for days in (20, 60))
    drafted = {
        "regime": "gms", "from_stop": factories.HUB, "to_stop": factories.HANOI, "guarantee": "single",
        "guarantee_reference": "G-2026-1", "guarantee_amount": "250000", "currency": "CNY",
        "guarantee_until": late.date().isoformat(), "discharge_by": soon.isoformat(),
    }  # fmt: skip
    path = f"/departures/{way.booking['departure_id']}/transits"
    made = way.call(operator, "POST", path, json=drafted, expect=201)["id"]
    carrier = market.carrier
    for name, version in (("lodge", 1), ("accept", 2), ("release", 2)):
        body = {"step": name, "mrn": "GMSCN2600012345"}
        way.call(operator, "POST", f"/transits/{made}/steps", json=body, expect=200)
        assert latest(way, carrier, "transit_sheet")["version"] == version
    with unit_of_work() as session:
        departure_id, now = UUID(way.booking["departure_id"]), clock.now()
        seals = {"departure_id": departure_id, "numbers": ["S-77", "S-78"], "affixed_at": now, "now": now}
        units.add_seals(session, actor=operator.actor, **seals)
    assert "S-78" in pdf_of(carrier, latest(way, carrier, "seal_list")["id"])
    text = pdf_of(carrier, latest(way, carrier, "transit_sheet")["id"])
    assert [each in text for each in ("GMSCN2600012345", "G-2026-1", "S-78")] == [True] * 3


def test_who_read_other_terms_is_told(call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    refused = call(market.buyer, "POST", "/checkout", json=body | {"carrier_terms": "2020-01"}, expect=409)
    assert carriage_terms.LATEST in refused["detail"]
    call(market.buyer, "POST", "/checkout", json=body | {"carrier_terms": carriage_terms.LATEST}, expect=201)


def test_pages_say_what_papers_say(app, way, market):
    way.secure()
    merchant, buyer = Visitor(app), Visitor(app)
    merchant.enter(market.merchant.actor)
    buyer.enter(market.buyer.actor)
    page = f"/orders/{way.order_id}/lines/{way.line_id}/papers"
    assert page in merchant.open(f"/orders/{way.order_id}")
    merchant.open(page)
    assert "Papers: 0 of" in merchant.text() or "Papers: 1 of" in merchant.text()
    merchant.send(page, {"marks": "TOP", "wood": "wood", "wood_marks": "CN-1-XX"}, 422)
    assert "Write the mark as it is burnt" in merchant.text()
    merchant.send(page, {"marks": "TOP", "wood": "wood", "wood_marks": "CN-1-HT\nCN-2-MB", "shipping_name": ""})
    assert papers(way)["statement"]["wood_marks"] == ["CN-1-HT", "CN-2-MB"]
    buyer.open(page)
    buyer.send(page, {"marks": "BOTTOM"})
    assert papers(way)["statement"]["marks"] == "BOTTOM"
    assert papers(way)["statement"]["wood_marks"] == ["CN-1-HT", "CN-2-MB"]
    way.pack()
    labels = f"/orders/{way.order_id}/lines/{way.line_id}/labels"
    assert "BOTTOM" in buyer.open(labels)
    assert buyer.shown.count("<svg") >= 10
    assert f"/documents/{latest(way, market.buyer, 'carton_labels')['id']}" in buyer.shown
    assert "8.33" in buyer.open("/carriage-terms")
