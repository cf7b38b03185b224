"""An order whose goods change lorry at a hub on their way."""

from dataclasses import dataclass

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.quantity import Load
from marketplace.logistics.services import timetable
from tests import factories
from tests.support import kept
from tests.support.ways import BANK, COUNT

CHANGE = factories.HANOI


@dataclass
class Roads:
    """Who drives from the hub to Hanoi, and who on to Ho Chi Minh City, where no lorry goes directly."""

    market: factories.Market
    second: factories.Trader


def open_roads(app, market, *, capacity=factories.LORRY):
    """Open the second carrier's line beside the market's own."""
    return kept.once(app, ("two lorries", capacity), lambda: _open(app, market, capacity))


def _open(app, market, capacity: Load):
    now = clock.now()
    with unit_of_work() as session:
        second = factories.trader(session, app, name="Second Lorry", country="VN", kind=CompanyKind.CARRIER, now=now)
        factories.payee(session, second.actor, currency="CNY", country="VN", now=now)
        factories.line(session, second.actor, code="HAN-SGN", hub=CHANGE, to="VNSGN", capacity=capacity, now=now)
        timetable.roll(session, now=now)
    return Roads(market, second)


class Rode:
    """An order of 400 chains that change lorry in Hanoi on their way to Ho Chi Minh City."""

    def __init__(self, call, roads, operator, number=0, buyer=None, goods=None):
        self.call, self.roads, self.operator = call, roads, operator
        self.market, self.buyer = roads.market, buyer or roads.market.buyer
        listing = goods or self.market.chains
        call(self.buyer, "PUT", "/cart", json={"to": "VNSGN"}, expect=200)
        call(self.buyer, "PUT", f"/cart/lines/{listing}", json={"quantity": 400}, expect=200)
        cart = call(self.buyer, "GET", "/cart?changes=1", expect=200)
        (self.cart_line,) = cart["bundles"][0]["lines"]
        self.change = self.cart_line["changes"][number]
        way = {"first": self.change["first"]["id"], "second": self.change["second"]["id"]}
        goods = [one for one in cart["totals"] if one["kind"] == "goods"]
        freight = [{"kind": "freight", **self.change[half]["freight"]} for half in ("first", "second")]
        self.body = {
            "expected_totals": [*goods, *freight], "payment": BANK, "departures": {str(listing): way},
        }  # fmt: skip

    def place(self):
        done = self.call(self.buyer, "POST", "/checkout", json=self.body, expect=201)
        self.order_id = done["order_ids"][0]
        return self

    def confirm(self):
        self.call(self.market.merchant, "POST", f"/orders/{self.order_id}/confirmation", expect=204)
        payment = self.order()["payments"][0]
        body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
        self.call(self.market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body)
        return self

    def order(self, trader=None):
        return self.call(trader or self.buyer, "GET", f"/orders/{self.order_id}", expect=200)

    @property
    def line(self):
        return self.order()["lines"][0]

    @property
    def ride(self):
        return self.order()["rides"][0]

    def booking(self, second=False):
        return [one for one in self.order()["bookings"] if (one["ride_id"] is not None) is second][-1]

    def states(self):
        return self.booking()["state"], self.booking(second=True)["state"]

    def act(self, name, second=False, expect=204, **body):
        departure = self.booking(second)["departure_id"]
        return self.call(self.operator, "POST", f"/departures/{departure}/{name}", json=body, expect=expect)

    def to_hub(self):
        line = f"/order-lines/{self.line['id']}"
        self.call(self.market.merchant, "POST", f"{line}/packing", json={"cartons": 10}, expect=201)
        self.call(self.market.carrier, "POST", f"{line}/handover", json=COUNT, expect=201)

    def change_over(self, expect=201, trader=None, **body):
        return self.call(
            trader or self.operator, "POST", f"/rides/{self.ride['id']}/change", json={"cartons": 10} | body,
            expect=expect,
        )  # fmt: skip

    def due(self, subject="freight"):
        return [(one["state"], one["amount"]) for one in self.order()["payments"] if one["subject"] == subject]

    def leaves(self, second=False, seal="S-1"):
        """Let the lorry that has the goods leave for where it brings them, and be there."""
        acts = [("close", {}), ("load", {}), ("seal", {"seal_number": seal}), ("depart", {})]
        acts += [] if second else [("at-border", {}), ("clear", {})]
        for name, body in (*acts, ("arrive", {})):
            self.act(name, second=second, **body)

    def receive(self, second=True, expect=201):
        path = f"/bookings/{self.booking(second)['id']}/receipt"
        return self.call(self.buyer, "POST", path, json={"cartons": 10}, expect=expect)
