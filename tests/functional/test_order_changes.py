"""Changes after placement over pages and API: proposed, accepted or not, and every number read back."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.edge.accepted import is_phrase
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.queries import departures
from marketplace.orders import flows
from marketplace.orders.notes.models import TradeNote
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.changes import answer, papers, propose, shares
from tests.support.visitors import Town, Visitor
from tests.support.ways import BANK, Way, available

CARD = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}
CHECKED = True


def paid(order, subject="order"):
    return [(one["state"], one["amount"]["amount"]) for one in order["payments"] if one["subject"] == subject]


def room_of(way):
    """The grams and pallets that can still be booked on the departure."""
    session = reading()
    session.rollback()
    departure_id = UUID(way.booking["departure_id"])
    room = departures.departure(session, departure_id=departure_id, now=clock.now()).room
    return room.grams, room.pallets


def returns(way, trader):
    return [one["amount"]["amount"] for one in way.call(trader, "GET", "/returns", expect=200)["items"]]


def waiting(way, trader, queue):
    found = way.call(trader, "GET", "/desk", expect=200)["items"]
    return next(one["waiting"] for one in found if one["queue"] == queue)


def test_fewer_units_before_the_deposit_lower_what_is_to_come(call, market, operator):
    way = Way(call, market, operator, quantity=4_000)
    line, before = way.line_id, available(way)
    freight, room = way.order()["freight"][0]["amount"]["amount"], room_of(way)
    change = propose(way, kind="reduce", line=line, quantity=1_000)
    assert (change["state"], change["delta"]["amount"], change["acts"]) == ("proposed", "-27400.00", ["withdraw"])
    assert way.order()["lines"][0]["agreed"]["quantity"] == 4_000
    propose(way, kind="reduce", line=line, quantity=1, expect=409)
    answer(way, change, trader=market.buyer, expect=403)
    answer(way, change, trader=market.thai, expect=404)
    answer(way, change | {"content_hash": "0" * 64}, expect=409)
    done = answer(way, change, key="yes")
    assert (done["state"], answer(way, change, key="yes")) == ("accepted", done)
    answer(way, change)
    answer(way, change, "refusal", expect=409)
    order = way.order()
    assert order["lines"][0]["agreed"] == {
        "quantity": 3_000, "unit_price": {"amount": "27.40", "currency": "CNY"},
        "amount": {"amount": "82200.00", "currency": "CNY"},
    }  # fmt: skip
    assert order["lines"][0]["parts"] == {"open": 3_000, "cancelled": 1_000}
    assert (order["total"]["amount"], order["agreed_total"]["amount"]) == ("109600.00", "82200.00")
    assert paid(order) == [("due", "32880.00")]
    assert shares(order) == [
        ("deposit", "due", "32880.00"), ("handed_over", "pending", "49320.00"),
        ("handed_over", "cancelled", "27400.00"),
    ]  # fmt: skip
    assert available(way) == before + 1_000
    assert [left - had for had, left in zip(room, room_of(way), strict=True)] == [312_500, 1]
    assert Decimal(order["freight"][0]["amount"]["amount"]) < Decimal(freight)
    assert (papers(order), papers(order, "freight_contract")) == ([1, 2], [1, 2])
    # What is due and did not come is lowered; nobody owes it back.
    more = propose(way, market.merchant, kind="reduce", line=line, quantity=2_500)
    answer(way, more, trader=market.buyer)
    order = way.order()
    assert paid(order) == [("due", "13700.00")]
    assert returns(way, market.buyer) == []
    assert [one[:2] for one in shares(order) if one[1] not in ("due", "cancelled")] == []
    last = propose(way, kind="reduce", line=line, quantity=500)
    answer(way, last)
    order = way.order()
    assert (order["state"], order["cancel_reason"], paid(order)) == ("cancelled", "agreed", [("cancelled", "13700.00")])
    assert (available(way), order["freight"][0]["state"]) == (before + 4_000, "cancelled")


def test_fewer_units_after_the_deposit_give_back_what_was_paid_too_much(call, market, operator):
    way = Way(call, market, operator).secure()
    change = propose(way, market.merchant, kind="reduce", line=way.line_id, quantity=350)
    assert waiting(way, market.buyer, "purchase_changes") == 1
    answer(way, change, trader=market.buyer)
    assert waiting(way, market.buyer, "purchase_changes") == 0
    order = way.order()
    assert (order["agreed_total"]["amount"], paid(order)) == ("1370.00", [("paid", "3288.00")])
    assert returns(way, market.buyer) == ["1918.00"]
    assert [one["state"] for one in order["bookings"]] == ["confirmed"]
    way.pack(cartons=2)
    way.hand_over(cartons_received=2, gross_kg="25")
    assert paid(way.order()) == [("paid", "3288.00")]


def goes_back(way):
    """What the preview says of ending the order, in the order of its payments."""
    order = way.order()
    said = {one["payment_id"]: one["amount"]["amount"] for one in order["goes_back"]}
    return [said[one["id"]] for one in order["payments"] if one["id"] in said]


def test_what_is_owed_back_already_is_not_owed_again_when_the_order_ends(app, call, market, operator):
    way = Way(call, market, operator).secure()
    assert goes_back(way) == ["3288.00"]
    answer(way, propose(way, market.merchant, kind="reduce", line=way.line_id, quantity=350), trader=market.buyer)
    assert (returns(way, market.buyer), goes_back(way)) == (["1918.00"], ["1370.00"])
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    buyer.open(f"/orders/{way.order_id}/cancellation")
    assert "owes Hanoi Trading back what came: 1,370.00 CNY" in " ".join(buyer.text().replace("\xa0", " ").split())
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", json={}, expect=204)
    assert sorted(returns(way, market.buyer)) == ["1370.00", "1918.00"]
    order = way.order()
    assert (order["money"]["paid"]["amount"], order["money"]["kept"]["amount"]) == ("3288.00", "0.00")
    assert order["goes_back"] == []


def test_held_money_of_fewer_units_goes_back_to_the_card(app, call, market, operator):
    way = Way(call, market, operator, payment=CARD, quantity=4_000)
    freight = way.order()["freight"][0]["amount"]["amount"]
    propose(way, kind="add", line=way.line_id, quantity=1, departure=way.booking["departure_id"], expect=409)
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    page = f"/orders/{way.order_id}/changes"
    assert "kind=add" not in buyer.open(page)
    assert "More goods: A card paid this order" in " ".join(buyer.text().split())
    assert 'value="add"' not in buyer.open(f"{page}?kind=add")
    answer(way, propose(way, kind="reduce", line=way.line_id, quantity=1_000))
    run_due(app)
    order = way.order()
    assert order["agreed_total"]["amount"] == "82200.00"
    assert shares(order) == [
        ("deposit", "released", "32880.00"), ("handed_over", "held", "49320.00"),
        ("handed_over", "refunded", "27400.00"),
    ]  # fmt: skip
    assert paid(order) == [("captured", "109600.00")]
    assert returns(way, market.buyer) == []
    # What went back does not go back once more.
    assert goes_back(way) == ["82200.00", order["freight"][0]["amount"]["amount"]]
    text = " ".join(buyer.text().split()) if buyer.open(f"/orders/{way.order_id}/cancellation") else ""
    assert "82,200.00 CNY goes back to the card" in text.replace("\xa0", " ")
    assert "109,600.00" not in text
    # The carrier's held freight fell too, and what it fell by went back.
    cheaper = order["freight"][0]["amount"]["amount"]
    assert Decimal(cheaper) < Decimal(freight)
    shown = [one for one in order["milestones"] if one["subject"] == "freight"]
    assert [(one["state"], one["amount"]["amount"]) for one in shown] == [
        ("held", cheaper), ("refunded", f"{Decimal(freight) - Decimal(cheaper)}"),
    ]  # fmt: skip


def test_a_line_that_lost_its_booking_is_booked_again_as_it_is_agreed(call, market, operator):
    way = Way(call, market, operator, quantity=4_000).secure()
    freight = Decimal(way.order()["freight"][0]["amount"]["amount"])
    call(operator, "POST", f"/bookings/{way.booking['id']}/decline", json={"reason": "no room"}, expect=204)
    answer(way, propose(way, kind="reduce", line=way.line_id, quantity=3_000))
    body = {"departure": way.booking["departure_id"]}
    call(market.merchant, "POST", f"/order-lines/{way.line_id}/booking", json=body, expect=201)
    assert way.booking["state"] == "confirmed"
    again = [one for one in way.order()["freight"] if one["state"] == "agreed"]
    assert [Decimal(one["amount"]["amount"]) < freight for one in again] == [True]


def test_a_lower_price_counts_for_what_is_open(call, market, operator):
    way = Way(call, market, operator).secure()
    for wrong in ("27.40", "28", "0", "-1", "27.400001"):
        refused = propose(way, market.merchant, kind="discount", line=way.line_id, unit_price=wrong, expect=422)
        assert [one["accepted"] for one in refused["errors"]] == ["more than 0, less than 27.40 CNY"]
        assert is_phrase(refused["errors"][0]["accepted"])
    change = propose(way, market.merchant, kind="discount", line=way.line_id, unit_price="25.50")
    assert change["delta"]["amount"] == "-760.00"
    way.pack()
    # Packed goods are not those that were spoken of.
    assert answer(way, change, trader=market.buyer, expect=409)["facts"]["state"] == "void"
    change = propose(way, market.merchant, kind="discount", line=way.line_id, unit_price="25.50")
    answer(way, change, trader=market.buyer)
    propose(way, kind="reduce", line=way.line_id, quantity=1, expect=409)
    way.hand_over()
    order = way.order()
    assert paid(order) == [("paid", "3288.00"), ("due", "6912.00")]
    assert order["lines"][0]["agreed"]["amount"]["amount"] == "10200.00"
    assert papers(order) == [1, 2]


def test_more_goods_are_a_line_of_their_own_and_their_deposit_falls_due(call, market, operator):
    way = Way(call, market, operator)
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": way.booking["departure_id"]}
    assert propose(way, expect=409, **more)["type"] == "urn:city:problem:deposit_first"
    way.secure()
    before = available(way)
    propose(way, expect=422, kind="add", line=way.line_id, quantity=80)
    nowhere = propose(way, **(more | {"departure": way.order_id}))
    answer(way, nowhere, expect=404)
    assert answer(way, nowhere, "refusal")["state"] == "declined"
    change = propose(way, **more)
    assert change["delta"]["amount"] == "2192.00"
    done = answer(way, change)
    order = way.order()
    assert [one["id"] for one in order["lines"]] == [way.line_id, done["new_line"]]
    assert (order["total"]["amount"], order["agreed_total"]["amount"]) == ("10960.00", "13152.00")
    assert paid(order) == [("paid", "3288.00"), ("due", "657.60")]
    assert shares(order, 1) == [("deposit", "due", "657.60"), ("handed_over", "pending", "1534.40")]
    assert [one["state"] for one in order["bookings"]] == ["confirmed", "confirmed"]
    assert len(order["freight"]) == 2
    assert available(way) == before - 80
    assert papers(order) == [1, 2]
    over = propose(way, **(more | {"quantity": 1_000_000}))
    assert answer(way, over, expect=409)["type"] == "urn:city:problem:stock"
    assert len(way.order()["lines"]) == 2


def test_a_line_is_split_over_two_departures_by_agreement(call, market, operator):
    """A consignment rides whole; what is to ride apart becomes a line of its own, once both sides agree to it."""
    way = Way(call, market, operator).secure()
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    first = way.booking["departure_id"]
    other = next(row["id"] for row in cart["bundles"][0]["lines"][0]["departures"] if row["id"] != first)
    kinds = ({"kind": "reduce", "quantity": 160}, {"kind": "add", "quantity": 160, "departure": other})
    for body in kinds:
        answer(way, propose(way, market.merchant, line=way.line_id, **body), trader=market.buyer)
    order = way.order()
    assert [one["agreed"]["quantity"] for one in order["lines"]] == [240, 160]
    assert order["agreed_total"]["amount"] == "10960.00"
    assert [(one["departure_id"], one["state"]) for one in order["bookings"]] == [
        (first, "confirmed"), (other, "confirmed"),
    ]  # fmt: skip
    assert len([one for one in order["freight"] if one["state"] != "cancelled"]) == 2


def test_a_proposal_of_more_goods_says_what_it_comes_to_and_its_deposit_ends_with_its_lorrys_room(
    app, call, market, operator
):
    way = Way(call, market, operator).secure()
    soon = clock.now() + timedelta(days=2, hours=12)
    departure_id = UUID(way.booking["departure_id"])
    with unit_of_work() as session:
        session.execute(sa.update(Departure).where(Departure.id == departure_id).values(cutoff_cargo_at=soon))
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": str(departure_id)}
    change = propose(way, trader=market.merchant, **more)
    assert change["addition"]["freight"] is None  # the buyer's to pay
    (seen,) = call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"]
    added = seen["addition"]
    lorry = call(market.buyer, "GET", f"/departures/{departure_id}", expect=200)
    assert (added["departure"], added["departs_at"]) == (lorry["reference"], lorry["departs_at"])
    assert (added["deposit"]["amount"], added["deposit_until"]) == ("657.60", added["cutoff_cargo_at"])
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    page = buyer.open(f"/orders/{way.order_id}/changes")
    for words in (added["departure"], "Freight of what is added", "Deposit of what is added", "657.60"):
        assert words in page
    answer(way, change, trader=market.buyer)
    order = way.order()
    agreed = order["freight"][1]
    assert added["freight"] == agreed["amount"]
    (deposit,) = [one for one in order["payments"] if one["state"] == "due"]
    assert (deposit["amount"]["amount"], deposit["due_at"]) == ("657.60", added["deposit_until"])
    (done,) = call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"]
    assert done["addition"] is None


def test_what_is_added_is_on_offer_still_and_needs_no_approval(app, call, market, operator):
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "acceptance_100"})
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": way.booking["departure_id"]}
    refused = propose(way, expect=422, **(more | {"quantity": 41}))
    assert [(one["field"], one["accepted"]) for one in refused["errors"]] == [("quantity", "40 or 80")]
    # The company wants anything above 12,000 a month approved: with what was ordered, 80 more are beyond it.
    limit = {"kind": "person", "holder": str(market.buyer.actor.person), "period": "month", "amount": "12000",
             "currency": "CNY", "steps": [{"roles": ["owner"]}]}  # fmt: skip
    call(market.buyer, "PUT", "/spending-limits", json=limit, expect=200)
    with unit_of_work() as session:
        factories.colleague(session, app, market.buyer, role=Role.OWNER, now=clock.now())
    assert propose(way, expect=409, **more)["type"].endswith("approval_order_anew")
    assert way.call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"] == []
    change = propose(way, trader=market.merchant, **more)
    assert answer(way, change, trader=market.buyer, expect=409)["type"].endswith("approval_order_anew")
    smaller = propose(way, **(more | {"quantity": 40}), expect=409)["type"]
    assert smaller.endswith("change_open")
    answer(way, change, "withdrawal", trader=market.merchant)
    # What its merchant took off the shelf is not added.
    call(market.merchant, "POST", f"/listings/{market.chains}/acts", json={"action": "delist"}, expect=200)
    assert propose(way, trader=market.merchant, expect=409, **more)["type"].endswith("listing_gone")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "reduce", "quantity": 80}, "change"),
        ({"kind": "discount", "unit_price": "20.00"}, "price"),
    ],
)
def test_a_credit_note_names_what_happened(call, market, operator, change, reason):
    way = Way(call, market, operator)
    proposed = propose(way, market.merchant, line=way.line_id, **change)
    done = answer(way, proposed, trader=market.buyer)
    assert done["state"] == "accepted"
    (note,) = reading().scalars(sa.select(TradeNote)).all()
    assert str(note.reason) == reason


def test_silence_and_a_withdrawal_leave_what_was_agreed(call, market, operator):
    way = Way(call, market, operator)
    first = propose(way, kind="reduce", line=way.line_id, quantity=1)
    answer(way, first, "withdrawal", expect=403)
    assert answer(way, first, "withdrawal", trader=market.buyer)["state"] == "withdrawn"
    second = propose(way, kind="reduce", line=way.line_id, quantity=1)
    assert waiting(way, market.merchant, "sale_changes") == 1
    assert flows.expire_changes(now=clock.now()) == 0
    assert flows.expire_changes(now=clock.now() + timedelta(days=20)) == 1
    assert answer(way, second, expect=409)["facts"]["state"] == "expired"
    found = call(market.merchant, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"]
    assert [one["state"] for one in found] == ["expired", "withdrawn"]
    call(market.thai, "GET", f"/orders/{way.order_id}/changes", expect=404)
    assert paid(way.order()) == [("due", "3288.00")]


def test_a_merchant_confirms_without_a_line(app, call, market, operator):
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    placed = placed_order(call, market, (market.chains, other))
    first, second = (one["id"] for one in placed["lines"])
    path = f"/orders/{placed['id']}/confirmation"
    for wrong in ({"line": placed["id"], "reason": "other"}, {"line": first, "reason": "mood"}):
        call(market.merchant, "POST", path, json={"rejected_lines": [wrong]}, expect=422)
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    assert "Confirm without some lines" in merchant.open(f"/orders/{placed['id']}")
    merchant.open(path)
    merchant.send(path, {"rejected": second, f"reason_{second}": "not_exportable"})
    order = call(market.buyer, "GET", f"/orders/{placed['id']}", expect=200)
    assert (order["state"], order["agreed_total"]["amount"]) == ("confirmed", "10960.00")
    assert [(one["state"], one["rejected_because"]) for one in order["lines"]] == [
        ("open", None), ("rejected", "not_exportable"),
    ]  # fmt: skip
    assert paid(order) == [("due", "3288.00")]
    assert [one["state"] for one in order["bookings"]] == ["held", "cancelled"]
    assert papers(order) == [1, 2]
    assert "Cannot be exported" in merchant.open(f"/orders/{placed['id']}")
    run_due(app)
    # Its neighbour is paid for as ever, and what came too much is owed back.
    body = {"amount": "3388.00", "received_on": clock.now().date().isoformat(), "confirmed": True}
    paid_in = call(
        market.merchant, "POST", f"/payments/{order['payments'][0]['id']}/confirmation", json=body, expect=200
    )
    assert (paid_in["state"], paid_in["surplus"]["amount"]) == ("paid", "100.00")
    order = call(market.buyer, "GET", f"/orders/{placed['id']}", expect=200)
    assert [one["state"] for one in order["bookings"]] == ["confirmed", "cancelled"]
    assert [(one["state"], one["subject"]) for one in order["payments"]] == [("paid", "order")]
    # All of them rejected: the order is.
    whole = placed_order(call, market, (market.chains,))
    body = {"rejected_lines": [{"line": whole["lines"][0]["id"], "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"/orders/{whole['id']}/confirmation", json=body, expect=204)
    order = call(market.buyer, "GET", f"/orders/{whole['id']}", expect=200)
    assert (order["state"], order["lines"][0]["rejected_because"]) == ("rejected", "out_of_stock")


@pytest.mark.parametrize("payment", [BANK, CARD])
def test_the_money_of_a_rejected_line_goes_back_and_its_neighbour_stays(app, call, market, operator, payment):
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    placed = placed_order(call, market, (market.chains, other), payment=payment)
    if payment is BANK:
        (due,) = placed["payments"]
        body = {"amount": due["amount"]["amount"], "received_on": clock.now().date().isoformat()}
        call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=body, expect=200)
    body = {"rejected_lines": [{"line": placed["lines"][1]["id"], "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"/orders/{placed['id']}/confirmation", json=body, expect=204)
    run_due(app)
    order = call(market.buyer, "GET", f"/orders/{placed['id']}", expect=200)
    price = Decimal(placed["lines"][1]["amount"]["amount"])
    owed = [Decimal(one["amount"]["amount"]) for one in call(market.buyer, "GET", "/returns", expect=200)["items"]]
    states = {one[1] for one in shares(order, 1)}
    if payment is BANK:
        assert owed == [price * 3 / 10]
        assert states == {"paid", "cancelled"}
    else:
        assert owed == []
        assert states == {"refunded"}
        assert sum(Decimal(one[2]) for one in shares(order, 1)) == price
    assert [one[1] for one in shares(order)] == (["paid", "pending"] if payment is BANK else ["released", "held"])
    assert [one["state"] for one in order["bookings"]] == ["confirmed", "cancelled"]
    assert order["agreed_total"]["amount"] == placed["lines"][0]["amount"]["amount"]


def placed_order(call, market, goods, quantity=400, payment=BANK):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    for listing_id in goods:
        cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": quantity}, expect=200)
    done = call(
        market.buyer, "POST", "/checkout", json={"expected_totals": cart["totals"], "payment": payment}, expect=201
    )
    return call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)


def test_goods_in_production_end_by_both_alone(app, call, market, operator):
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=10, now=clock.now())
    way = Way(call, market, operator, goods=(made,))
    (payment,) = way.order()["payments"]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    order = way.order()
    assert order["ending"] == {"stage": "production", "alone": ["merchant"], "together": True}
    assert {"propose_cancel", "propose_change"} <= set(order["actions"])
    assert "cancel" not in order["actions"]
    assert "cancel" in way.order(market.merchant)["actions"]
    path = f"/orders/{way.order_id}/cancellation"
    assert call(market.buyer, "POST", path, expect=409)["type"] == "urn:city:problem:cancel_together"
    propose(way, market.merchant, kind="cancel", expect=409)
    buyer, merchant = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    merchant.log_in(market.merchant.login)
    page = f"/orders/{way.order_id}"
    assert "the merchant has to agree" in buyer.open(path)
    buyer.send(f"{page}/changes", {})
    (change,) = call(market.merchant, "GET", f"{page}/changes", expect=200)["items"]
    assert "Accept the change" not in buyer.open(page)
    assert "Accept the change" in merchant.open(page)
    merchant.send(f"/orders/{way.order_id}/changes/{change['id']}/acceptance", {})
    order = way.order()
    assert (order["state"], order["cancel_reason"]) == ("cancelled", "agreed")
    assert returns(way, market.buyer) == ["3288.00"]
    run_due(app)
    told = [letter.body for letter in Town(app).letters() if letter.to == market.buyer.login]
    assert any("Both sides ended it together" in text for text in told)
    assert any("The change was accepted" in text for text in told)


def test_the_page_proposes_and_shows_what_was_agreed(app, call, market, operator):
    way = Way(call, market, operator).secure()
    buyer, merchant = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    merchant.log_in(market.merchant.login)
    page = f"/orders/{way.order_id}/changes"
    for kind in ("reduce", "discount", "add", "cancel"):
        assert f'name="kind" value="{kind}"' in buyer.open(f"{page}?kind={kind}")
    buyer.open(f"{page}?kind=reduce")
    buyer.send(page, {"line": way.line_id, "quantity": "401"}, status=422)
    assert "1 to 400" in buyer.shown
    buyer.send(page, {"line": way.line_id, "quantity": "40"})
    (change,) = call(market.merchant, "GET", page, expect=200)["items"]
    assert "40" in buyer.open(page)
    assert merchant.open("/orders?waits=change").count(way.order()["reference"])
    merchant.open(page)
    merchant.send(f"/orders/{way.order_id}/changes/{change['id']}/acceptance", {"content_hash": "f" * 64}, status=409)
    merchant.open(page)
    merchant.send(f"/orders/{way.order_id}/changes/{change['id']}/acceptance", {})
    for visitor in (buyer, merchant):
        shown = visitor.open(f"/orders/{way.order_id}")
        assert "9,864.00" in shown
        assert "10,960.00" in shown
    assert change["reference"] in buyer.open(page)
    assert way.order()["agreed_total"]["amount"] == "9864.00"


def test_a_change_says_what_it_comes_to_before_it_is_proposed(app, call, market, operator):
    way = Way(call, market, operator, quantity=4_000).secure()
    path = f"/orders/{way.order_id}/changes"
    freight = way.order()["freight"][0]["amount"]["amount"]
    fewer = {"kind": "reduce", "line": way.line_id, "quantity": 1_000}
    said = call(market.buyer, "POST", f"{path}/preview", json=fewer, expect=200)
    assert [said[name]["amount"] for name in ("delta", "total_now", "total_then")] == [
        "-27400.00", "109600.00", "82200.00",
    ]  # fmt: skip
    assert [one["amount"] for one in said["freight_now"]] == [freight]
    # The merchant does not pay the carrier, and reads nothing of it.
    of_merchant = call(market.merchant, "POST", f"{path}/preview", json=fewer, expect=200)
    assert (of_merchant["freight_now"], of_merchant["freight_then"]) == ([], [])
    assert call(market.thai, "POST", f"{path}/preview", json=fewer, expect=404)["type"].endswith("not_found")
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": way.booking["departure_id"]}
    added = call(market.buyer, "POST", f"{path}/preview", json=more, expect=200)
    assert call(market.buyer, "GET", path, expect=200)["items"] == []
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    assert "Propose the change" not in buyer.open(f"{path}?kind=reduce")
    refused = buyer.client.post(f"{path}/preview", data=buyer.hidden(path) | fewer | {"quantity": "4001"})
    assert (refused.status_code, "1 to 4000" in refused.text) == (422, True)
    shown = buyer.client.post(f"{path}/preview", data=buyer.hidden(path) | fewer).text
    assert "82,200.00" in shown
    assert "Propose the change" in shown
    # What was said is what comes of it.
    answer(way, propose(way, **fewer))
    order = way.order()
    assert order["agreed_total"]["amount"] == said["total_then"]["amount"]
    assert [order["freight"][0]["amount"]["amount"]] == [one["amount"] for one in said["freight_then"]]
    again = call(market.buyer, "POST", f"{path}/preview", json=more, expect=200)
    answer(way, propose(way, **more))
    total = sum(Decimal(row["amount"]["amount"]) for row in way.order()["freight"])
    assert [Decimal(one["amount"]) for one in again["freight_then"]] == [total]
    assert added["delta"]["amount"] == again["delta"]["amount"] == "2192.00"
