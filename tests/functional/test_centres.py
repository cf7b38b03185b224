"""Goods in distribution centres: announced, taken in, released by a broker, sold, sent on, counted - over HTTP."""

from datetime import timedelta

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.visitors import visitor

CHECKED = True
pytestmark = pytest.mark.both_databases

# Every clock of the city has reached it.
TODAY = (clock.now() - timedelta(days=1)).date()
LAST_DAY = TODAY + timedelta(days=20)
LAST = LAST_DAY.isoformat()
CENTRE = {
    "weekdays": ["mon", "tue"], "opens": "08:00", "closes": "18:00", "licence_number": "BW-1",
    "licence_until": (TODAY + timedelta(days=400)).isoformat(), "source": "test", "assumed": True,
}  # fmt: skip
PLACE = {"name": "Hanoi DC", "country": "VN", "zone": "Asia/Ho_Chi_Minh", "latitude": "21", "longitude": "105.8"}
BOND = {
    "quantity": 100, "status": "bonded", "entry_number": "E-1", "bonded_since": TODAY.isoformat(),
    "bonded_until": LAST,
}  # fmt: skip
DECLARED = {
    "quantity": 40, "declaration_number": "D-1", "declaration_line": 2, "declared_on": TODAY.isoformat(),
    "duty_paid": True,
}  # fmt: skip


def company(app, name, kind, country="VN"):
    with unit_of_work() as session:
        return factories.trader(session, app, name=name, country=country, kind=kind, now=clock.now())


class Site:
    """A keeper with centres in Hanoi and Ho Chi Minh City, a stranger with one in Bangkok, a broker, 100 chains."""

    def __init__(self, app, call, market, operator):
        self.call, self.market, self.operator = call, market, operator
        self.keeper = company(app, "Hanoi Stores", CompanyKind.DC)
        self.stranger = company(app, "Bangkok Stores", CompanyKind.DC, "TH")
        self.broker = company(app, "Hanoi Customs Broker", CompanyKind.BROKER)
        self.hanoi = self.open("VN-DC-HAN", self.keeper, **PLACE)
        self.saigon = self.open("VN-DC-SGN", self.keeper, **PLACE | {"name": "Ho Chi Minh City DC"})
        there = {"name": "Bangkok DC", "country": "TH", "zone": "Asia/Bangkok"}
        self.bangkok = self.open("TH-DC-BKK", self.stranger, **PLACE | there)
        self.lot = self.take_in(self.announce())

    def open(self, code, keeper, **place):
        body = CENTRE | place | {"place": code, "keeper": str(keeper.company)}
        return self.call(self.operator, "POST", "/distribution-centres", body, expect=201)["id"]

    def announce(self, **changes):
        body = {"centre": self.hanoi, "listing": str(self.market.chains), "quantity": 100}
        body |= {"broker": str(self.broker.company)} | changes
        return self.call(self.market.merchant, "POST", "/centre-stock/announcements", body, expect=201)["id"]

    def take_in(self, arrival, **changes):
        path = f"/centres/arrivals/{arrival}/receipt"
        return self.call(self.keeper, "POST", path, BOND | changes, expect=201)["id"]

    def release(self, expect=201, **changes):
        return self.call(self.broker, "POST", f"/lots/{self.lot}/releases", DECLARED | changes, expect=expect)

    def seen(self, lot, who=None):
        return self.call(who or self.market.merchant, "GET", f"/lots/{lot}", expect=200)


@pytest.fixture
def site(app, call, market, operator):
    return Site(app, call, market, operator)


def test_no_more_is_taken_in_than_was_announced(call, site):
    arrival = site.announce(quantity=60)
    path = f"/centres/arrivals/{arrival}/receipt"
    answer = call(site.keeper, "POST", path, BOND | {"quantity": 61}, expect=422)
    assert refused(answer).keys() == {"quantity"}
    assert "1 to 60" in refused(answer)["quantity"]
    assert site.seen(site.take_in(arrival, quantity=59))["lot"]["on_hand"] == 59


def refused(answer):
    return {error["field"]: error["message"] for error in answer["errors"]}


def test_centres_are_public_and_keep_their_history(call, site):
    listed = call(site.market.buyer, "GET", "/distribution-centres", expect=200)["items"]
    assert [(row["place"], row["opens"], row["weekdays"]) for row in listed] == [
        ("TH-DC-BKK", "08:00", ["mon", "tue"]), ("VN-DC-HAN", "08:00", ["mon", "tue"]),
        ("VN-DC-SGN", "08:00", ["mon", "tue"]),
    ]  # fmt: skip
    path, changed = f"/distribution-centres/{site.hanoi}", CENTRE | {"keeper": str(site.keeper.company), "version": 1}
    call(site.operator, "PUT", path, changed | {"closes": "20:00"}, expect=204)
    seen = call(site.operator, "GET", path, expect=200)
    assert [(row["version"], row["closes"]) for row in seen["history"]] == [(2, "20:00"), (1, "18:00")]
    answer = call(site.operator, "PUT", path, changed | {"closes": "21:00"}, expect=422)
    assert refused(answer) == {"version": "Somebody has changed this meanwhile. Look at version 2."}
    call(site.keeper, "GET", path, expect=403)
    nameless = {name: value for name, value in PLACE.items() if name != "name"} | CENTRE | {"place": "VN-DC-NEW"}
    told = refused(call(site.operator, "POST", "/distribution-centres", nameless, expect=422))
    assert set(told) == {"place", "name"}
    assert "VN-DC-HAN" in told["place"]
    wrong = CENTRE | PLACE | {"place": "VN-DC-NEW", "zone": "Hanoi", "country": ""}
    assert set(refused(call(site.operator, "POST", "/distribution-centres", wrong, expect=422))) == {"country", "zone"}


def days_left():
    """Return how many days the goods may stay, by the calendar of their centre in Hanoi."""
    return (LAST_DAY - local_day("VN", clock.now())).days


def test_everybody_sees_their_own_alone(call, site):
    lot = site.seen(site.lot)
    assert (lot["lot"]["on_hand"], lot["lot"]["status"], lot["days_left"]) == (100, "bonded", days_left())
    for who in (site.keeper, site.broker, site.operator):
        assert site.seen(site.lot, who)["lot"]["reference"] == lot["lot"]["reference"]
    for who in (site.stranger, site.market.buyer):
        call(who, "GET", f"/lots/{site.lot}", expect=404)
    assert call(site.stranger, "GET", "/centres/lots", expect=200)["items"] == []
    assert [row["id"] for row in call(site.keeper, "GET", "/centres/lots", expect=200)["items"]] == [site.lot]
    assert [row["id"] for row in call(site.broker, "GET", "/lots/to-release", expect=200)["items"]] == [site.lot]
    assert [row["id"] for row in call(site.market.merchant, "GET", "/centre-stock", expect=200)["items"]] == [site.lot]
    body = {"kind": "damaged", "quantity": 1, "number": "P-1"}
    call(site.stranger, "POST", f"/lots/{site.lot}/movements", body, expect=404)
    arrival = site.announce()
    call(site.stranger, "POST", f"/centres/arrivals/{arrival}/receipt", BOND, expect=404)
    call(site.market.merchant, "POST", f"/centre-stock/announcements/{arrival}/withdrawal", {}, expect=204)
    answer = call(
        site.market.merchant, "POST", "/centre-stock/announcements",
        {"centre": site.hanoi, "listing": str(new_id()), "quantity": 1, "house_waybill": "HWB-NONE"}, expect=422,
    )  # fmt: skip
    assert set(refused(answer)) == {"listing"}


def test_a_broker_releases_with_a_proof_that_is_used_up(call, site):
    proof = {
        "listing": str(site.market.chains), "kind": "rcep", "number": "R-1", "origin": "CN",
        "issued_on": TODAY.isoformat(), "valid_until": LAST, "quantity": 50,
    }  # fmt: skip
    proof_id = call(site.market.merchant, "POST", "/origin-proofs", proof, expect=201)["id"]
    free = site.release(origin_proof=proof_id)["id"]
    lot = site.seen(free)["lot"]
    assert (lot["status"], lot["on_hand"], lot["declaration_number"], lot["declaration_line"]) == ("free", 40, "D-1", 2)
    assert (lot["from_lot_id"], site.seen(site.lot)["lot"]["on_hand"]) == (site.lot, 60)
    assert call(site.market.merchant, "GET", "/origin-proofs", expect=200)["items"][0]["remaining"] == 10
    assert refused(site.release(422, origin_proof=proof_id)) == {"origin_proof": "This proof counts for 10 units more."}
    assert set(refused(site.release(422, quantity=61))) == {"quantity"}
    assert set(refused(site.release(422, duty_paid=False))) == {"duty_paid"}
    moves = f"/lots/{site.lot}/movements"
    answer = call(site.keeper, "POST", moves, {"kind": "out", "quantity": 1}, expect=409)
    assert answer["detail"].startswith("These goods are in bond")
    call(site.keeper, "POST", moves, {"kind": "reexported", "quantity": 10, "number": "X-1"}, expect=204)
    call(site.keeper, "POST", f"/lots/{free}/movements", {"kind": "out", "quantity": 40, "number": "N"}, expect=204)
    assert [row["kind"] for row in site.seen(site.lot)["movements"]] == ["reexported", "released", "in"]


def test_goods_are_sent_on_and_received_elsewhere(call, site):
    path = f"/lots/{site.lot}/transfers"
    body = {"to_centre": site.bangkok, "quantity": 30}
    assert set(refused(call(site.keeper, "POST", path, body, expect=422))) == {"transit_reference"}
    call(site.keeper, "POST", path, body | {"transit_reference": "T-1"}, expect=201)
    (coming,) = call(site.stranger, "GET", "/centres/transfers", expect=200)["items"]
    receipt = f"/centres/transfers/{coming['id']}/receipt"
    call(site.keeper, "POST", receipt, {"quantity": 30}, expect=404)
    there = call(site.stranger, "POST", receipt, {"quantity": 29, "entry_number": "E-9"}, expect=200)["lot_id"]
    lot = site.seen(there)["lot"]
    assert (lot["status"], lot["on_hand"], lot["bonded_until"], lot["entry_number"]) == ("bonded", 29, LAST, "E-9")
    free = site.release()["id"]
    answer = call(site.keeper, "POST", f"/lots/{free}/transfers", body, expect=422)
    assert refused(answer) == {"to_centre": "Cleared goods stay in their country. Choose a centre in VN."}
    call(site.keeper, "POST", f"/lots/{free}/transfers", body | {"to_centre": site.saigon}, expect=201)


def test_a_large_difference_waits_for_another_person(call, site):
    sheet = call(site.keeper, "POST", f"/centres/{site.hanoi}/counts", {}, expect=201)["id"]
    figures = f"/centres/counts/{sheet}/figures"
    found = {"lots": [{"lot": site.lot, "units": 90}]}
    assert set(refused(call(site.keeper, "POST", figures, found, expect=422))) == {f"lots.{site.lot}"}
    found["lots"][0]["reason"] = "lost"
    assert call(site.keeper, "POST", figures, found, expect=200) == {"state": "waiting"}
    decision = f"/centres/counts/{sheet}/decision"
    call(site.keeper, "POST", decision, {"act": "confirm"}, expect=409)
    (waiting,) = call(site.keeper, "GET", f"/centres/{site.hanoi}/counts", expect=200)["items"]
    assert waiting["lots"][0]["counted"] == 90
    call(site.operator, "POST", decision, {"act": "confirm"}, expect=204)
    assert site.seen(site.lot)["lot"]["on_hand"] == 90


def test_a_listing_says_where_it_lies_and_who_may_sell_it_free(app, call, site):
    pads, seller = str(site.market.pads), site.market.thai
    announced = {"centre": site.hanoi, "listing": pads, "quantity": 100}
    site.take_in(call(seller, "POST", "/centre-stock/announcements", announced, expect=201)["id"])
    offer = {"listing": pads, "centre": site.hanoi, "status": "free"}
    assert refused(call(seller, "PUT", "/centre-offers", offer, expect=422)) == {
        "seller": "Cleared goods are sold by a domestic seller: a company of VN.",
        "currency": "Cleared goods are sold in local currency: give the listing a price in VND at a place in VN.",
    }
    foreign = offer | {"listing": str(site.market.chains), "status": "bonded"}
    assert refused(call(site.market.merchant, "PUT", "/centre-offers", foreign, expect=422)) == {
        "basis": "Bonded goods are sold as an import: give the listing a price on FCA or DAP at a place in VN."
    }
    call(seller, "PUT", "/centre-offers", offer | {"status": "bonded"}, expect=204)
    (sold,) = call(seller, "GET", "/centre-offers", expect=200)["items"]
    assert (sold["status"], sold["left"]) == ("bonded", 100)
    words, buyer = "In bond at Hanoi DC – sold as an import", visitor(app, site.market.buyer)
    call(site.market.buyer, "PUT", "/cart", {"to": factories.HANOI}, expect=200)
    call(site.market.buyer, "PUT", f"/cart/lines/{pads}", {"quantity": 400}, expect=200)
    assert all(words in buyer.open(path) for path in ("/cart", "/products", f"/products/{pads}"))
    call(seller, "DELETE", f"/centre-offers/{pads}/{site.hanoi}", expect=204)
    assert not any(words in buyer.open(path) for path in ("/cart", "/products", f"/products/{pads}"))


def test_the_table_has_every_lot(client, call, site):
    site.release()
    answer = client.get("/api/v1/centre-stock.csv", headers=site.market.merchant.headers)
    header, *rows = answer.text.lstrip("\ufeff").splitlines()
    assert header.startswith("lot,centre,sku,status,on_hand")
    assert sorted(row.split(",")[3:5] for row in rows) == [["bonded", "60"], ["free", "40"]]


def test_the_pages_of_keeper_owner_broker_and_operator(app, site):
    arrival = site.announce()
    keeper, owner = visitor(app, site.keeper), visitor(app, site.market.merchant)
    desk = keeper.open("/partner/centres")
    assert "Hanoi DC" in desk
    assert f"{days_left()} days left" in desk
    assert "Must leave bond within 30 days" in desk
    page = keeper.open(f"/partner/centres/arrivals/{arrival}")
    assert "Take in what came" in page
    assert "Let units leave" in keeper.open(f"/lots/{site.lot}")
    broker = visitor(app, site.broker)
    assert site.seen(site.lot)["lot"]["reference"] in broker.open("/partner/releases")
    assert "Duty was paid or secured" in broker.open(f"/lots/{site.lot}")
    for path in ("", "/announcements", "/proofs", "/offers"):
        assert "Stock in distribution centres" in owner.open(f"/merchant/centres{path}")
    office = visitor(app, site.operator)
    assert "Hanoi DC" in office.open("/operator/centres")
    assert "History" in office.open(f"/operator/centres/{site.hanoi}")
    sheet = site.call(site.keeper, "POST", f"/centres/{site.hanoi}/counts", {}, expect=201)["id"]
    assert "By the books" in keeper.open(f"/partner/centres/counts/{sheet}")
    visitor(app, site.stranger).open(f"/partner/centres/counts/{sheet}", status=404)
