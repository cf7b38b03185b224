"""Claims in unusual order over the API: late, contested, withdrawn, about goods that replaced others."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution import queries as distribution
from marketplace.distribution.services import lateness, rebooking
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking, DepartureStop
from marketplace.logistics.services.space import claims as space
from marketplace.orders import flows
from marketplace.orders.models import OrderLine
from marketplace.orders.rules.claims import Carrier
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import acceptance, replacing
from marketplace.orders.services import claims as services
from marketplace.orders.services.moves import locked_order, move_all, move_line
from tests.support.claims import LATER, bring, claim, leave_the_shelf, line_of, place, seen
from tests.support.visitors import Visitor

CHECKED = True


def parts(call, market, order_id, line_id):
    return next(one for one in seen(call, market.buyer, order_id)["lines"] if one["id"] == str(line_id))["parts"]


def one(call, trader, made):
    return call(trader, "GET", f"/claims/{made['id']}", expect=200)


def agreed(call, market, made, **offer):
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json=offer, expect=200)
    return call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)


def replaced(call, market, *, quantity=40):
    """Begin a replacement; return the order, the claim and the line that replaces."""
    order_id = place(call, market)
    bring(order_id)
    made = claim(call, market, line_of(order_id), quantity=quantity)
    assert agreed(call, market, made, remedy="replacement")["state"] == "sending"
    with unit_of_work() as session:
        return order_id, made, replacing.line_for(session, claim_id=UUID(made["id"])).id


def move(order_id, line_id, *acts):
    with unit_of_work() as session:
        locked_order(session, order_id=UUID(order_id))
        for act in acts:
            line = session.get_one(OrderLine, line_id)
            move_all(session, line=line, action=act, now=clock.now())
            if act == "hand_over":
                leave_the_shelf(session, line, 0)


def test_goods_that_came_in_time_are_never_late_whatever_happens_to_them_then(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    with unit_of_work() as session:
        booked = sa.select(Booking.departure_id).where(Booking.subject == line_id)
        stops = sa.update(DepartureStop).where(DepartureStop.departure_id.in_(booked))
        session.execute(stops.values(eta=clock.now() + timedelta(hours=20)))
    later = clock.now() + timedelta(days=5)
    with unit_of_work() as session:
        acceptance.accept_line(session, line_id=line_id, quantity=None, actor=market.buyer.actor, now=later)
    with pytest.raises(Conflict, match="in_time"), unit_of_work() as session:
        services.open_claim(
            session, line_id=line_id, reason="late", quantity=400, text="", evidence=[],
            carrier=Carrier(market.carrier.company, new_id()), actor=market.buyer.actor, now=later,
            promised=lateness.arrival_promise(session, line_id=line_id),
        )  # fmt: skip


def test_accepted_units_keep_their_price_when_others_are_discounted(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={"quantity": 300}, expect=204)
    terms = {"kind": "discount", "line": str(line_id), "unit_price": "1"}
    made = call(market.merchant, "POST", f"/orders/{order_id}/changes", json=terms, expect=201)
    body = {"content_hash": made["content_hash"]}
    call(market.buyer, "POST", f"/order-changes/{made['id']}/acceptance", json=body, expect=200)
    assert claim(call, market, line_id, quantity=300)["value"]["amount"] == "8220.00"
    assert claim(call, market, line_id, quantity=10)["value"]["amount"] == "10.00"


def test_what_was_sent_once_is_not_agreed_again(call, market):
    order_id = place(call, market)
    bring(order_id)
    made = claim(call, market, line_of(order_id))
    agreed(call, market, made, remedy="repair", amount="100.00")
    call(market.merchant, "POST", f"/claims/{made['id']}/sending", json={"text": "DHL 1"}, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/contest", json={"text": "No."}, expect=200)
    assert "settle" not in one(call, market.buyer, made)["acts"]
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=409)
    assert one(call, market.buyer, made)["state"] == "escalated"
    done = agreed(call, market, made, remedy="refund", amount="150.00")
    assert (done["state"], done["awarded"]["amount"]) == ("settled", "150.00")


def test_a_replacement_that_has_a_lorry_is_not_sent_by_a_word_nor_contested_on_its_way(call, market):
    order_id, made, line_id = replaced(call, market)
    assert "send" not in one(call, market.merchant, made)["acts"]
    refused = call(market.merchant, "POST", f"/claims/{made['id']}/sending", json={"text": "Sent."}, expect=409)
    assert refused["type"] == "urn:city:problem:replacement_by_lorry"
    move(order_id, line_id, "ready", "pack", "hand_over")
    shown = one(call, market.buyer, made)
    assert (shown["state"], "contest" in shown["acts"]) == ("sent", False)
    refused = call(market.buyer, "POST", f"/claims/{made['id']}/contest", json={"text": "No."}, expect=409)
    assert refused["type"] == "urn:city:problem:replacement_under_way"
    assert flows.lapse_claims(now=clock.now() + LATER) == 0


def test_goods_that_replaced_others_are_claimed_at_the_price_of_those(call, market):
    order_id, made, line_id = replaced(call, market)
    move(order_id, line_id, "ready", "pack", "hand_over", "depart", "deliver")
    call(market.buyer, "POST", f"/order-lines/{line_id}/acceptance", json={"quantity": 30}, expect=204)
    again = claim(call, market, line_id, quantity=10)
    assert again["value"]["amount"] == "274.00"
    done = agreed(call, market, again, remedy="refund", amount="274.00")
    assert (done["state"], done["awarded"]["amount"]) == ("settled", "274.00")
    # What was paid for by that claim is not paid for by the first one, too.
    first = one(call, market.buyer, made)
    assert (first["state"], first["awarded"]["amount"]) == ("settled", "0.00")
    hidden = claim(call, market, line_id, quantity=30)
    assert hidden["value"]["amount"] == "822.00"


def test_a_replacement_that_lost_its_lorry_is_booked_again(call, market):
    order_id, _made, line_id = replaced(call, market)
    move(order_id, line_id, "ready", "pack", "hand_over")
    with unit_of_work() as session:
        booking = session.scalars(sa.select(Booking).where(Booking.subject == line_id)).one()
        space.cancel(session, booking_id=booking.id, reason="operator", now=clock.now())
        departure_id = booking.departure_id
    with unit_of_work() as session:
        assert [row.line_id for row in distribution.unbooked(session)] == [line_id]
        rebooking.book_again(
            session, line_id=line_id, departure_id=departure_id, actor=market.merchant.actor, now=clock.now()
        )
    with unit_of_work() as session:
        assert distribution.unbooked(session) == ()


def test_withdrawn_what_the_claim_said_is_accepted_and_can_be_claimed_under_warranty(app, call, market):
    warranty = {"warranty": {"months": 12, "covers": "Links"}}
    call(market.merchant, "PATCH", f"/listings/{market.chains}/details", json=warranty, expect=200)
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id)
    made = claim(call, market, line_id, quantity=3)
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert "3 units are accepted then as they are" in page.open(f"/claims/{made['id']}")
    call(market.buyer, "POST", f"/claims/{made['id']}/withdrawal", expect=200)
    assert parts(call, market, order_id, line_id) == {"accepted": 3, "delivered": 397}
    assert claim(call, market, line_id, reason="warranty", quantity=3)["state"] == "negotiating"


@pytest.mark.parametrize(("state", "action"), [(LineState.LOST, "lose"), (LineState.DAMAGED, "damage")])
def test_withdrawn_what_was_counted_on_arrival_stands_as_it_was_counted(app, call, market, state, action):
    order_id = place(call, market)
    line_id = line_of(order_id)
    bring(order_id, acts=("ready", "pack", "hand_over", "depart"))
    with unit_of_work() as session:
        locked_order(session, order_id=UUID(order_id))
        line = session.get_one(OrderLine, line_id)
        move_line(session, line=line, state=LineState.IN_TRANSIT, action=action, quantity=40, now=clock.now())
        move_all(session, line=line, action="deliver", now=clock.now())
    made = claim(call, market, line_id, reason=str(state), quantity=50)
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert "40 units were counted as damaged or missing" in page.open(f"/claims/{made['id']}")
    assert "10 units are" in page.shown
    call(market.buyer, "POST", f"/claims/{made['id']}/withdrawal", expect=200)
    left = parts(call, market, order_id, line_id)
    assert (left[state], left["delivered"]) == (40, 350)
    assert claim(call, market, line_id, reason=str(state), quantity=40)["state"] == "negotiating"
