"""A carton crushed after the border, by whose risk it was, in a normal week and across Tet.

Chains go FCA, so their merchant's risk ended at the hub; pads and discs go DAP on the same lorry, with another buyer's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders import flows
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Visitor
from tests.support.ways import COUNT

pytestmark = pytest.mark.both_databases


def at(day, hour=2):
    """Return an instant of 2026 by the clock of UTC."""
    month, number = day
    return datetime(2026, month, number, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Week:
    """When the goods go and come, and the ends of the clocks as a hand counts them on both calendars."""

    ordered: tuple[int, int]
    received: tuple[int, int]
    accept_until: tuple[int, int]
    answer_until: tuple[int, int]
    settle_until: tuple[int, int]


# Vietnam rests 16 to 20 February 2026, China 15 to 23, and works on Saturday the 14th instead.
WEEKS = {
    "normal": Week((3, 2), (3, 5), accept_until=(3, 16), answer_until=(3, 10), settle_until=(3, 19)),
    "tet": Week((2, 9), (2, 12), accept_until=(3, 2), answer_until=(2, 24), settle_until=(3, 5)),
}


@pytest.fixture
def moment():
    """Sets the clock to an instant; it is right again after the test."""
    yield lambda instant: clock.set_offset(ceil((instant - datetime.now(UTC)).total_seconds()))
    clock.set_offset(0)


class Lorry:
    """Three orders of two buyers on one departure."""

    def __init__(self, app, call):
        self.call = call
        self.market = market = factories.open_market(app, over=("CN-YOUYIGUAN", "VN-HUUNGHI"))
        dap = {"ladders": (factories.ladder("CNY", "DAP", factories.HANOI, price="50"),)}
        with unit_of_work() as session:
            self.operator = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
            self.pads, self.discs = (
                factories.listing(
                    session, market.merchant.actor, sku=sku, titles={"en": sku}, source_locale="en", descriptions={},
                    now=clock.now(), **dap,
                ) for sku in ("PAD", "DISC")
            )  # fmt: skip
        (self.other,) = factories.more_buyers(app, 1)
        mine = self.buy(market.buyer, {market.chains: 400, self.pads: 400, self.discs: 400})
        self.fca, self.dap = sorted(mine, key=lambda one: self.seen(one)["price_basis"]["incoterm"], reverse=True)
        (self.others,) = self.buy(self.other, {self.pads: 400})

    def buy(self, buyer, goods):
        self.call(buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
        for listing_id, quantity in goods.items():
            cart = self.call(buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": quantity}, expect=200)
        body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
        placed = self.call(buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
        for order_id in placed:
            self.call(self.market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
        return placed

    def seen(self, order_id):
        return self.call(self.market.merchant, "GET", f"/orders/{order_id}", expect=200)

    def lines(self, order_id):
        return {line["sku"]: line for line in self.seen(order_id)["lines"]}

    def goods(self, order_id):
        """Return state and amount of what the merchant is owed for an order's goods."""
        found = [one for one in self.seen(order_id)["payments"] if one["subject"] == "order"]
        return sorted((one["state"], one["amount"]["amount"]) for one in found)

    def go(self):
        for order_id in (self.fca, self.dap, self.others):
            for line in self.seen(order_id)["lines"]:
                path = f"/order-lines/{line['id']}"
                self.call(self.market.merchant, "POST", f"{path}/packing", json={"cartons": 10}, expect=201)
                self.call(self.market.carrier, "POST", f"{path}/handover", json=COUNT, expect=201)
        (departure,) = {
            one["departure_id"] for key in (self.fca, self.dap, self.others) for one in self.seen(key)["bookings"]
        }
        for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-7"}), ("depart", {})):
            self.call(self.operator, "POST", f"/departures/{departure}/{name}", json=body, expect=204)
        return departure

    def cross(self, departure):
        for name in ("at-border", "clear", "arrive", "strip"):
            self.call(self.operator, "POST", f"/departures/{departure}/{name}", json={}, expect=204)

    def receive(self, buyer, order_id, *, damaged=0, sku=None):
        line_ids = {line["id"]: key for key, line in self.lines(order_id).items()}
        for booking in self.call(buyer, "GET", f"/orders/{order_id}", expect=200)["bookings"]:
            hurt = damaged if line_ids[booking["order_line_id"]] == sku else 0
            body = {"cartons": 10, "damaged": hurt}
            self.call(buyer, "POST", f"/bookings/{booking['id']}/receipt", json=body, expect=201)

    def accept(self, buyer, order_id):
        for line in self.seen(order_id)["lines"]:
            self.call(buyer, "POST", f"/order-lines/{line['id']}/acceptance", json={}, expect=204)

    def pay(self, order_id):
        """Let the merchant confirm all that is due for an order's goods."""
        for one in self.seen(order_id)["payments"]:
            if one["subject"] == "order" and one["state"] == "due":
                body = one["amount"] | {"received_on": clock.now().date().isoformat()}
                self.call(
                    self.market.merchant, "POST", f"/payments/{one['id']}/confirmation", json=body, expect=200
                )  # fmt: skip

    def claim(self, order_id, sku):
        body = {"reason": "damaged", "quantity": 40, "text": "Crushed behind the border."}
        path = f"/order-lines/{self.lines(order_id)[sku]['id']}/claims"
        return self.call(self.market.buyer, "POST", path, json=body, expect=201)


def instant(day, hour):
    return at(day, hour).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("name", WEEKS)
def test_the_risk_says_who_waits_and_the_calendars_how_long(app, call, moment, name):
    week = WEEKS[name]
    moment(at(week.ordered))
    lorry = Lorry(app, call)
    market = lorry.market
    departure = lorry.go()
    moment(at(week.received))
    lorry.cross(departure)
    lorry.receive(market.buyer, lorry.fca, damaged=1, sku="CH-428-116")
    lorry.receive(market.buyer, lorry.dap, damaged=1, sku="PAD")
    lorry.receive(lorry.other, lorry.others)
    # Hanoi's day ends at 11:00 UTC, Chongqing's at 10:00.
    for order_id, sku in ((lorry.fca, "CH-428-116"), (lorry.dap, "PAD"), (lorry.dap, "DISC")):
        assert lorry.lines(order_id)[sku]["answer_due"]["due_at"] == instant(week.accept_until, 11)
    for buyer, order_id in ((market.buyer, lorry.fca), (market.buyer, lorry.dap), (lorry.other, lorry.others)):
        lorry.accept(buyer, order_id)
    crushed, broken = lorry.claim(lorry.fca, "CH-428-116"), lorry.claim(lorry.dap, "PAD")
    # FCA: the risk passed at the hub. The carrier answers, and the merchant is owed every cent.
    assert (crushed["respondent"], crushed["blocks_payment"]) == ("carrier", False)
    assert crushed["respondent_id"] == str(market.carrier.company)
    assert lorry.goods(lorry.fca) == [("due", "10960.00")]
    # DAP: the risk was the merchant's. The crushed line alone waits; its neighbour and the other buyer's pay.
    assert (broken["respondent"], broken["blocks_payment"]) == ("merchant", True)
    assert lorry.goods(lorry.dap) == [("due", "20000.00")]
    assert lorry.goods(lorry.others) == [("due", "20000.00")]
    for claim in (crushed, broken):
        assert (claim["owner"], claim["deadline_at"]) == ("respondent", instant(week.answer_until, 10))
    on_page = Visitor(app)
    on_page.log_in(market.merchant.login)
    page = on_page.open(f"/claims/{broken['id']}")
    assert "What falls due on acceptance of this line waits for the end of this claim." in page
    assert "18:00 UTC+08" in page
    on_page.open(f"/claims/{crushed['id']}", 404)
    # Nobody's silence counts before the calendar's evening: the answer comes with its last hour.
    assert flows.lapse_claims(now=at(week.answer_until, 10) - timedelta(seconds=1)) == 0
    moment(at(week.answer_until))
    offer = {"amount": "2000.00"}
    answered = call(market.merchant, "POST", f"/claims/{broken['id']}/answer", json=offer, expect=200)
    assert (answered["owner"], answered["deadline_at"]) == ("claimant", instant(week.settle_until, 11))
    moment(at(week.answer_until, 10))
    assert flows.lapse_claims(now=clock.now()) == 1
    assert call(market.carrier, "GET", f"/claims/{crushed['id']}", expect=200)["owner"] == "operator"
    call(market.buyer, "POST", f"/claims/{broken['id']}/settlement", json=offer, expect=200)
    # What was settled is off the price of that line; what the others owe has not moved.
    assert lorry.goods(lorry.dap) == [("due", "18000.00"), ("due", "20000.00")]
    assert lorry.goods(lorry.fca) == [("due", "10960.00")]
    assert "18,000" in on_page.open(f"/orders/{lorry.dap}")
    # The operator's time ends, too: what was never answered is awarded, and the carrier owes it, not the merchant.
    decide_until = datetime.fromisoformat(
        call(market.carrier, "GET", f"/claims/{crushed['id']}", expect=200)["deadline_at"]
    )
    assert decide_until == at(week.settle_until, 11)
    assert flows.lapse_claims(now=decide_until) == 1
    (owed,) = call(market.carrier, "GET", "/returns", expect=200)["items"]
    assert owed["amount"] == {"amount": "1096.00", "currency": "CNY"}
    assert call(market.merchant, "GET", "/returns", expect=200)["items"] == []
    lorry.pay(lorry.fca)
    assert lorry.goods(lorry.fca) == [("paid", "10960.00")]
    assert reports.check(reading()) == []
