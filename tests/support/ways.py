"""The way of one order over the API: bought, confirmed, packed, handed over, carried and received."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from marketplace.accounts.queries.closures import local_day
from marketplace.distribution.shares import services as shares
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories

BANK = {"rail": "bank", "plan": "deposit_30_70"}
COUNT = {"cartons_received": 10, "gross_kg": "125", "length_cm": "120", "width_cm": "80", "height_cm": "100"}


def caller(client: Any) -> Callable[..., Any]:
    """Return what calls the API for a trader, or for a stranger; every POST brings a key of its own."""

    def call(
        trader: Any, method: str, path: str, body: Any = None, *, key: str | None = None, expect: int | None = None,
        **options: Any,
    ) -> Any:  # fmt: skip
        key = key or (str(new_id()) if method == "POST" else None)
        headers = (trader.headers if trader else {}) | ({"Idempotency-Key": key} if key else {})
        options |= {} if body is None else {"json": body}
        answer = client.open(f"/api/v1{path}", method=method, headers=headers, **options)
        if expect is not None:
            assert answer.status_code == expect, answer.text
        if answer.is_json:
            return answer.get_json() if answer.data else None
        return answer.data.decode(errors="replace") or None

    return call


class Way:
    """One order of 400 chains (10 cartons), confirmed and secured, with the acts on its first line."""

    def __init__(self, call, market, operator, quantity=400, goods=(), payment=BANK, order_number=None, on=None):
        self.call, self.market, self.operator = call, market, operator
        call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
        for listing_id in goods or (market.chains,):
            cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": quantity}, expect=200)
        body = {"expected_totals": cart["totals"], "payment": payment, "purchase_order_number": order_number}
        if on is not None:  # the departures of some listings
            body["departures"] = on
        done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
        self.order_id = done["order_ids"][0]
        call(market.merchant, "POST", f"/orders/{self.order_id}/confirmation", expect=204)

    @classmethod
    def of(cls, call, market, operator, order_id):
        """Return the way of an order that somebody placed by hand."""
        way = cls.__new__(cls)
        way.call, way.market, way.operator, way.order_id = call, market, operator, order_id
        return way

    def secure(self):
        payment = self.order()["payments"][0]
        body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
        self.call(self.market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body)
        assert self.order()["bookings"][0]["state"] == "confirmed"
        return self

    def order(self, trader=None):
        return self.call(trader or self.market.buyer, "GET", f"/orders/{self.order_id}", expect=200)

    @cached_property
    def line_id(self):
        return self.order()["lines"][0]["id"]

    @property
    def booking(self):
        return self.order()["bookings"][-1]

    def line(self):
        return self.order()["lines"][0]

    def pack(self, expect=201, trader=None, **body):
        return self.call(
            trader or self.market.merchant, "POST", f"/order-lines/{self.line_id}/packing",
            json={"cartons": 10} | body, expect=expect,
        )  # fmt: skip

    def hand_over(self, expect=201, trader=None, key=None, **body):
        return self.call(
            trader or self.market.carrier, "POST", f"/order-lines/{self.line_id}/handover", key=key,
            json=COUNT | body, expect=expect,
        )  # fmt: skip

    def act(self, name, expect=204, trader=None, key=None, **body):
        departure = self.booking["departure_id"]
        return self.call(
            trader or self.operator, "POST", f"/departures/{departure}/{name}", key=key, json=body, expect=expect
        )

    def seen(self):
        return self.call(self.operator, "GET", f"/departures/{self.booking['departure_id']}/operations", expect=200)

    def receive(self, expect=201, trader=None, key=None, **body):
        return self.call(
            trader or self.market.buyer, "POST", f"/bookings/{self.booking['id']}/receipt", key=key, json=body,
            expect=expect,
        )  # fmt: skip


def available(way):
    listing = way.call(way.market.buyer, "GET", f"/listings/{way.market.chains}", expect=200)
    return listing["stock"]


def fill(call, market, *, chains=400, pads=80):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    if chains:
        call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": chains}, expect=200)
    if pads:
        call(market.buyer, "PUT", f"/cart/lines/{market.pads}", json={"quantity": pads}, expect=200)
    return call(market.buyer, "GET", "/cart", expect=200)


LEAVES: Any = (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {}))


GOOD = {
    "to": factories.HANOI, "currency": "CNY", "per_kg": "1.20", "least_charge": "150", "m3_factor": 333,
    "ldm_factor": 1_850, "note": "a test's own", "fictitious": True, "lorry_kg": 24_000, "lorry_price": "9000",
    "free_hours": 2, "waiting_per_hour": "80",
    "breaks": [{"from_kg": "1000", "per_kg": "1.10"}, {"from_kg": "5000", "per_kg": "0.90"}],
    "surcharges": [
        {"kind": "fuel", "basis": "percent", "value": "8"}, {"kind": "border", "basis": "per_shipment", "value": "60"},
    ],
    "fill": [{"percent": 1, "share": "90"}, {"percent": 50, "share": "80"}],
}  # fmt: skip


def cart_of(call, market, *listings):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    for listing_id in listings:
        cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 400}, expect=200)
    return cart


def check_out(call, market, cart, expect, **body):
    asked = {"expected_totals": cart["totals"], "payment": BANK} | body
    return call(market.buyer, "POST", "/checkout", json=asked, expect=expect)


def lines_of(cart):
    return {line["listing_id"]: line for bundle in cart["bundles"] for line in bundle["lines"]}


def agreed(way):
    (contract,) = way.order()["freight"]
    return Decimal(contract["amount"]["amount"])


def credited_again(way):
    with unit_of_work() as session:
        return shares.credit(session, departure_id=UUID(way.booking["departure_id"]), now=clock.now())


def day(days=0):
    """Return today, or the day so many days from now, by the clock of the hub."""
    return (local_day("CN", clock.now()) + timedelta(days=days)).isoformat()
