"""What goes wrong with goods that the trading company sold: made good by their merchant, at the prices of each side."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.orders import flows
from marketplace.papers.models import IssuedDocument
from marketplace.papers.queries import manuscript
from marketplace.papers.rules.documents import PaperKind
from marketplace.reports import queries as reports
from tests.support.claims import come_late
from tests.support.payouts import said
from tests.support.remedies import act, claim, say
from tests.support.trading import BANK, House

ACCEPTANCE = BANK | {"plan": "acceptance_100"}
LORRY = (
    ("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"}), ("depart", {}), ("arrive", {}), ("strip", {}),
)  # fmt: skip
CHECKED = True


@pytest.fixture
def house(app, call, market):
    found = House(app, call, market)
    found.name()
    found.agree()
    return found


def brought(house):
    """Return the way of goods that the trading company sold and a lorry brought."""
    way = house.way(ACCEPTANCE)
    way.pack()
    way.hand_over()
    for name, body in LORRY:
        way.act(name, **body)
    way.receive(cartons=10)
    return way


def accept(way, quantity=None):
    body = {"quantity": quantity} if quantity else {}
    way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json=body, expect=204)


def amounts(way, claim_id):
    """Return value, offer and award of a claim as the merchant and as the buyer see it."""
    seen = [way.call(who, "GET", f"/claims/{claim_id}", expect=200) for who in (way.market.merchant, way.market.buyer)]
    return [tuple(one[name] and one[name]["amount"] for name in ("value", "offer", "awarded")) for one in seen]


def test_a_replacement_is_bought_for_nothing_and_worth_its_price_to_customs_on_both_sides(house, call, market):
    say(call, market, market.chains, warranty={"months": 12, "kilometres": None, "covers": "Links and pins"})
    way = brought(house)
    accept(way)
    made = claim(way, reason="warranty", quantity=80)
    assert made["remedies"] == ["price", "refund", "repair", "replacement"]
    offered = act(way, market.merchant, made, "answer", remedy="replacement")
    assert offered["offer"]["amount"] == "2082.40"
    assert act(way, market.buyer, made, "settlement", remedy="replacement")["state"] == "sending"
    sold, bought = (
        next(one for one in way.order(who)["lines"] if one["replaces_claim_id"] == made["id"])
        for who in (market.buyer, market.merchant)
    )
    assert (sold["amount"]["amount"], sold["customs_value"]["amount"]) == ("0.00", "2192.00")
    assert (bought["amount"]["amount"], bought["customs_value"]["amount"]) == ("0.00", "2082.40")
    (freight,) = way.order(market.merchant)["freight"]
    assert freight["payer_id"] == str(market.merchant.company)
    path = f"/order-lines/{sold['id']}"
    call(market.merchant, "POST", f"{path}/packing", json={"cartons": 2}, expect=201)
    counted = {"cartons_received": 2, "gross_kg": "25", "m3": "0.12"}
    call(market.carrier, "POST", f"{path}/handover", json=counted, expect=201)
    assert reports.check(reading()) == []
    booking = next(one for one in way.order()["bookings"] if one["order_line_id"] == sold["id"])
    for name, body in LORRY:
        call(house.office, "POST", f"/departures/{booking['departure_id']}/{name}", json=body, expect=204)
    call(market.buyer, "POST", f"/bookings/{booking['id']}/receipt", json={"cartons": 2}, expect=201)
    call(market.buyer, "POST", f"{path}/acceptance", json={}, expect=204)
    assert call(market.buyer, "GET", f"/claims/{made['id']}", expect=200)["state"] == "settled"
    assert amounts(way, made["id"]) == [("2082.40", "2082.40", "0.00"), ("2192.00", "2192.00", "0.00")]
    assert house.sale(way) == ("10960.00", "10412.00", "548.00", "10960.00", "10412.00")
    session = reading()
    invoices = session.scalars(
        sa.select(IssuedDocument).where(
            IssuedDocument.subject_id == UUID(sold["id"]), IssuedDocument.kind == PaperKind.COMMERCIAL_INVOICE
        )
    )
    told = {one.subject_kind: manuscript(session, document_id=one.id).data for one in invoices}
    worth = {kind: (data["total"]["amount"], data["replaces"]) for kind, data in told.items()}
    assert worth == {"order_line": ("2192.00", made["reference"]), "purchase_line": ("2082.40", made["reference"])}


def test_a_replacement_that_is_not_sent_is_let_off_both_prices(house, call, market, later):
    way = brought(house)
    accept(way, 360)
    made = claim(way)
    act(way, market.merchant, made, "answer", remedy="replacement")
    act(way, market.buyer, made, "settlement")
    later(60 * 86_400)
    assert flows.lapse_claims(now=clock.now()) == 1
    assert amounts(way, made["id"]) == [("1041.20",) * 3, ("1096.00",) * 3]
    assert house.sale(way)[:3] == ("9864.00", "9370.80", "493.20")


def test_parts_cost_neither_side_and_are_paid_for_by_both_when_they_are_not_sent(house, market, later):
    way = brought(house)
    accept(way, 320)
    kept, failed = claim(way), claim(way)
    for found in (kept, failed):
        act(way, market.merchant, found, "answer", amount="190.00", remedy="repair")
        assert act(way, market.buyer, found, "settlement")["state"] == "sending"
    act(way, market.merchant, kept, "sending", text="By courier, number 7.")
    act(way, market.buyer, kept, "confirmation")
    assert amounts(way, kept["id"])[1] == ("1096.00", "200.00", "0.00")
    assert house.sale(way)[:3] == ("10960.00", "10412.00", "548.00")
    later(60 * 86_400)
    assert flows.lapse_claims(now=clock.now()) == 1
    assert amounts(way, failed["id"]) == [("1041.20", "190.00", "190.00"), ("1096.00", "200.00", "200.00")]
    assert house.sale(way)[:3] == ("10760.00", "10222.00", "538.00")


def test_goods_that_go_back_to_their_merchant_are_paid_back_by_both(house, market):
    way = brought(house)
    made = claim(way)
    words = "They may not be sold there."
    act(way, market.merchant, made, "answer", amount="1041.20", remedy="return", text=words)
    act(way, market.buyer, made, "settlement")
    act(way, market.buyer, made, "sending", text="With the lorry of Monday.")
    # The trading company has no hand in it: who gets the goods says that they came.
    assert act(way, market.merchant, made, "confirmation")["state"] == "settled"
    assert amounts(way, made["id"]) == [("1041.20",) * 3, ("1096.00",) * 3]
    accept(way)
    assert house.sale(way)[:3] == ("9864.00", "9370.80", "493.20")


def test_a_warranty_is_answered_in_money_after_both_contracts_are_paid(house, call, market, later):
    say(call, market, market.chains, warranty={"months": 2, "kilometres": None, "covers": "Links and pins"})
    way = brought(house)
    accept(way)
    house.receive(way)
    call(house.treasurer, "POST", "/payouts", expect=201)
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/approval", expect=200)
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/result", json=said("settled"), expect=200)
    later(45 * 86_400)
    flows.close_lines(now=clock.now())
    made = claim(way, reason="warranty", quantity=10)
    act(way, market.merchant, made, "answer", amount="260.30", remedy="refund")
    act(way, market.buyer, made, "settlement")
    assert amounts(way, made["id"]) == [("260.30",) * 3, ("274.00",) * 3]
    (owed,) = call(house.treasurer, "GET", "/trading-returns", expect=200)["items"]
    assert owed["amount"]["amount"] == "274.00"
    # What the merchant was paid already it owes, and the next payout is less by that.
    (due,) = call(market.merchant, "GET", "/receivables", expect=200)["items"]
    assert due["owed"]["amount"] == "260.30"
    assert house.sale(way) == ("10686.00", "10151.70", "534.30", "10686.00", "10151.70")


def test_goods_that_missed_their_lorry_are_their_merchants_delay_at_its_own_price(house, market):
    way = brought(house)
    accept(way)
    come_late(UUID(way.line_id), days=3)
    with unit_of_work() as session:
        departures = sa.select(Booking.departure_id).where(Booking.subject == UUID(way.line_id))
        missed = clock.now() - timedelta(days=40)
        session.execute(sa.update(Departure).where(Departure.id.in_(departures)).values(cutoff_cargo_at=missed))
    made = claim(way, reason="late", quantity=200)
    assert (made["respondent"], made["days_late"]) == ("merchant", 3)
    # Three days at half a per cent, of 5,480.00 and of 5,206.00.
    assert amounts(way, made["id"]) == [("78.09", None, None), ("82.20", None, None)]
    act(way, market.merchant, made, "answer", amount="78.09")
    act(way, market.buyer, made, "settlement")
    assert house.sale(way)[:3] == ("10877.80", "10333.91", "543.89")
