"""Tariff versions are put in by operators, quoted with what they are made up of, and what fills a lorry is credited."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.ids import new_id
from marketplace.payments.queries import between
from marketplace.payments.rules.terms import SubjectKind
from marketplace.reports import queries as reports
from tests import factories
from tests.support.invariants import sound
from tests.support.visitors import Reader, enrolled
from tests.support.ways import GOOD, LEAVES, Way, agreed, credited_again, day

pytestmark = pytest.mark.both_databases


@pytest.fixture
def line_id(call, operator):
    return next(
        row["id"] for row in call(operator, "GET", "/network/lines", expect=200)["items"] if row["code"] == "CQ-HAN"
    )


@pytest.fixture
def enter(call, operator, line_id):
    def put(expect=201, days=0, **change):
        body = GOOD | {"valid_from": day(days)} | change
        return call(operator, "POST", f"/network/lines/{line_id}/tariffs", json=body, expect=expect)

    return put


def versions(call, operator, line_id):
    return call(operator, "GET", f"/network/lines/{line_id}/tariffs", expect=200)["items"]


def fields(refused):
    return [(one["field"], one["code"]) for one in refused["errors"]]


def test_a_version_begins_on_its_day_and_the_one_before_stays(call, operator, line_id, enter, market):
    made = enter()["id"]
    coming = enter(days=10, per_kg="1.30", breaks=[], surcharges=[], fill=[], lorry_price=None)["id"]
    found = versions(call, operator, line_id)
    assert [one["id"] for one in found][:2] == [coming, made]
    now = found[1]
    assert (now["holds_now"], now["valid_to"], found[0]["holds_now"]) == (True, found[0]["valid_from"], False)
    assert now["breaks"][1] == {"from_kg": "5000", "per_kg": {"amount": "0.90", "currency": "CNY"}}
    # 0.90 × 1.08 + 60 comes to more than 9,000 from 9,198 kg on.
    assert now["whole_lorry"]["cheaper_from_kg"] == 9_198
    assert [now["fill"], now["surcharges"][1]["basis"]] == [
        [{"percent": 1, "share": "90.00"}, {"percent": 50, "share": "80.00"}], "per_shipment",
    ]  # fmt: skip
    assert found[-1]["valid_to"] == now["valid_from"]
    for stranger in (market.buyer, market.carrier):
        call(stranger, "GET", f"/network/lines/{line_id}/tariffs", expect=403)
    call(operator, "GET", f"/network/lines/{new_id()}/tariffs", expect=404)
    call(operator, "POST", f"/network/lines/{new_id()}/tariffs", json=GOOD | {"valid_from": day(2)}, expect=404)


def test_what_makes_no_sense_is_refused_by_its_field(enter):
    enter(days=3)
    assert fields(enter(422, days=3)) == [("valid_from", "version_overlaps")]
    assert fields(enter(422, days=2)) == [("valid_from", "version_overlaps")]
    assert fields(enter(422, days=-1)) == [("valid_from", "day_over")]
    assert fields(enter(422, days=5, to="THBKK")) == [("to", "choice")]
    rising = [{"from_kg": "1000", "per_kg": "1.25"}]
    assert fields(enter(422, days=5, breaks=rising)) == [("breaks", "not_falling"), ("per_kg", "too_small")]
    assert fields(enter(422, valid_from="0001-01-01")) == [("valid_from", "day_over")]
    assert fields(enter(422, days=5, fill=[{"percent": 5, "share": "101"}])) == [("fill.0.share", "too_large")]
    assert fields(enter(422, days=5, lorry_kg=None)) == [("lorry_kg", "required")]
    assert fields(enter(422, days=5, least_charge="0.001")) == [("least_charge", "too_fine")]
    thai = [{"kind": "fuel", "basis": "per_kg", "value": "1", "currency": "THB"}]
    assert fields(enter(422, days=5, surcharges=thai)) == [("surcharges", "currency")]
    assert fields(enter(422, days=5, surcharges=[{"kind": "toll", "basis": "percent", "value": "1"}])) == [
        ("surcharges.0.kind", "choice")
    ]


def ledger(market):
    """Return what the buyer owes, and has paid, for freight by the ledger."""
    reading().rollback()
    found = between.between(
        reading(), kind=SubjectKind.FREIGHT, payer_id=market.buyer.company, payee_id=market.carrier.company,
        currency="CNY", since=clock.now() - timedelta(days=400), until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    return sum(row.open.minor for row in found.rows if row.kind in ("obligation_due", "obligation_cancelled"))


def test_a_share_falls_when_the_lorry_leaves_fuller_and_the_difference_is_credited(enter, call, operator, market):
    enter()
    way = Way(call, market, operator)
    whole = agreed(way)
    way.secure()
    way.pack()
    way.hand_over(complete=True)
    assert Decimal(ledger(market)) / 100 == whole
    for name, body in LEAVES:
        way.act(name, **body)
    share = agreed(way)
    assert share == (whole * Decimal("0.9")).quantize(Decimal("0.01"))
    assert Decimal(ledger(market)) / 100 == share
    sheet = way.call(way.operator, "GET", f"/departures/{way.booking['departure_id']}/costs", expect=200)
    assert [one["agreed"]["amount"] for one in sheet["revenue"]] == [str(share)]
    assert [one["earned"]["amount"] for one in sheet["revenue"]] == [str(share)]
    assert reports.check(reading()) == []
    assert credited_again(way) == 0


PALLETS = {"kg": "1000", "m3": "8", "ldm": "1.2", "pallets": 3}


def first_departure(call, market):
    found = call(market.buyer, "GET", f"/departures?to={factories.HANOI}&from={factories.HUB}", expect=200)["items"]
    return next(row["id"] for row in found if row["bookable"])


def test_a_quote_names_what_binds_and_what_it_is_made_of(enter, call, market):
    enter()
    body = {"departure_id": first_departure(call, market), "to": factories.HANOI} | PALLETS
    seen = call(market.buyer, "POST", "/freight-quotes", json=body, expect=201)
    # 8 m³ of 333 kg are more than 1,000 kg and 1.2 loading metres of 1,850 kg: 2,664 kg at 1.10.
    assert (seen["binding"], seen["chargeable_kg"], seen["holds"]) == ("volume", "2664.000", True)
    parts = {one["kind"]: one["amount"]["amount"] for one in seen["components"]}
    assert parts == {"base": "2930.40", "fuel": "234.43", "border": "60.00"}
    assert seen["freight"]["amount"] == "3224.83"
    again = call(market.buyer, "GET", f"/freight-quotes/{seen['id']}", expect=200)
    assert again == seen
    call(market.merchant, "GET", f"/freight-quotes/{seen['id']}", expect=404)
    call(market.buyer, "POST", "/freight-quotes", json=body | {"to": "THBKK"}, expect=409)
    call(market.buyer, "POST", "/freight-quotes", json=body | {"departure_id": str(new_id())}, expect=404)
    nothing = {"departure_id": body["departure_id"], "to": factories.HANOI}
    refused = call(market.buyer, "POST", "/freight-quotes", json=nothing, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["kg"]
    unknown = nothing | {"listing_id": str(new_id())}
    call(market.buyer, "POST", "/freight-quotes", json=unknown, expect=404)


def test_a_quote_is_asked_for_by_a_form_and_shows_both_prices(app, enter, call, market):
    enter(lorry_price="2000")
    buyer, departure = Reader(app, market.buyer), first_departure(call, market)
    path = f"/freight-quotes/new/{departure}"
    assert path in buyer.get(f"/departures/{departure}")
    refused = said(buyer.post(path, {"to": factories.HANOI}, expect=422))
    assert "Some fields need another look" in refused
    form = {"to": factories.HANOI, "kg": "1000", "m3": "8", "ldm": "1.2", "pallets": "3"}
    where = buyer.post(path, form)
    seen = said(buyer.get(where))
    for words in ("2,664 kg: the volume decides", "2,930.40", "3,224.83", "whole lorry is cheaper", "2 hours free"):
        assert words in seen, words
    quote = call(market.buyer, "GET", where, expect=200)
    assert (quote["whole_lorry"]["price"]["amount"], quote["freight"]["amount"]) == ("2000.00", "3224.83")
    Reader(app, market.merchant).get(where, expect=404)


def checked_out(call, market, quotes, amount, expect):
    cart = call(market.buyer, "GET", "/cart", expect=200)
    totals = [one | ({"amount": amount} if one["kind"] == "freight" else {}) for one in cart["totals"]]
    body = {"expected_totals": totals, "payment": {"rail": "bank", "plan": "deposit_30_70"}, "freight_quotes": quotes}
    return call(market.buyer, "POST", "/checkout", json=body, expect=expect)


def test_a_quote_binds_a_checkout_until_it_expires(enter, call, operator, market, later):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    line = cart["bundles"][0]["lines"][0]
    body = {
        "departure_id": line["departure_id"], "to": factories.HANOI, "listing_id": str(market.chains), "quantity": 400,
    }  # fmt: skip
    quote = call(market.buyer, "POST", "/freight-quotes", json=body, expect=201)
    assert quote["freight"] == line["freight"]
    quotes = {str(market.chains): quote["id"]}
    enter(per_kg="2.40", breaks=[])
    dearer = call(market.buyer, "GET", "/cart", expect=200)["bundles"][0]["lines"][0]["freight"]["amount"]
    assert Decimal(dearer) > Decimal(quote["freight"]["amount"])
    stranger = {str(market.chains): str(new_id())}
    refused = checked_out(call, market, stranger, dearer, 422)
    assert fields(refused) == [(f"freight_quotes.{market.chains}", "unknown")]
    later(25 * 3_600)
    over = checked_out(call, market, quotes, quote["freight"]["amount"], 409)
    (change,) = over["facts"]["changes"]
    assert (change["was"], change["now"]) == (quote["freight"]["amount"], dearer)
    assert {one["kind"] for one in change["components"]} == {"base", "fuel", "border"}
    later(0)
    done = checked_out(call, market, quotes, quote["freight"]["amount"], 201)
    (contract,) = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)["freight"]
    (carried,) = contract["lines"]
    assert (contract["amount"], carried["amount"]) == (quote["freight"], quote["freight"])
    assert (carried["components"], carried["binding"]) == (quote["components"], quote["binding"])
    assert reports.check(reading()) == []


def room(call, trader, departure_id):
    return call(trader, "GET", f"/departures/{departure_id}", expect=200)["left"]


def take(way, trader, expect):
    departure = way.booking["departure_id"]
    found = way.call(trader, "POST", f"/departures/{departure}/whole-lorry", expect=expect)
    return found["id"] if expect == 201 else found["type"].rpartition(":")[2]


def test_who_fills_a_lorry_takes_all_of_it_at_its_price(enter, call, operator, market):
    enter(lorry_price="500")
    way = Way(call, market, operator)
    departure = way.booking["departure_id"]
    empty = room(call, market.buyer, departure)
    assert take(way, market.buyer, 409) == "not_confirmed"
    way.secure()
    assert take(way, market.thai, 409) == "nothing_booked"
    take(way, market.buyer, 201)
    assert agreed(way) == 500
    full = room(call, market.buyer, departure)
    assert all(Decimal(one) == 0 for one in full.values())
    assert take(way, market.buyer, 409) == "whole_not_cheaper"
    assert reports.check(reading()) == []
    # Its own goods may be larger than they were said to be; nobody else's come along.
    way.pack()
    way.hand_over(complete=True, height_cm="180", gross_kg="190")
    assert room(call, market.buyer, departure) == full
    assert Decimal(ledger(market)) / 100 == 500
    for name, body in LEAVES:
        way.act(name, **body)
    assert agreed(way) == 500
    assert reports.check(reading()) == []
    assert empty != full


def test_a_whole_lorry_is_anybodys_again_when_its_goods_are_gone(enter, call, operator, market):
    enter(lorry_price="500")
    way = Way(call, market, operator)
    departure, before = way.booking["departure_id"], room(call, market.buyer, way.booking["departure_id"])
    other = Way(call, market, operator)
    other.secure()
    way.secure()
    call(market.buyer, "POST", f"/departures/{departure}/whole-lorry", expect=201)
    bookings = [one.booking["id"] for one in (way, other)]
    for booking_id in bookings:
        assert all(Decimal(one) == 0 for one in room(call, market.buyer, departure).values())
        call(operator, "POST", f"/bookings/{booking_id}/decline", json={"reason": "the road is closed"}, expect=204)
    left = room(call, market.buyer, departure)
    assert all(Decimal(left[name]) > Decimal(before[name]) for name in ("kg", "pallets"))
    sound()


def said(page):
    """Return the words of a page, its marks taken out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_pages_say_how_a_freight_is_made_and_what_a_share_falls_to(app, enter, call, market):
    enter()
    buyer = Reader(app, market.buyer)
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    for path in ("/cart", "/checkout", f"/products/{market.chains}?quantity=400&to={factories.HANOI}"):
        seen = said(buyer.get(path))
        for words in (
            "How this freight is made", "Carriage by weight", "Fuel", "Border", "the loading metres decide",
            "today's share is", "A whole lorry costs", "from 9.2 t on it is cheaper", "Fictitious",
        ):  # fmt: skip
            assert words in seen, (path, words)
    seen = said(buyer.get(f"/departures/{first_departure(call, market)}"))
    assert "Shares of the freight" in seen
    assert "Take the whole lorry" in seen


def test_an_operator_puts_a_version_in_by_a_form(app, enter, call, operator, line_id):
    enter()
    office, path = Reader(app, operator), f"/operator/network/lines/{line_id}/tariffs"
    enrolled(office.visitor)
    assert path in office.get("/operator/network")
    assert "from 1,000 kg" in said(office.get(path))
    form = {
        "to": factories.HANOI, "currency": "CNY", "per_kg": "1.30", "least_charge": "150", "m3_factor": "333",
        "ldm_factor": "1850", "breaks": "1000 1.20\r\n5000 1.00", "surcharges": "fuel percent 9", "fill": "50 95",
        "valid_from": day(4), "note": "by hand", "fictitious": "1",
    }  # fmt: skip
    refused = said(office.post(path, form | {"breaks": "1000"}, expect=422))
    assert "Write in each row: from_kg per_kg." in refused
    assert office.post(path, form) == path
    newest = versions(call, operator, line_id)[0]
    assert ([one["from_kg"] for one in newest["breaks"]], newest["surcharges"][0]["value"]) == (["1000", "5000"], "9")


def test_a_buyer_takes_a_whole_lorry_by_a_button(app, enter, call, operator, market):
    enter(lorry_price="500")
    way = Way(call, market, operator)
    way.secure()
    buyer, path = Reader(app, market.buyer), f"/departures/{way.booking['departure_id']}"
    assert buyer.post(f"/account{path}/whole-lorry", {}, page=path) == path
    assert agreed(way) == 500
    assert "Credited since: -" in said(buyer.get(f"/orders/{way.order_id}")).replace("\u2212", "-").replace("−", "-")
    again = buyer.post(f"/account{path}/whole-lorry", {}, page=path, expect=409)
    assert "it is not cheaper" in said(again)
