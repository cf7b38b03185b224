"""Goods that go back over the border by lorry, booked, carried and counted over HTTP, under FCA and under DAP."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution import flows as carriage
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.services import timetable
from marketplace.orders import flows
from marketplace.papers.layout.blocks import Voice
from marketplace.papers.layout.cargo import packing_list
from marketplace.papers.layout.trade import commercial_invoice
from marketplace.papers.models import IssuedDocument
from marketplace.papers.queries import manuscript
from marketplace.papers.rules.documents import PaperKind
from tests import factories
from tests.support import kept
from tests.support.claims import bring, place
from tests.support.invariants import sound
from tests.support.trading import House
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
BORDER = ("CN-YOUYIGUAN", "VN-HUUNGHI")
PAID = {"rail": "bank", "plan": "acceptance_100"}
COUNT = {"cartons_received": 1, "gross_kg": "12.5", "length_cm": "40", "width_cm": "30", "height_cm": "25"}
WORD = "They may not be sold there."


@pytest.fixture
def market(app):
    """The market with lorries of the other direction, from Hanoi to both hubs."""
    yield kept.once(app, "market with ways back", lambda: _with_ways_back(app))
    clock.set_offset(0)
    sound()


def _with_ways_back(app):
    market, now = factories.open_market(app, over=BORDER), clock.now()
    with unit_of_work() as session:
        factories.line(
            session, market.carrier.actor, code="HAN-CQ", hub=factories.HANOI, to=factories.HUB, over=BORDER[::-1],
            now=now,
        )  # fmt: skip
        factories.line(session, market.carrier.actor, code="HAN-BKK", hub=factories.HANOI, to="THBKK", now=now)
        timetable.roll(session, now=now)
    return market


class Back:
    """A claim whose goods are to go back, with the acts on their way."""

    def __init__(self, call, market, operator, *, merchant=None, reason="defective"):
        self.call, self.market, self.operator = call, market, operator
        self.merchant, self.reason = merchant or market.merchant, reason

    def agreed(self):
        """Begin where the goods came to their buyer, with a claim about 40 of them."""
        self.order_id = place(self.call, self.market)
        bring(self.order_id)
        return self.claimed(self.order()["lines"][0]["id"], "1096.00")

    def order(self, trader=None):
        return self.call(trader or self.market.buyer, "GET", f"/orders/{self.order_id}", expect=200)

    def claimed(self, line_id, amount):
        body = {"reason": self.reason, "quantity": 40, "text": "Not as agreed."}
        made = self.call(self.market.buyer, "POST", f"/order-lines/{line_id}/claims", json=body, expect=201)
        self.line_id, self.path = line_id, f"/claims/{made['id']}"
        offer = {"amount": amount, "remedy": "return", "text": WORD}
        self.call(self.merchant, "POST", f"{self.path}/answer", json=offer, expect=200)
        assert self.act("settlement")["state"] == "sending"
        return self

    def act(self, name, trader=None, expect=200, **body):
        return self.call(trader or self.market.buyer, "POST", f"{self.path}/{name}", json=body or None, expect=expect)

    def seen(self, trader=None):
        return self.call(trader or self.market.buyer, "GET", self.path, expect=200)

    def options(self, trader=None):
        return self.call(trader or self.market.buyer, "GET", f"{self.path}/departures", expect=200)["items"]

    def booked(self, trader=None, number=0):
        return self.act("booking", trader, 201, departure=self.options()[number]["id"])

    def drive(self, *names):
        departure = self.seen()["booking"]["departure_id"]
        bodies = {"seal": {"seal_number": "VN-7"}, "decline": {"reason": "full"}, "cancel": {"reason": "fog"}}
        for name in names:
            body = bodies.get(name, {})
            self.call(self.operator, "POST", f"/departures/{departure}/{name}", json=body, expect=204)

    def room(self):
        departure = self.seen()["booking"]["departure_id"]
        return self.call(self.operator, "GET", f"/departures/{departure}/operations", expect=200)

    def freight(self, trader=None):
        order = self.order(trader or self.merchant)
        (mine,) = [one for one in order["freight"] if one["claim_id"]]
        return mine, [one for one in order["payments"] if one["subject"] == "freight"]


@pytest.fixture
def back(call, market, operator):
    return Back(call, market, operator).agreed()


def is_empty(operation):
    return operation["capacity"] == operation["room"]


def papers(path):
    session = reading()
    session.rollback()
    claim_id = UUID(path.rpartition("/")[2])
    rows = session.scalars(sa.select(IssuedDocument).where(IssuedDocument.subject_id == claim_id)).all()
    return {row.kind: manuscript(session, document_id=row.id).data for row in rows}


def test_goods_go_back_over_the_border_and_their_lorry_says_so(app, call, market, back):
    options = back.options()
    assert {one["to"] for one in options} == {factories.HUB}
    assert [one["arrives_at"] for one in options] == sorted(one["arrives_at"] for one in options)
    assert back.seen()["acts"].count("book") == 1
    assert "book" not in back.seen(market.merchant)["acts"]
    back.act("booking", market.merchant, 403, departure=options[0]["id"])
    back.act("booking", market.thai, 404, departure=options[0]["id"])
    seen = back.booked()
    assert (seen["state"], seen["way"], seen["booking"]["state"]) == ("sending", "booked", "confirmed")
    assert (seen["booking"]["hub"], seen["booking"]["to"]) == (factories.HANOI, factories.HUB)
    assert seen["freight"] is None  # between the merchant, who pays, and the carrier
    back.act("booking", expect=409, departure=options[1]["id"])
    mine, due = back.freight()
    assert (mine["payer_id"], mine["amount"], due) == (
        str(market.merchant.company), options[0]["freight"], []
    )  # fmt: skip
    assert back.seen(market.merchant)["freight"]["id"] == mine["id"]
    carried = call(market.carrier, "GET", "/consignments", expect=200)["items"]
    (listed,) = [one for one in carried if one["claim_id"]]
    assert listed["order_line_id"] == back.line_id
    assert any(one["claim_id"] for one in back.room()["bookings"])
    order = call(market.merchant, "GET", f"/orders/{seen['order_id']}", expect=200)
    assert [(one["claim"], one["way"]) for one in order["returns"]] == [(seen["reference"], "booked")]

    _is_handed_over(back, market, mine)
    _is_carried_and_counted(back, market, call)


def _is_handed_over(back, market, mine):
    """See the hub take the goods in: they are sent, the freight is due, customs get their papers."""
    back.act("handover", market.buyer, 403, **COUNT)
    back.act("handover", market.carrier, 201, **COUNT)
    back.act("handover", market.carrier, 409, **COUNT)
    seen = back.seen()
    assert (seen["state"], seen["way"], seen["deadline_at"]) == ("sent", "handed_over", None)
    assert {"withdraw", "give_up"}.isdisjoint(seen["acts"])
    for name, trader, body in (
        ("confirmation", market.merchant, {}), ("contest", market.merchant, {"text": "No."}),
        ("withdrawal", market.buyer, {}), ("booking/cancellation", market.buyer, {}),
    ):  # fmt: skip
        assert back.act(name, trader, 409, **body)["type"].endswith(":on_its_way")
    _mine, (payment,) = back.freight()
    assert (payment["state"], payment["amount"]) == ("due", mine["amount"])
    found = papers(back.path)
    invoice = found[PaperKind.COMMERCIAL_INVOICE]
    assert (invoice["total"]["amount"], invoice["returns"]) == ("1096.00", seen["reference"])
    assert "Nothing is paid for these goods" in str(commercial_invoice(Voice(("en",)), invoice))
    assert (invoice["seller"]["name"], invoice["buyer"]["name"]) == ("Hanoi Trading", "Jialing Parts")
    assert "Returned goods" in str(commercial_invoice(Voice(("en",)), invoice))
    assert "unit_price" not in found[PaperKind.PACKING_LIST]["lines"][0]
    assert packing_list(Voice(("en",)), found[PaperKind.PACKING_LIST])
    assert found[PaperKind.PACKING_LIST]["shipment"]["house_waybill"].startswith("HWB")
    assert {one["kind"] for one in back.seen(market.merchant)["documents"]} == {"commercial_invoice", "packing_list"}


def _is_carried_and_counted(back, market, call):
    """See the lorry tell how far the goods are, and the merchant count them: the claim is settled."""
    back.drive("close", "load", "seal", "depart")
    assert back.seen()["way"] == "in_transit"
    back.drive("at-border", "clear")
    assert back.seen()["way"] == "crossed"
    back.drive("arrive")
    seen = back.seen(market.merchant)
    assert (seen["way"], seen["owner"], seen["by_silence"]) == ("arrived", "respondent", "confirm")
    assert seen["deadline_at"] is not None
    assert {"confirm", "contest", "receipt"} <= set(seen["acts"])
    receipt = f"/bookings/{seen['booking']['id']}/receipt"
    call(market.buyer, "POST", receipt, json={"cartons": 1}, expect=403)
    call(market.merchant, "POST", receipt, json={"cartons": 2}, expect=422)
    call(market.merchant, "POST", receipt, json={"cartons": 1}, expect=201)
    call(market.merchant, "POST", receipt, json={"cartons": 1}, expect=409)
    seen = back.seen()
    assert (seen["state"], seen["way"], seen["awarded"]["amount"]) == ("settled", "received", "1096.00")
    assert back.order()["lines"][0]["parts"]["delivered"] == 360
    call(market.buyer, "POST", f"/order-lines/{back.line_id}/acceptance", json={}, expect=204)
    goods = [one for one in back.order()["payments"] if one["subject"] == "order"]
    assert [one["amount"]["amount"] for one in goods] == ["9864.00"]


def test_under_dap_the_merchant_answers_for_the_way_and_the_operator_books(app, call, market, operator):
    """What was crushed on the way is the merchant's under DAP; it goes back to the hub in Bangkok."""
    back = Back(call, market, operator, merchant=market.thai, reason="damaged")
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.pads}", json={"quantity": 400}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": PAID}
    (back.order_id,) = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
    call(market.thai, "POST", f"/orders/{back.order_id}/confirmation", expect=204)
    order = back.order()
    line_id, booking = order["lines"][0]["id"], order["bookings"][0]
    call(market.thai, "POST", f"/order-lines/{line_id}/packing", json={"cartons": 10}, expect=201)
    counted = COUNT | {"cartons_received": 10, "gross_kg": "125", "m3": "0.6"}
    call(market.carrier, "POST", f"/order-lines/{line_id}/handover", json=counted, expect=201)
    for name, sent in (
        ("close", {}), ("load", {}), ("seal", {"seal_number": "TH-7"}), ("depart", {}), ("arrive", {}), ("strip", {}),
    ):  # fmt: skip
        call(operator, "POST", f"/departures/{booking['departure_id']}/{name}", json=sent, expect=204)
    call(market.buyer, "POST", f"/bookings/{booking['id']}/receipt", json={"cartons": 10, "damaged": 1}, expect=201)
    back.claimed(line_id, "3400.00")
    assert back.seen()["respondent"] == "merchant"
    assert {one["to"] for one in back.options(operator)} == {factories.THAI_HUB}
    assert back.booked(operator)["way"] == "booked"
    mine, _due = back.freight(market.thai)
    assert mine["payer_id"] == str(market.thai.company)
    back.act("handover", operator, 201, **COUNT)
    back.drive("close", "load", "seal", "depart", "arrive")
    # The carrier counts for the merchant, one carton broken: its word decides, or its silence.
    receipt = f"/bookings/{back.seen()['booking']['id']}/receipt"
    call(market.carrier, "POST", receipt, json={"cartons": 1, "damaged": 1}, expect=201)
    seen = back.seen(market.thai)
    assert (seen["state"], seen["way"]) == ("sent", "received")
    assert flows.lapse_claims(now=clock.now() + timedelta(days=60)) == 1
    assert (back.seen()["state"], back.seen()["awarded"]["amount"]) == ("settled", "3400.00")
    invoice = papers(back.path)[PaperKind.COMMERCIAL_INVOICE]
    assert (invoice["basis"]["rule"], invoice["total"]["amount"]) == ("FCA", "3400.00")


def test_room_and_freight_are_free_when_goods_do_not_go_back_by_lorry(call, market, operator, back):
    back.booked()
    room = back.room()
    assert not is_empty(room)
    # Given up, and booked on the next; sent by hand in the end.
    assert back.act("booking/cancellation")["way"] == "given_up"
    assert is_empty(back.room())
    assert back.freight()[0]["state"] == "cancelled"
    assert back.booked(number=1)["way"] == "booked"
    sent = back.act("sending", text="By courier, SF 4471.")
    assert (sent["state"], sent["way"]) == ("sent", "given_up")
    assert is_empty(back.room())
    assert back.act("confirmation", market.merchant)["state"] == "settled"
    order = call(market.merchant, "GET", f"/orders/{sent['order_id']}", expect=200)
    assert [one["state"] for one in order["freight"]] == ["cancelled", "cancelled"]
    assert [one["state"] for one in order["payments"] if one["subject"] == "freight"] == []


def test_goods_that_are_not_sent_in_time_stay_and_their_room_is_free(call, market, back):
    back.booked()
    assert flows.lapse_claims(now=clock.now() + timedelta(days=60)) == 1
    seen = back.seen()
    assert (seen["state"], seen["way"], seen["booking"]["state"]) == ("withdrawn", "given_up", "cancelled")
    assert is_empty(back.room())
    assert back.freight()[0]["state"] == "cancelled"


def test_a_lorry_that_does_not_run_or_leaves_without_them_is_followed_by_the_next(call, market, operator, back):
    first = back.booked()["booking"]
    back.drive("cancel")
    second = back.seen()["booking"]
    assert (back.seen()["way"], second["departure_id"] != first["departure_id"]) == ("booked", True)
    assert back.freight()[0]["state"] == "agreed"
    # The carrier gives it up before and after the hub has the goods: they are booked again, and come along.
    call(operator, "POST", f"/bookings/{second['id']}/decline", json={"reason": "no room"}, expect=204)
    seen = back.seen()
    assert (seen["way"], seen["state"], seen["booking"]["decline_reason"]) == ("given_up", "sending", "no room")
    assert back.freight()[0]["state"] == "cancelled"
    third = back.booked()["booking"]
    back.act("handover", market.carrier, 201, **COUNT)
    call(operator, "POST", f"/bookings/{third['id']}/decline", json={"reason": "broken"}, expect=204)
    seen = back.seen(market.merchant)
    assert (seen["way"], seen["state"], "confirm" in seen["acts"]) == ("stranded", "sent", True)
    assert seen["deadline_at"] is not None
    unbooked = call(operator, "GET", "/claims/stranded", expect=200)["items"]
    assert [one["id"] for one in unbooked] == [seen["id"]]
    again = back.booked()
    assert (again["way"], again["deadline_at"], again["booking"]["state"]) == ("handed_over", None, "cargo_received")
    order = call(market.merchant, "GET", f"/orders/{seen['order_id']}", expect=200)
    assert sorted(one["state"] for one in order["freight"]) == ["agreed", "cancelled", "cancelled"]
    back.drive("close", "load", "seal", "depart", "at-border", "clear", "arrive")
    # Nobody counts: the lorry is done with, and the merchant's own time runs on.
    assert carriage.receive_by_default(now=clock.now() + timedelta(days=30)) == 1
    assert (back.seen()["way"], back.seen()["state"]) == ("received", "sent")
    assert back.act("contest", market.merchant, text="Stones in the carton.")["state"] == "escalated"


def test_a_lorry_from_or_to_elsewhere_takes_nothing_back(call, market, back):
    elsewhere = {
        "other_hub": call(market.buyer, "GET", f"/departures?to={factories.HANOI}", expect=200)["items"][0],
        "not_served": call(market.buyer, "GET", "/departures?to=THBKK", expect=200)["items"][0],
    }
    for code, departure in elsewhere.items():
        refused = back.act("booking", expect=409, departure=departure["id"])
        assert refused["type"].endswith(f":{code}")
    ahead = call(market.buyer, "GET", f"/departures?to={factories.HUB}", expect=200)["items"]
    late = [one for one in ahead if one["cutoff_cargo_at"] > back.seen()["deadline_at"]]
    assert back.act("booking", expect=409, departure=late[0]["id"])["type"].endswith(":return_too_late")
    assert (back.seen()["way"], back.seen()["booking"]) == (None, None)


def test_buyer_hub_and_merchant_do_it_on_their_pages(app, market, operator, back):
    buyer, carrier, merchant, desk = (Visitor(app) for _ in range(4))
    for visitor, trader in ((buyer, market.buyer), (carrier, market.carrier), (merchant, market.merchant)):
        visitor.log_in(trader.login)
    desk.enter(operator.actor)
    shown = buyer.open(back.path)
    assert "The way back" in shown
    assert "Book the way back" not in merchant.open(back.path)
    assert "Book the way back" in desk.open(back.path)
    buyer.open(back.path)
    buyer.send(f"{back.path}/booking", {"departure": back.options()[0]["id"]})
    assert "Booked back" in buyer.open(back.path)
    assert "Goods that go back" in merchant.open(f"/orders/{back.seen()['order_id']}")
    page = f"/partner{back.path}/handover"
    assert page in carrier.open("/partner/consignments")
    departure = f"/operator/departures/{back.seen()['booking']['departure_id']}"
    assert page in desk.open(departure)
    assert "These goods go back" in carrier.open(page)
    carrier.send(page, {name: value for name, value in COUNT.items() if name != "gross_kg"}, 422)
    carrier.open(page)
    carrier.send(page, COUNT)
    assert "Sent, to be confirmed" in merchant.open(back.path)
    assert "The lorry tells when it is there" in buyer.open(back.path)
    back.drive("close", "load", "seal", "depart", "at-border", "clear", "arrive")
    receipt = f"/bookings/{back.seen()['booking']['id']}/receipt"
    assert receipt in merchant.open(back.path)
    merchant.open(receipt)
    merchant.send(receipt, {"cartons": "1"})
    assert "Settled by agreement" in merchant.open(back.path)
    assert "CI-" in merchant.open(back.path)


def test_where_the_trading_company_sold_them_each_contract_has_its_own_invoice(app, call, market):
    house = House(app, call, market)
    house.name()
    house.agree()
    way = house.way()
    house.receive(way)
    bring(way.order_id)
    back = Back(call, market, house.office)
    back.order_id = way.order_id
    back.claimed(way.line_id, "1041.20")
    back.booked()
    back.act("handover", market.carrier, 201, **COUNT)
    assert back.freight()[0]["payer_id"] == str(market.merchant.company)
    shown = {}
    for name, trader in (("sale", market.buyer), ("purchase", market.merchant)):
        (invoice,) = [one for one in back.seen(trader)["documents"] if one["kind"] == "commercial_invoice"]
        shown[name] = manuscript(reading(), document_id=UUID(invoice["id"])).data
        assert "packing_list" in {one["kind"] for one in back.seen(trader)["documents"]}
    sale, purchase = shown["sale"], shown["purchase"]
    assert (sale["seller"]["name"], sale["buyer"]["name"], sale["total"]["amount"]) == (
        "Hanoi Trading", "City Trading", "1096.00",
    )  # fmt: skip
    assert (purchase["seller"]["name"], purchase["buyer"]["name"], purchase["total"]["amount"]) == (
        "City Trading", "Jialing Parts", "1041.20",
    )  # fmt: skip
    assert sale["consignee"]["name"] == "Jialing Parts"
    assert purchase["consignor"]["name"] == "Hanoi Trading"
    assert "1096.00" not in str(purchase)
