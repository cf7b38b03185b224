"""A market with room and stock for every order of a run, its buyers, and what one of its checkouts writes."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from bench.caller import Caller
from bench.servers import Shop
from marketplace.app import create_app
from marketplace.kernel.db import Base, db, reading
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from tests import factories

QUANTITY: Final = 40
# What bare.py writes for an order of one line besides ledger entries and records.
_FIXED_ROWS: Final = 8
_FIXED_TRANSACTIONS: Final = 2
_PAYMENT: Final = {"rail": "bank", "plan": "acceptance_100"}
# The most that a vehicle type may have in each dimension.
_ENDLESS: Final = Load(grams=10**12, cm3=10**12, ldm_mm=10**12, pallets=10**12)


@dataclass(frozen=True)
class Order:
    """One order to place: whose tokens are used, and under which key."""

    buyer: str
    merchant: str
    listing: str
    key: str


@dataclass(frozen=True)
class Market:
    """Tokens of the buyers and of the merchant, the listing they trade, and the rows that one checkout writes."""

    buyers: tuple[str, ...]
    merchant: str
    listing: str
    shape: dict[str, int]

    def orders(self) -> Iterator[Order]:
        """Yield one order of each buyer, each under a new key."""
        return (Order(buyer, self.merchant, self.listing, new_id().hex) for buyer in self.buyers)


def open_market(environment: dict[str, str], buyers: int) -> Market:
    """Fill an empty city; the settings are those its server will be started with."""
    os.environ.update(environment)
    app = create_app()
    with app.app_context():
        market = factories.open_market(app, stock=10**9, capacity=_ENDLESS)
        traders = factories.more_buyers(app, buyers)
        shape = _shape(app, Order(market.buyer.token, market.merchant.token, str(market.chains), "first"))
    return Market(tuple(trader.token for trader in traders), market.merchant.token, str(market.chains), shape)


def fill_cart(caller: Caller, order: Order) -> Any:
    """Put the goods into the buyer's cart and return the cart as it then stands."""
    bearer = f"Bearer {order.buyer}"
    caller.ask("PUT", "/api/v1/cart", {"to": factories.HANOI}, Authorization=bearer)
    path = f"/api/v1/cart/lines/{order.listing}"
    return caller.ask("PUT", path, {"quantity": QUANTITY}, Authorization=bearer)


def check_out(order: Order, totals: Any) -> dict[str, Any]:
    """Return the arguments of the checkout's request."""
    return {
        "method": "POST",
        "path": "/api/v1/checkout",
        "body": {"expected_totals": totals, "payment": _PAYMENT},
        "Authorization": f"Bearer {order.buyer}",
        "Idempotency_Key": order.key,
    }


def bare_check_out(order: Order) -> dict[str, Any]:
    """Return the arguments of the bare shop's request for the same order."""
    wanted = {"products": [17], "quantity": QUANTITY, "departure": 3, "buyer": 9}
    return {"method": "POST", "path": "/checkout", "body": wanted, "Idempotency_Key": order.key}


def browse_to_confirmed(caller: Caller, order: Order) -> None:
    """Do what an order takes: look at the shelf and the goods, fill the cart, pay by bank, confirm, look again."""
    buyer, merchant = f"Bearer {order.buyer}", f"Bearer {order.merchant}"
    caller.ask("GET", "/products")
    caller.ask("GET", f"/products/{order.listing}?quantity={QUANTITY}&to={factories.HANOI}")
    fill_cart(caller, order)
    cart = caller.ask("GET", "/api/v1/cart", Authorization=buyer)
    placed = caller.ask(**check_out(order, cart["totals"]))
    path = f"/api/v1/orders/{placed['order_ids'][0]}"
    caller.ask("POST", f"{path}/confirmation", Authorization=merchant, Idempotency_Key=order.key)
    state = caller.ask("GET", path, Authorization=buyer)["state"]
    if state != "confirmed":
        message = f"the order is {state}, not confirmed"
        raise RuntimeError(message)


def totals(shop: Shop, market: Market) -> Any:
    """Return what one order comes to: the same for every buyer."""
    caller = Caller(shop)
    try:
        return fill_cart(caller, next(market.orders()))["totals"]
    finally:
        caller.close()


def _shape(app: Flask, order: Order) -> dict[str, int]:
    """Place one order and count the rows it leaves and the transactions it takes, for `BARE_SHAPE`."""
    client = app.test_client()
    headers = {"Authorization": f"Bearer {order.buyer}", "Idempotency-Key": order.key}
    client.put("/api/v1/cart", json={"to": factories.HANOI}, headers=headers)
    cart = client.put(f"/api/v1/cart/lines/{order.listing}", json={"quantity": QUANTITY}, headers=headers).get_json()
    commits: list[object] = []
    noted = commits.append
    event.listen(db.engine, "commit", noted)
    before = _rows()
    body = {"expected_totals": cart["totals"], "payment": _PAYMENT}
    answer = client.post("/api/v1/checkout", json=body, headers=headers)
    if answer.status_code != 201:
        raise RuntimeError(answer.text)
    event.remove(db.engine, "commit", noted)
    more = {table: count - before[table] for table, count in _rows().items()}
    ledger = more["ledger_entry"]
    extra = max(0, len(commits) - _FIXED_TRANSACTIONS)
    records = max(0, sum(more.values()) - ledger - _FIXED_ROWS - extra)
    return {"ledger_entries": ledger, "records_second": records, "extra_transactions": extra}


def _rows() -> dict[str, int]:
    session = reading()
    counts = {
        table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }
    session.rollback()
    return counts


def describe(shape: dict[str, int]) -> str:
    """Return the shape as `bench/bare.py` reads it."""
    return json.dumps(shape)
