"""Many clients of a running city: each with a connection that is open already, all let go at one moment."""

import http.client
import json
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from marketplace.accounts.services import tokens
from marketplace.checkout.flows import sweeping
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.orders.models import CartLine, Order, OrderLine
from marketplace.orders.services import carts
from marketplace.payments.models.cards import CardCharge
from marketplace.reports import queries as reports
from tests import factories
from tests.support.cards import double_of
from tests.support.invariants import fresh
from tests.support.proxy import Proxy
from tests.support.server import CUT_OFF, Server

BANK = {"rail": "bank", "plan": "deposit_30_70"}
CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
PACK = 40


@dataclass(frozen=True)
class Asked:
    """One request of somebody."""

    path: str
    token: str
    key: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What came of it: no status where the connection was lost, so that nobody knows."""

    status: int | None
    body: Any = None
    seconds: float = 0.0

    @property
    def kind(self) -> str:
        return str(self.body["type"]).rpartition(":")[2] if isinstance(self.body, dict) and "type" in self.body else ""


@dataclass
class City:
    """A running city with one market, and its database at hand."""

    app: Flask
    market: factories.Market
    server: Server | None
    buyers: list[factories.Trader]
    wire: Proxy | None = None
    turn: int = 0
    slowest: float = 0.0
    skus: dict[UUID, str] = field(default_factory=dict)

    def offer(self, units: int, **changes: Any) -> UUID:
        """Put goods on sale that nobody has asked for before."""
        self.turn += 1
        sku = f"R-{self.turn}"
        with unit_of_work() as session:
            made = factories.listing(
                session, self.market.merchant.actor, sku=sku, stock=units, now=clock.now(), **changes
            )
        self.skus[made] = sku
        return made

    def fill(self, wishes: list[list[tuple[UUID, int]]]) -> list[Any]:
        """Put just these into the buyers' carts, and return what each cart comes to."""
        now = clock.now()
        with unit_of_work() as session:
            session.execute(sa.delete(CartLine))
            for buyer, wish in zip(self.buyers, wishes, strict=False):
                for place, (listing_id, quantity) in enumerate(wish):  # they keep this order in the cart
                    carts.put_line(
                        session, listing_id=listing_id, quantity=quantity, to=factories.HANOI, actor=buyer.actor,
                        now=now + timedelta(microseconds=place),
                    )  # fmt: skip
        totals: dict[Any, Any] = {}
        for buyer, wish in zip(self.buyers, wishes, strict=False):
            same = tuple(sorted(wish))
            if same not in totals:
                totals[same] = self.app.test_client().get("/api/v1/cart", headers=buyer.headers).get_json()["totals"]
        return [totals[tuple(sorted(wish))] for wish in wishes]

    def checkouts(
        self, wishes: list[list[tuple[UUID, int]]], payment: dict[str, Any], departure: UUID | None = None
    ) -> list[Asked]:
        """Return the checkouts of carts that were filled like this, each under a key of its own."""
        return [
            Asked(
                "/api/v1/checkout",
                buyer.token,
                f"race-{self.turn}-{number}",
                {"expected_totals": totals, "payment": payment}
                | ({"departures": {str(each): str(departure) for each, _ in wish}} if departure else {}),
            )
            for number, (buyer, wish, totals) in enumerate(zip(self.buyers, wishes, self.fill(wishes), strict=False))
        ]

    def new_token(self, number: int, now: datetime) -> str:
        """Give a buyer another bearer token."""
        actor = self.buyers[number].actor
        with unit_of_work() as session:
            return tokens.issue_token(session, person_id=actor.person, company_id=actor.company, now=now)

    def rush(self, asked: list[Asked], *, port: int | None = None) -> list[Told]:
        """Send all at once over connections that are open already."""
        db.session.remove()
        gate = threading.Barrier(len(asked))
        told: list[Told] = [Told(None)] * len(asked)

        def send(place: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port or self.server.port, timeout=60)
            connection.connect()
            gate.wait()
            told[place] = self.ask(asked[place], connection)
            connection.close()

        threads = [threading.Thread(target=send, args=(place,)) for place in range(len(asked))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.slowest = max(self.slowest, *(one.seconds for one in told))
        return told

    def call(
        self, trader: factories.Trader, path: str, *, method: str = "POST", key: str | None = None, **body: Any
    ) -> Told:
        """Send one request to the application in this process."""
        headers = trader.headers | {"Idempotency-Key": key or str(new_id())}
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers)
        return Told(answer.status_code, answer.get_json() if answer.data else None)

    def ask(self, asked: Asked, connection: http.client.HTTPConnection | None = None) -> Told:
        """Send one request; a lost connection is an unknown outcome."""
        if connection is None:
            with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as own:
                return self.ask(asked, own)
        headers = {"Authorization": f"Bearer {asked.token}", "Content-Type": "application/json"}
        begun = time.monotonic()
        try:
            connection.request("POST", asked.path, json.dumps(asked.body), headers | {"Idempotency-Key": asked.key})
            with connection.getresponse() as answer:
                return Told(answer.status, json.loads(answer.read() or b"null"), time.monotonic() - begun)
        except CUT_OFF:
            return Told(None, None, time.monotonic() - begun)

    def is_sound(self) -> bool:
        """Tell whether every promise holds, and nobody who got nothing is charged or reserved for."""
        sweeping.finish_checkouts(now=clock.now(), in_flight=sweeping.IN_FLIGHT * 0)
        session = fresh()
        assert reports.check(session) == []
        ordered = session.scalar(sa.select(sa.func.sum(Order.total_minor)).where(Order.rail == "card")) or 0
        kept = sa.func.sum(CardCharge.captured_minor - CardCharge.refunded_minor)
        assert (session.scalar(sa.select(kept).where(CardCharge.subject_kind == "order")) or 0) == ordered
        held = [one for one in double_of(self.app).all("payment_intent") if one["status"] == "requires_capture"]
        assert held == []
        return True

    def sold(self, listing_id: UUID) -> int:
        """Return how many units of an offer are ordered."""
        units = sa.select(sa.func.sum(OrderLine.quantity)).where(OrderLine.listing_id == listing_id)
        return int(fresh().scalar(units) or 0)
