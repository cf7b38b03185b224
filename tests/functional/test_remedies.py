"""Fresh fruit that came warm, a warranty after the payout, parts and goods sent to and fro: over HTTP, both sides."""

import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.services import taxonomy
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders import flows
from marketplace.papers.layout.blocks import Voice
from marketplace.papers.layout.trade import commercial_invoice
from marketplace.papers.models import IssuedDocument
from marketplace.papers.queries import manuscript
from marketplace.papers.rules.documents import PaperKind
from tests import factories
from tests.support.pictures import png
from tests.support.remedies import act, claim, say
from tests.support.visitors import Visitor, visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
LATER = timedelta(days=60)
WARM = b"time,celsius\n2026-11-20T08:00+08:00,4\n2026-11-20T09:00+08:00,9.5\n2026-11-20T10:00+08:00,11\n"
PAID = {"rail": "bank", "plan": "acceptance_100"}
CHECKED = True


@pytest.fixture
def fruit(app, call, market):
    """Fresh durians that are kept between 2 and 8 degrees."""
    with unit_of_work() as session:
        taxonomy.put_category(
            session, code="fruit", names={"en": "Fruit"}, drawing="fruit", fresh=True, hs_chapters=["08"], position=2
        )
        listing_id = factories.listing(
            session, market.merchant.actor, sku="DUR-1", titles={"en": "Durian"}, source_locale="en", hs="081060",
            descriptions={}, now=clock.now(),
        )  # fmt: skip
    say(call, market, listing_id, food={"shelf_days": 12, "least_celsius": "2", "most_celsius": "8"})
    return listing_id


def brought(call, market, operator, listing_id, *, payment=PAID):
    """Return the way of goods that arrived at their buyer's place and wait to be counted."""
    way = Way(call, market, operator, goods=(listing_id,), payment=payment)
    way.pack()
    way.hand_over()
    way.act("pre-cooling", 201, trader=market.carrier, celsius="4", logger="L-1")
    for name, body in (
        ("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"}), ("depart", {}), ("arrive", {}), ("strip", {}),
    ):  # fmt: skip
        way.act(name, **body)
    return way


def hand_in(client, trader, content, name):
    answer = client.post(
        "/api/v1/files",
        data={"purpose": "evidence", "file": (io.BytesIO(content), name)},
        headers=trader.headers,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"]


def goods_due(way):
    return [(one["state"], one["amount"]["amount"]) for one in way.order()["payments"] if one["subject"] == "order"]


def test_fruit_that_came_warm_is_seen_by_both_and_shown_with_the_claim(app, client, call, market, operator, fruit):
    way = brought(call, market, operator, fruit)
    line = way.line()
    assert (line["windows"]["commodity_class"], line["windows"]["hours"], line["windows"]["days"]) == (
        "fresh",
        24,
        None,
    )
    assert line["kept_at"] == {"least": "2", "most": "8"}
    booking = way.booking["id"]
    refused = {"cartons": 10, "temperature_least": "4", "temperature_most": "3", "logger": "TT-9"}
    named = {error["field"] for error in way.receive(422, **refused)["errors"]}
    assert named == {"temperature_least", "temperature_most"}
    del refused["temperature_most"]
    alone = {error["field"]: error["code"] for error in way.receive(422, **refused)["errors"]}
    assert alone == {"temperature_least": "only_with", "temperature_most": "required"}
    # The carrier's driver counts, with what his logger shows; the buyer adds pictures and the whole record.
    way.receive(trader=market.carrier, cartons=10, temperature_least="39.2", temperature_most="51.8",
                temperature_unit="F", logger="TT-9")  # fmt: skip
    buyer, merchant = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    merchant.log_in(market.merchant.login)
    page = f"/bookings/{booking}/arrival"
    assert "2 °C – 8 °C" in buyer.open(page)
    wrong = {"temperature": (io.BytesIO(b"time,celsius\nnow,4\n"), "a.csv"), "logger": "TT-9"}
    assert "Line 2" in buyer.send(page, wrong, 422).text
    buyer.open(page)
    buyer.send(page, {"temperature": (io.BytesIO(WARM), "log.csv"), "logger": "TT-9",
                      "photos": (io.BytesIO(png()), "one.png")})  # fmt: skip
    came = way.line()["arrival"]
    assert (came["is_outside"], len(came["photos"])) == (True, 1)
    first, second = came["temperatures"]
    assert (first["least"], first["most"], first["is_outside"], first["readings"]) == ("4", "11", True, 0)
    assert (second["most"], second["readings"], second["outside"]) == ("11", 3, 2)
    shown = merchant.open(f"/orders/{way.order_id}")
    assert "The goods were colder or warmer than agreed on the way." in shown
    assert "24 hours to accept or claim" in shown
    record = second["file_id"]
    for trader, status in ((market.buyer, 200), (market.merchant, 200), (market.thai, 404)):
        path = f"/order-lines/{way.line_id}/arrival/{record}"
        assert client.get(f"/api/v1{path}", headers=trader.headers).status_code == status
    # A part is accepted, with another picture; the rest is claimed with all that shows how it came.
    more = hand_in(client, market.buyer, png("blue"), "two.png")
    body = {"quantity": 300, "photos": [more]}
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json=body, expect=204)
    made = claim(way, quantity=100, with_arrival=True)
    assert record in made["evidence"]
    assert len(made["evidence"]) == 3
    assert made["remedies"] == ["price", "refund", "disposal", "repair", "replacement", "return"]
    act(way, market.merchant, made, "answer", amount="1370.00", remedy="disposal")
    act(way, market.buyer, made, "settlement", 409, amount="1370.00", remedy="price")
    done = act(way, market.buyer, made, "settlement", amount="1370.00", remedy="disposal")
    assert (done["state"], done["awarded"]["amount"], done["remedy"]) == ("settled", "1370.00", "disposal")
    assert way.line()["parts"] == {"accepted": 300, "closed": 100}
    assert goods_due(way) == [("due", "9590.00")]


def test_nothing_is_shown_before_it_came_or_by_others(client, call, market, operator, fruit):
    way = Way(call, market, operator, goods=(fruit,), payment=PAID)
    booking = way.booking["id"]
    body = {"photos": [hand_in(client, market.buyer, png(), "one.png")]}
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json=body, expect=409)
    call(market.thai, "POST", f"/bookings/{booking}/arrival", json=body, expect=404)
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json={}, expect=422)
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json={"temperature_least": "4"}, expect=422)
    picture_as_log = {"temperature_file": body["photos"][0], "logger": "1"}
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json=picture_as_log, expect=422)
    log = hand_in(client, market.buyer, WARM, "log.csv")
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json={"photos": [log]}, expect=409)
    call(market.buyer, "POST", f"/bookings/{booking}/arrival", json={"temperature_file": log}, expect=422)


def received(call, market, operator, listing_id, **options):
    way = brought(call, market, operator, listing_id, **options)
    way.receive(cartons=10)
    return way


def test_parts_are_sent_and_confirmed_or_paid_for_when_they_are_not(call, market, operator):
    way = received(call, market, operator, market.chains)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={"quantity": 320}, expect=204)
    kept, failed = claim(way), claim(way)
    for found in (kept, failed):
        act(way, market.merchant, found, "answer", 422, remedy="repair")
        act(way, market.merchant, found, "answer", amount="200.00", remedy="repair")
        assert act(way, market.buyer, found, "settlement")["state"] == "sending"
    # What waits for parts holds up this line alone, and its sender has the next move.
    assert goods_due(way) == []
    act(way, market.buyer, kept, "sending", 403, text="DHL 1")
    sent = act(way, market.merchant, kept, "sending", text="DHL 1")
    assert (sent["state"], sent["owner"], sent["by_silence"]) == ("sent", "claimant", "confirm")
    act(way, market.merchant, kept, "confirmation", 403)
    done = act(way, market.buyer, kept, "confirmation")
    assert (done["state"], done["awarded"]["amount"]) == ("settled", "0.00")
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    paid = call(market.buyer, "GET", f"/claims/{failed['id']}", expect=200)
    assert (paid["state"], paid["awarded"]["amount"]) == ("settled", "200.00")
    assert goods_due(way) == [("due", "10760.00")]
    assert way.line()["parts"] == {"accepted": 400}


def test_goods_go_back_only_with_a_word_and_are_paid_back_once_they_came(call, market, operator):
    way = received(call, market, operator, market.chains)
    made, stays = claim(way), claim(way)
    act(way, market.merchant, made, "answer", 422, amount="1096.00", remedy="return")
    for found in (made, stays):
        act(
            way, market.merchant, found, "answer", amount="1096.00", remedy="return", text="They may not be sold there."
        )
        assert act(way, market.buyer, found, "settlement")["owner"] == "claimant"
    act(way, market.buyer, made, "sending", text="With the lorry of Monday.")
    assert act(way, market.merchant, made, "confirmation")["awarded"]["amount"] == "1096.00"
    # What is not sent back in time stays, and is paid for.
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    assert call(market.buyer, "GET", f"/claims/{stays['id']}", expect=200)["state"] == "withdrawn"
    parts = way.line()["parts"]
    assert (parts["delivered"], parts["accepted"], parts.get("returned", 0) + parts.get("closed", 0)) == (320, 40, 40)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={}, expect=204)
    assert goods_due(way) == [("due", "9864.00")]


def test_what_was_sent_and_does_not_do_is_decided_by_the_operator_in_money(app, call, market, operator):
    way = received(call, market, operator, market.chains)
    made = claim(way)
    act(way, market.merchant, made, "answer", amount="100.00", remedy="repair")
    act(way, market.buyer, made, "settlement")
    act(way, market.merchant, made, "sending", text="By the lorry.")
    act(way, market.merchant, made, "contest", 403, text="No.")
    back = act(way, market.buyer, made, "contest", text="The links do not fit.")
    assert (back["state"], back["remedies"]) == ("escalated", ["price", "refund", "disposal"])
    with unit_of_work() as session:
        judge = factories.staff(session, app, role=Role.OPERATIONS, name="City Court", now=clock.now())
    act(way, judge, made, "decision", 422, remedy="replacement")
    done = act(way, judge, made, "decision", amount="500.00", remedy="refund", text="By the pictures.")
    assert (done["state"], done["awarded"]["amount"]) == ("decided", "500.00")


def test_a_warranty_is_claimed_after_acceptance_and_payment_until_it_ends(app, client, call, market, operator, later):
    say(call, market, market.chains, warranty={"months": 2, "kilometres": 15_000, "covers": "Links and pins"})
    way = received(call, market, operator, market.chains)
    own = dict.fromkeys(("covers_en", "covers_zh", "covers_vi"))  # no text in a language of its own
    assert way.line()["warranty"] == {"months": 2, "kilometres": 15_000, "covers": "Links and pins"} | own
    claim(way, 409, reason="warranty", odometer_km=10)  # nothing is accepted yet
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={}, expect=204)
    (payment,) = [one for one in way.order()["payments"] if one["subject"] == "order"]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    later(45 * 24 * 3600)
    flows.close_lines(now=clock.now())
    assert way.line()["parts"] == {"closed": 400}
    claim(way, 409)  # hidden defects are over
    shown = [hand_in(client, market.buyer, png(), "odometer.png")]
    claim(way, 422, reason="warranty", odometer_km=9_000)
    claim(way, 409, reason="warranty", odometer_km=15_001, evidence=shown)
    made = claim(way, reason="warranty", odometer_km=9_000, evidence=shown, quantity=10)
    assert (made["respondent"], made["blocks_payment"], made["odometer_km"]) == ("merchant", False, 9_000)
    assert made["remedies"] == ["price", "refund", "repair", "replacement"]
    act(way, market.merchant, made, "answer", amount="274.00", remedy="refund")
    assert act(way, market.buyer, made, "settlement")["state"] == "settled"
    owed = call(market.buyer, "GET", "/returns", expect=200)["items"]
    assert [one["amount"]["amount"] for one in owed] == ["274.00"]
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert "Links and pins" in page.open(f"/orders/{way.order_id}")
    assert "Kilometres, for a claim under warranty" in page.open(f"/orders/{way.order_id}/lines/{way.line_id}/claims")
    later(70 * 24 * 3600)
    claim(way, 409, reason="warranty", odometer_km=9_500, evidence=shown)


def test_a_replacement_goes_with_the_next_lorry_free_of_charge_and_ends_the_claim(app, client, call, market, operator):
    say(call, market, market.chains, warranty={"months": 12, "kilometres": None, "covers": "Links and pins"})
    way = received(call, market, operator, market.chains)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={}, expect=204)
    made = claim(way, reason="warranty", quantity=80)
    act(way, market.merchant, made, "answer", remedy="replacement", amount="10.00", expect=422)
    offered = act(way, market.merchant, made, "answer", remedy="replacement")
    assert (offered["remedy"], offered["offer"]) == ("replacement", made["value"])
    assert act(way, market.buyer, made, "settlement", remedy="replacement")["state"] == "sending"
    order = way.order(market.merchant)
    line = next(one for one in order["lines"] if one["replaces_claim_id"] == made["id"])
    assert (line["quantity"], line["amount"]["amount"], line["customs_value"]["amount"]) == (80, "0.00", "2192.00")
    (freight,) = order["freight"]  # who answers pays the carrier; what the buyer pays he does not see
    assert freight["payer_id"] == str(market.merchant.company)
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    assert "Replacement, free of charge" in merchant.open(f"/orders/{way.order_id}")
    # What was sent in the place of other goods was not bought, and is not ordered again.
    again = call(market.buyer, "GET", f"/orders/{way.order_id}/again", expect=200)["lines"]
    assert [one["line_id"] for one in again] == [way.line_id]
    assert line["id"] in merchant.open("/merchant/fulfilment")
    path = f"/order-lines/{line['id']}"
    call(market.merchant, "POST", f"{path}/packing", json={"cartons": 2}, expect=201)
    counted = {"cartons_received": 2, "gross_kg": "25", "m3": "0.12"}
    call(market.carrier, "POST", f"{path}/handover", json=counted, expect=201)
    sent = call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)
    assert (sent["state"], sent["deadline_at"]) == ("sent", None)
    booking = next(one for one in way.order()["bookings"] if one["order_line_id"] == line["id"])
    for name, body in (
        ("close", {}), ("load", {}), ("seal", {"seal_number": "CN-8"}), ("depart", {}), ("arrive", {}), ("strip", {}),
    ):  # fmt: skip
        call(operator, "POST", f"/departures/{booking['departure_id']}/{name}", json=body, expect=204)
    call(market.buyer, "POST", f"/bookings/{booking['id']}/receipt", json={"cartons": 2}, expect=201)
    call(market.buyer, "POST", f"{path}/acceptance", json={}, expect=204)
    done = call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)
    assert (done["state"], done["awarded"]["amount"]) == ("settled", "0.00")
    # The price stands as it was: nothing was let off, and nothing more is due.
    assert goods_due(way) == [("due", "10960.00")]
    session = reading()
    invoice = session.scalars(
        sa.select(IssuedDocument).where(
            IssuedDocument.subject_id == UUID(line["id"]), IssuedDocument.kind == PaperKind.COMMERCIAL_INVOICE
        )
    ).one()
    data = manuscript(session, document_id=invoice.id).data
    assert (data["total"]["amount"], data["replaces"], data.get("payee")) == ("2192.00", made["reference"], None)
    assert data["lines"][0]["unit_price"]["amount"] == "27.40"
    told = str(commercial_invoice(Voice(("en",)), data))
    assert "value for customs purposes only" in told
    assert "Nothing is paid for these goods" in told
    assert "directly to the payee" not in told
    account = f"/account-statements/{way.market.merchant.company}/{way.market.buyer.company}"
    stated = call(market.buyer, "GET", f"{account}?kind=account_statement&currency=CNY", expect=200)
    numbers = {one["number"] for one in stated["papers"]}
    assert numbers
    assert invoice.number not in numbers


def test_a_replacement_that_is_not_packed_in_time_is_paid_for_and_its_room_and_stock_are_free(call, market, operator):
    way = received(call, market, operator, market.chains)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={"quantity": 360}, expect=204)
    made = claim(way)
    act(way, market.merchant, made, "answer", remedy="replacement")
    act(way, market.buyer, made, "settlement")
    stock = call(market.buyer, "GET", f"/listings/{market.chains}", expect=200)["stock"]
    assert flows.lapse_claims(now=clock.now() + LATER) == 1
    done = call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)
    assert (done["state"], done["awarded"]) == ("settled", made["value"])
    order = way.order(market.merchant)
    line = next(one for one in order["lines"] if one["replaces_claim_id"] == made["id"])
    assert line["parts"] == {"cancelled": 40}
    assert [one["state"] for one in order["bookings"] if one["order_line_id"] == line["id"]] == ["cancelled"]
    assert call(market.buyer, "GET", f"/listings/{market.chains}", expect=200)["stock"] == stock + 40
    assert goods_due(way) == [("due", "9864.00")]


def test_a_claims_page_says_you_and_is_settled_only_when_it_is(app, call, market, operator):
    way = received(call, market, operator, market.chains)
    made = claim(way)
    page = f"/claims/{made['id']}"
    buyer, seller = visitor(app, market.buyer), visitor(app, market.merchant)
    # What is defective is not called the wrong goods.
    assert "Wrong or defective" in buyer.open(f"/orders/{way.order_id}")
    assert re.search(r"<dt>Next move</dt><dd>You</dd>", seller.open(page))
    assert re.search(r"<dt>Next move</dt><dd>The one who answers</dd>", buyer.open(page))
    assert re.search(r'Jialing Parts<span class="fine"> you</span>', seller.shown)
    amount = seller.shown[seller.shown.index("Amount (left empty for a replacement)") :][:200]
    assert "(optional)" not in amount
    seller.send(f"{page}/answer", {"remedy": "repair", "amount": "200.00", "text": ""})
    buyer.open(page)
    buyer.send(f"{page}/settlement", {})
    assert "The claim is settled." not in buyer.open(page)
    assert "settled once what was agreed came" in buyer.shown
    act(way, market.merchant, made, "sending", text="DHL 1")
    buyer.open(page)
    buyer.send(f"{page}/confirmation", {})
    assert "The claim is settled." in buyer.open(page)


def test_who_decides_a_claim_says_why(app, call, market, operator):
    way = received(call, market, operator, market.chains)
    made = claim(way)
    act(way, market.merchant, made, "answer", amount="100.00", remedy="refund")
    act(way, market.buyer, made, "escalation")
    with unit_of_work() as session:
        judge = factories.staff(session, app, role=Role.OPERATIONS, name="City Court", now=clock.now())
    refused = act(way, judge, made, "decision", 422, amount="500.00", remedy="refund")
    assert [one["field"] for one in refused["errors"]] == ["text"]
    office, page = visitor(app, judge), f"/claims/{made['id']}"
    form = office.open(page).partition("Decide the claim")[2]
    assert "(optional)" not in form[form.index('for="field-text"') :][:120]
    office.send(f"{page}/decision", {"remedy": "refund", "amount": "500.00", "text": " "}, 422)
    assert office.refused_fields() == {"text"}
    office.send(f"{page}/decision", {"remedy": "refund", "amount": "500.00", "text": "By the pictures."})
    assert "By the pictures." in visitor(app, market.buyer).open(page)
