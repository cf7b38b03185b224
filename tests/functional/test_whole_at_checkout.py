"""A buyer takes a whole lorry at the checkout: one price for all that goes by it, held, frozen, and given back."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.queries.closures import local_day
from marketplace.checkout.flows import sweeping
from marketplace.distribution.fees.models import BookingFee
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.fees.rules.terms import FeeKind
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.services.space import lapsing
from marketplace.papers.models import IssuedDocument
from marketplace.reports import queries as reports
from tests import factories
from tests.support import kept
from tests.support.invariants import fresh
from tests.support.racing import at_once
from tests.support.visitors import Reader, Town
from tests.support.ways import BANK, GOOD

pytestmark = pytest.mark.both_databases
PRICE = Decimal(500)
CARD = {"rail": "card", "plan": "deposit_30_70"}


@pytest.fixture
def bolts(app, market):
    """Return goods of another merchant at the same hub, and that merchant."""
    return kept.once(app, "bolts of a whole lorry", lambda: _bolts(app))


def _bolts(app):
    now = clock.now()
    with unit_of_work() as session:
        seller = factories.trader(session, app, name="Bolt Works", country="CN", now=now)
        factories.approve(session, seller.actor, name=seller.login, country="CN", now=now)
        factories.payee(session, seller.actor, currency="CNY", country="CN", now=now)
        return factories.listing(session, seller.actor, sku="BOLT-1", stock=10_000, now=now), seller


@pytest.fixture
def line_id(call, operator):
    lines = call(operator, "GET", "/network/lines", expect=200)["items"]
    return next(row["id"] for row in lines if row["code"] == "CQ-HAN")


@pytest.fixture
def tariff(request, call, operator, line_id):
    day = local_day("CN", clock.now()).isoformat()
    body = GOOD | {"valid_from": day, "lorry_price": str(getattr(request, "param", PRICE))}
    call(operator, "POST", f"/network/lines/{line_id}/tariffs", json=body, expect=201)


@pytest.fixture
def shop(call, market, bolts, tariff):
    return Shop(call, market, bolts)


class Shop:
    """A cart with goods of two merchants that one lorry takes."""

    def __init__(self, call, market, bolts, buyer=None):
        self.call, self.market, self.buyer = call, market, buyer or market.buyer
        (self.bolts, self.bolt_works) = bolts
        self.fill()

    def fill(self, chains=400, bolts=2_000):
        self.call(self.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
        for listing_id, quantity in ((self.market.chains, chains), (self.bolts, bolts)):
            path = f"/cart/lines/{listing_id}"
            self.cart = self.call(self.buyer, "PUT", path, json={"quantity": quantity}, expect=200)
        self.lines = [line for bundle in self.cart["bundles"] for line in bundle["lines"]]
        self.departure = self.lines[0]["departures"][0]

    def body(self, *, payment=BANK, freight="500.00", goes=None):
        goods = [one for one in self.cart["totals"] if one["kind"] == "goods"]
        way = goes or {"whole": self.departure["id"]}
        return {
            "expected_totals": [*goods, {"kind": "freight", "amount": freight, "currency": "CNY"}],
            "departures": {line["listing_id"]: way for line in self.lines}, "payment": payment,
        }  # fmt: skip

    def place(self, expect=201, **wanted):
        return self.call(self.buyer, "POST", "/checkout", json=self.body(**wanted), expect=expect)

    def take(self, **wanted):
        self.orders = self.place(**wanted)["order_ids"]
        return self

    def order(self, number):
        return self.call(self.buyer, "GET", f"/orders/{self.orders[number]}", expect=200)

    def seller(self, number):
        order = self.order(number)
        return self.market.merchant if order["merchant_id"] == str(self.market.merchant.company) else self.bolt_works

    def freight(self, number):
        standing = [one for one in self.order(number)["freight"] if one["state"] == "agreed"]
        return sum((Decimal(one["amount"]["amount"]) for one in standing), Decimal(0))

    @property
    def freights(self):
        return [self.freight(number) for number in range(len(self.orders))]

    def by_weight(self):
        return {
            line["listing_id"]: Decimal(line["departures"][0]["freight"]["amount"]) for line in self.lines
        }  # fmt: skip

    def together(self):
        """What all lines pay by weight when they go by the departure as one shipment."""
        cart = self.call(self.buyer, "GET", f"/cart?departure={self.departure['id']}", expect=200)
        return sum(Decimal(one["amount"]) for one in cart["totals"] if one["kind"] == "freight")

    def secure(self, number):
        self.call(self.seller(number), "POST", f"/orders/{self.orders[number]}/confirmation", expect=204)
        pay(self, number)
        assert self.order(number)["bookings"][0]["state"] == "confirmed"

    def hire(self):
        (row,) = self.call(self.buyer, "GET", "/whole-lorries", expect=200)["items"]
        return self.call(self.buyer, "GET", f"/whole-lorries/{row['id']}", expect=200)


def pay(shop, number):
    payment = shop.order(number)["payments"][0]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    shop.call(shop.seller(number), "POST", f"/payments/{payment['id']}/confirmation", json=body)


def room_for(call, market, buyer):
    """Return whether another buyer's cart finds the first departure with room, and empty."""
    call(buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 40}, expect=200)
    first = cart["bundles"][0]["lines"][0]["departures"][0]
    return first["has_room"], first["whole_lorry"] is not None


def whole():
    return reports.check(fresh()) == []


def test_the_whole_lorry_stands_beside_the_price_by_weight(shop):
    offer = shop.departure["whole_lorry"]
    assert (offer["price"]["amount"], offer["free_hours"], offer["waiting_per_hour"]["amount"]) == (
        "500.00",
        2,
        "80.00",
    )
    assert offer["cheaper_from_kg"] == shop.departure["made"]["whole_lorry"]["cheaper_from_kg"] > 0


def test_it_is_held_frozen_and_shared_over_all_that_goes_by_it(app, shop, call, market):
    (other,) = factories.more_buyers(app, 1)
    assert room_for(call, market, other) == (True, True)
    shop.take()
    assert (sum(shop.freights), room_for(call, market, other)) == (PRICE, (False, False))
    assert whole()
    weights = shop.by_weight()
    (first,) = shop.hire()["rounds"]
    assert [(one["why"], one["price"]["amount"]) for one in shop.hire()["rounds"]] == [("taken", "500.00")]
    assert sorted(Decimal(one["by_weight"]["amount"]) for one in first["shares"]) == sorted(weights.values())
    for number in range(2):
        shop.secure(number)
        (contract,) = shop.order(number)["freight"]
        assert contract["whole_lorry"]["price"]["amount"] == "500.00"
    assert (sum(shop.freights), whole()) == (PRICE, True)


def test_an_order_that_is_refused_gives_the_lorry_back_and_every_line_pays_by_weight(app, shop, call, market):
    shop.take()
    shop.secure(0)
    kept_line = shop.order(0)["lines"][0]["listing_id"]
    call(shop.seller(1), "POST", f"/orders/{shop.orders[1]}/cancellation", json={}, expect=204)
    assert shop.freights == [shop.by_weight()[kept_line], Decimal(0)]
    last = shop.hire()["rounds"][0]
    assert (last["why"], [one["aboard"] for one in last["shares"]]) == ("undone", [False])
    (contract,) = [one for one in shop.order(0)["freight"] if one["state"] == "agreed"]
    assert contract["whole_lorry"] is None
    (other,) = factories.more_buyers(app, 1)
    assert room_for(call, market, other) == (True, False)
    assert whole()


def test_both_sides_are_told_that_the_lorry_is_given_back(app, shop, call, market):
    shop.take()
    call(shop.buyer, "POST", f"/orders/{shop.orders[1]}/cancellation", json={}, expect=204)
    town = Town(app)
    told = {one.to: one for one in town.letters() if "is given back" in one.subject}
    assert set(told) == {market.buyer.login, market.carrier.login}
    assert "Your goods that are still booked on it pay by weight" in told[market.buyer.login].body
    assert "500.00 CNY" in told[market.carrier.login].body


def test_once_all_is_secured_the_lorry_stays_whole(shop, call):
    shop.take()
    for number in range(2):
        shop.secure(number)
    call(shop.buyer, "POST", f"/orders/{shop.orders[1]}/cancellation", json={}, expect=204)
    assert [one["why"] for one in shop.hire()["rounds"]] == ["left", "taken"]
    assert (shop.freights, whole()) == ([PRICE, Decimal(0)], True)


def test_a_hold_that_expires_gives_the_lorry_back(shop, later):
    shop.take()
    shop.secure(0)
    expire(shop)
    assert shop.hire()["rounds"][0]["why"] == "undone"
    weights = sorted(shop.by_weight().values())
    assert sorted(shop.freights) == weights
    assert whole()
    # Who pays after all rides as he would have by weight.
    assert shop.hire()["ended_at"] is not None


def test_a_lorry_that_is_taken_again_shares_its_price_when_goods_leave(shop, call, market, bolts):
    shop.fill(chains=800, bolts=4_000)
    shop.take()
    shop.secure(0)
    call(shop.buyer, "POST", f"/orders/{shop.orders[1]}/cancellation", json={}, expect=204)
    more = Shop(call, market, bolts)
    more.fill(chains=800, bolts=4_000)
    more.take(goes=shop.departure["id"], freight=str(more.together()))
    for number in range(2):
        more.secure(number)
    call(shop.buyer, "POST", f"/departures/{shop.departure['id']}/whole-lorry", expect=201)
    assert shop.freight(0) + sum(more.freights) == PRICE
    call(shop.buyer, "POST", f"/orders/{shop.orders[0]}/cancellation", json={}, expect=204)
    assert (shop.freight(0), sum(more.freights), whole()) == (0, PRICE, True)


def test_who_gave_a_lorry_back_does_not_see_what_the_next_hirer_owes_for_waiting(app, shop, call, market, bolts):
    shop.take()
    given_back = shop.hire()["id"]
    call(shop.buyer, "POST", f"/orders/{shop.orders[1]}/cancellation", json={}, expect=204)
    call(shop.buyer, "POST", f"/orders/{shop.orders[0]}/cancellation", json={}, expect=204)
    (other,) = factories.more_buyers(app, 1)
    rival = Shop(call, market, bolts, other).take()
    assert rival.departure["id"] == shop.departure["id"]
    fee = _waiting_fee(rival)
    assert rival.hire()["waiting_fee_id"] == fee
    assert call(shop.buyer, "GET", f"/whole-lorries/{given_back}", expect=200)["waiting_fee_id"] is None


def _waiting_fee(shop):
    order, now = shop.order(0), clock.now()
    (contract,), (booking,) = order["freight"], order["bookings"]
    fee = BookingFee(
        reference="FEE-1", kind=FeeKind.WAITING, booking_id=UUID(booking["id"]),
        departure_id=UUID(shop.departure["id"]), order_id=UUID(order["id"]), line_id=UUID(order["lines"][0]["id"]),
        contract_id=UUID(contract["id"]), payer_id=shop.buyer.company, carrier_id=shop.market.carrier.company,
        reason="", currency="CNY", amount_minor=8_000, freight_minor=50_000, chargeable_g=1, waited_minutes=130,
        free_minutes=120, hourly_minor=8_000, cutoff_at=now, happened_at=now, state=FeeState.WAITING,
    )  # fmt: skip
    with unit_of_work() as session:
        session.add(fee)
        session.flush()
        return str(fee.id)


@pytest.mark.parametrize("tariff", [Decimal(9_000)], indirect=True)
def test_what_rides_on_by_the_roads_doing_pays_at_most_its_price_by_weight(shop, call, operator):
    shop.take(freight="9000.00")
    for number in range(2):
        shop.secure(number)
    weights = shop.by_weight()
    assert sum(weights.values()) < sum(shop.freights) == 9_000
    body = {"reason": "no driver"}
    call(operator, "POST", f"/departures/{shop.departure['id']}/cancel", json=body, expect=204)
    lines = [shop.order(number)["lines"][0]["listing_id"] for number in range(2)]
    assert shop.freights == [weights[one] for one in lines]
    assert whole()


def _until(shop):
    """Return when the holds on its departure end, the first first."""
    reading().rollback()
    wanted = sa.select(Booking.expires_at).where(
        Booking.departure_id == UUID(shop.departure["id"]), Booking.expires_at.is_not(None)
    )
    return sorted(reading().scalars(wanted))


def test_a_card_checkout_holds_the_lorry_for_its_time_and_no_longer(app, shop, call, market, later):
    waits = shop.place(payment=CARD, expect=202)
    assert waits["payment_url"]
    (other,) = factories.more_buyers(app, 1)
    assert room_for(call, market, other) == (False, False)
    assert whole()
    clock.set_offset(16 * 60)
    # Nobody has released it yet: it is free all the same, and another one takes it.
    assert room_for(call, market, other) == (True, True)
    rival = Shop(call, market, (shop.bolts, shop.bolt_works), other).take()
    assert (sum(rival.freights), whole()) == (PRICE, True)
    sweeping.finish_checkouts(now=clock.now(), in_flight=timedelta(0))
    assert call(shop.buyer, "GET", "/orders", expect=200)["items"] == []
    assert (sum(rival.freights), room_for(call, market, other)[0], whole()) == (PRICE, False, True)


def test_a_card_that_pays_takes_the_lorry_at_once(shop):
    shop.take(payment=CARD | {"payment_method": "pm_card_visa"})
    assert (sum(shop.freights), {shop.order(one)["bookings"][0]["state"] for one in range(2)}) == (PRICE, {"confirmed"})
    assert whole()


def test_who_begins_again_takes_the_same_lorry(shop):
    shop.place(payment=CARD, expect=202)
    shop.take(payment=CARD | {"payment_method": "pm_card_visa"})
    assert (sum(shop.freights), whole()) == (PRICE, True)


def test_of_two_buyers_one_gets_the_lorry_and_the_other_a_clear_refusal(app, shop, call, market, bolts):
    (other,) = factories.more_buyers(app, 1)
    shops = (shop, Shop(call, market, bolts, other))
    bodies = {one: one.body() for one in shops}

    def buying(one):
        client = app.test_client()
        headers = one.buyer.headers | {"Idempotency-Key": str(new_id())}
        answer = client.post("/api/v1/checkout", json=bodies[one], headers=headers)
        return answer.status_code, answer.get_json()

    ends = at_once(app, [lambda one=one: buying(one) for one in shops])
    assert sorted(status for status, _ in ends) == [201, 409]
    (refused,) = [found for status, found in ends if status == 409]
    assert refused["type"].rpartition(":")[2] in {"not_alone", "cart_changed"}
    assert fresh().scalar(sa.select(sa.func.count()).select_from(WholeLorry)) == 1
    assert whole()


def test_what_cannot_go_by_a_whole_lorry_is_refused_by_its_reason(shop, call, market):
    mixed = shop.body()
    keys = [bundle["key"] for bundle in shop.cart["bundles"]]
    mixed["payments"] = {keys[0]: BANK, keys[1]: CARD}
    refused = call(shop.buyer, "POST", "/checkout", json=mixed, expect=422)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("payments", "one_rail")]
    call(shop.buyer, "POST", "/checkout", json=shop.body(goes={"whole": "x"}), expect=422)
    shop.take(goes=shop.departure["id"], freight=str(shop.together()))
    shop.fill()
    later_one = shop.departure["id"]
    refused = shop.place(goes={"whole": later_one}, expect=409)
    assert refused["type"] == "urn:city:problem:not_alone"


SEQUENCES = (
    ("secure 0", "cancel 1"), ("cancel 0", "secure 1"), ("cancel 1", "cancel 0"), ("secure 1", "expire"),
    ("expire", "cancel 0"), ("secure 0", "secure 1", "cancel 0"), ("secure 1", "cancel 1", "secure 0"),
)  # fmt: skip


@pytest.mark.parametrize("acts", SEQUENCES, ids=", ".join)
def test_the_freight_on_it_is_the_whole_price_or_each_ones_by_weight_never_a_mixture(shop, call, later, acts):
    shop.take()
    weights, lines = shop.by_weight(), [shop.order(number)["lines"][0]["listing_id"] for number in range(2)]
    for act in acts:
        word, _, number = act.partition(" ")
        if word == "secure":
            shop.secure(int(number))
        elif word == "cancel":
            call(shop.buyer, "POST", f"/orders/{shop.orders[int(number)]}/cancellation", json={}, expect=204)
        else:
            expire(shop)
        standing = [one for one in range(2) if shop.order(one)["state"] not in ("cancelled", "rejected")]
        is_whole = shop.hire()["ended_at"] is None
        expected = PRICE if is_whole else sum(weights[lines[one]] for one in standing)
        assert sum(shop.freights) == expected
        assert is_whole or shop.freights == [weights[lines[one]] if one in standing else 0 for one in range(2)]
        contracts = [one for number in standing for one in shop.order(number)["freight"] if one["state"] == "agreed"]
        assert {one["whole_lorry"] is not None for one in contracts} <= {is_whole}
        assert whole()


def expire(shop):
    """Let the holds end whose time is over first."""
    clock.set_offset(int((_until(shop)[0] - clock.now()).total_seconds()) + 60)
    with unit_of_work() as session:
        assert lapsing.lapse(session, departure_id=UUID(shop.departure["id"]), now=clock.now())


def test_the_contract_says_per_vehicle_free_hours_and_waiting(shop):
    shop.take()
    (contract,) = shop.order(0)["freight"]
    data = fresh().scalars(sa.select(IssuedDocument.data).where(IssuedDocument.subject_id == UUID(contract["id"])))
    found = next(iter(data))["whole_lorry"]
    assert (found["price"]["amount"], found["free_hours"], found["waiting"]["amount"]) == ("500.00", "2", "80.00")


def test_the_orders_page_says_whose_share_it_is(app, shop):
    reader = Reader(app, shop.buyer)
    assert "Share of a whole lorry" in reader.get(f"/orders/{shop.take().orders[0]}")


def test_the_page_offers_it_and_orders_it(app, shop):
    reader = Reader(app, shop.buyer)
    page = reader.get("/checkout")
    for words in ("The whole lorry", shop.departure["reference"], "by weight this line pays", "whole+"):
        assert words in page
    moved = reader.post("/checkout", _form(shop, page), expect=409)
    assert "s share: " in moved
    assert "freight 500.00 CNY" in _form(shop, moved)["total"]
    answer = reader.visitor.send("/checkout", _form(shop, moved), 303)
    assert "/orders/groups/" in answer.headers["Location"]
    (hire,) = shop.call(shop.buyer, "GET", "/whole-lorries", expect=200)["items"]
    assert (hire["departure"], whole()) == (shop.departure["reference"], True)


def test_who_begins_again_finds_the_lorry_on_the_page(app, shop):
    shop.place(payment=CARD, expect=202)
    reader = Reader(app, shop.buyer)
    page = reader.get("/checkout")
    assert f'value="whole+{shop.departure["id"]}"' in page
    assert f'value="{shop.departure["id"]}" disabled' not in page
    moved = reader.post("/checkout", _form(shop, page), expect=409)
    assert f'value="whole+{shop.departure["id"]}" checked' in moved
    reader.visitor.send("/checkout", _form(shop, moved), 303)
    assert whole()


def test_a_lorry_that_another_got_leaves_a_choice_with_its_totals(app, shop, call, market):
    reader = Reader(app, shop.buyer)
    moved = reader.post("/checkout", _form(shop, reader.get("/checkout")), expect=409)
    (other,) = factories.more_buyers(app, 1)
    room_for(call, market, other)
    rival = call(other, "GET", "/cart", expect=200)
    listing, first = str(market.chains), shop.departure["id"]
    body = {"expected_totals": rival["totals"], "departures": {listing: first}, "payment": BANK}
    call(other, "POST", "/checkout", json=body, expect=201)
    left = reader.post("/checkout", _form(shop, moved), expect=409)
    assert f"whole+{first}" not in left
    chosen = dict(re.findall(r'name="(departure\.[^"]+)" value="([^"]+)" checked>', left))
    assert chosen == {f"departure.{line['listing_id']}": first for line in shop.lines}
    reader.visitor.send("/checkout", _form(shop, left) | chosen, 303)
    assert whole()


def _form(shop, page):
    """Return the form of the checkout with the whole lorry marked, its totals as the page shows them."""
    fields = {f"departure.{line['listing_id']}": f"whole+{shop.departure['id']}" for line in shop.lines}
    fields |= {f"payment.{bundle['key']}": "bank deposit_30_70" for bundle in shop.cart["bundles"]}
    return fields | {"total": re.findall(r'name="total" value="([^"]+)"', page)}
