"""A small market that lives by chance: who is there, what they can do next, and what the clock and the provider do.

Everything goes over the API, as programs of the members would ask; the provider's faults, the order of its notices and
the passing of time are drawn from the same seed, so that a life that broke something can be lived again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from flask import Flask

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.outbox import queries
from marketplace.payments.flows import cards
from marketplace.stripe_double.double import Double
from marketplace.worker import relay, runner
from tests import factories
from tests.integration.payments.conftest import publish_rates

# Goods of one merchant in each of the currencies, three of them without small coins or with coins that nobody uses.
PRICES = {"CNY": "27.40", "USD": "3.95", "VND": "95500", "THB": "138.25", "LAK": "86250.75"}
PACK = 40
_HOUR = 3_600
_ONLY_WRITES = frozenset(
    {
        "render_document", "send_message", "tell", "index_listings", "rebuild_index", "seal_audit", "roll_timetable",
        "expire_messages", "sweep_logins", "watch_requirements", "watch_goods_papers", "prune_jobs", "compare_listings",
    }
)  # fmt: skip


class Broken(AssertionError):
    """Something that must never be, with the steps that led there."""


@dataclass
class Answer:
    """What the city answered."""

    status: int
    body: Any

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.status < 300


@dataclass
class World:
    """The market, its people and what happened so far."""

    app: Flask
    rng: Random
    market: factories.Market
    buyers: list[factories.Trader]
    staff: dict[str, factories.Trader]
    goods: dict[str, tuple[factories.Trader, str]]
    offset: int = 0
    log: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    kept: list[tuple[bytes, str]] = field(default_factory=list)
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    @property
    def double(self) -> Double:
        """The stand-in of the card provider."""
        return self.app.extensions["city.double"]

    @property
    def sellers(self) -> list[factories.Trader]:
        """Who sells."""
        return [self.market.merchant, self.market.thai]

    def ask(self, trader: factories.Trader, path: str) -> Any:
        """Read something that is there."""
        answer = self._open(trader, "GET", path, None, {})
        if answer.status != 200:
            raise Broken(f"GET {path}: {answer.status} {answer.body}")
        return answer.body

    def act(self, trader: factories.Trader, path: str, body: Any = None, *, method: str = "POST") -> Answer:
        """Do something; now and then it is sent twice, and must then be answered the same."""
        key = {} if method != "POST" else {"Idempotency-Key": f"model-{next(self._keys)}"}
        answer = self._open(trader, method, path, body, key)
        if key and answer.done and self.rng.random() < 0.1:
            again = self._open(trader, method, path, body, key)
            if (again.status, again.body) != (answer.status, answer.body):
                raise Broken(f"{path}: a replay answered {again} instead of {answer}")
        self.log.append(f"{method} {path} {body} -> {answer.status}")
        return answer

    def must(self, trader: factories.Trader, path: str, body: Any) -> Any:
        """Do something that cannot be refused, and return the answer."""
        answer = self._open(trader, "POST", path, body, {"Idempotency-Key": f"model-{next(self._keys)}"})
        if not answer.done:
            raise Broken(f"POST {path} {body}: {answer.status} {answer.body}")
        return answer.body

    def _open(self, trader: factories.Trader, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        client = self.app.test_client()
        found = client.open(f"/api/v1{path}", method=method, json=body, headers=trader.headers | headers)
        # 503 is an honest answer: the provider is silent, and somebody goes on later.
        if found.status_code >= 500 and found.status_code != 503:
            raise Broken(f"{method} {path} {body}: {found.status_code} {found.text}")
        return Answer(found.status_code, found.get_json() if found.data else None)

    def orders(self, trader: factories.Trader) -> list[Any]:
        """List a trader's latest orders."""
        return self.ask(trader, "/orders")["items"]

    def pick(self, items: Any) -> Any:
        """Choose one of several; None of none."""
        chosen = list(items)
        return self.rng.choice(chosen) if chosen else None

    def amount_near(self, amount: str) -> str:
        """Return an amount as people pay it: exactly, in part, a little short, or too much."""
        whole, _, coins = amount.partition(".")
        way = self.rng.choice(("exact", "exact", "exact", "part", "short", "over"))
        units = int(whole)
        if way == "part":
            units = max(1, units * self.rng.randint(10, 90) // 100)
        elif way == "short":
            units = max(1, units - self.rng.randint(1, 3))
        elif way == "over":
            units += self.rng.randint(1, max(1, units // 20))
        return f"{units}.{coins}" if coins else str(units)

    def wait(self, seconds: int) -> None:
        """Let time pass, and let the city do what it does by the clock."""
        self.offset += seconds
        clock.set_offset(self.offset)
        with self.app.app_context():
            relay.ask_for_periodic(now=clock.now())
            db.session.rollback()
        self.work()

    def work(self) -> None:
        """Run the jobs that are due, but for those that only write: papers, letters, the search index."""
        while True:
            with self.app.app_context():
                due = queries.named_due(reading(), now=clock.now(), limit=500)
                db.session.rollback()
            if not sum(runner.run(self.app, job_id) for job_id, name in due.items() if name not in _ONLY_WRITES):
                return

    def collect_notices(self) -> None:
        """Take what the provider has to tell out of its hands; it tells every event until somebody takes it."""
        while self.double.deliver(lambda _url, raw, signature: bool(self.kept.append((raw, signature))) or True):
            pass

    def bring_notices(self) -> None:
        """Bring notices late, twice, in any order, or not at all."""
        self.collect_notices()
        self.rng.shuffle(self.kept)
        for notice in self.kept:
            for _ in range(self.rng.choice((0, 1, 1, 1, 2))):
                self._bring(notice)
        self.kept.clear()

    def _bring(self, notice: tuple[bytes, str]) -> None:
        raw, signature = notice
        answer = self.app.test_client().post(
            "/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature, "Content-Type": "application/json"}
        )
        # An old signature is refused, and a silent provider makes it be sent again.
        if answer.status_code >= 500 and answer.status_code != 503:
            raise Broken(f"webhook: {answer.status_code} {answer.text}")

    def calm_down(self) -> None:
        """End all faults, and let those who sweep up after them come by twice."""
        self.double.switches.clear()
        for _ in range(2):
            self.wait(120)

    def settle_down(self) -> None:
        """Let the city finish what it owes, without any notice of the provider."""
        self.kept.clear()
        for _ in range(4):
            self.wait(2 * _HOUR)
            with self.app.app_context():
                cards.reconcile(clock.now())
                db.session.rollback()
            self.work()


def build(app: Flask, seed: int) -> World:
    """Open the market of a seed."""
    rng = Random(seed)
    market = factories.open_market(app, stock=10**6)
    buyers = [market.buyer, *factories.more_buyers(app, 1)]
    now = clock.now()
    with unit_of_work() as session:
        publish_rates(session)
        goods: dict[str, tuple[factories.Trader, str]] = {"CNY": (market.merchant, str(market.chains))}
        for currency, seller in (("USD", market.merchant), ("VND", market.merchant), ("LAK", market.merchant)):
            factories.payee(session, seller.actor, currency=currency, country="CN", now=now)
            goods[currency] = (seller, str(_goods(session, seller, currency, now)))
        goods["THB"] = (market.thai, str(market.pads))
        staff = {
            name: factories.staff(session, app, role=role, name=name, now=now)
            for name, role in (("hub", Role.OPERATIONS), ("treasury", Role.TREASURY), ("treasury2", Role.TREASURY))
        }
    app.extensions["city.double"].switches.clear()
    world = World(app, rng, market, buyers, staff, goods)
    for seller in world.sellers:
        _offer_plans(world, seller)
    return world


def _offer_plans(world: World, seller: factories.Trader) -> None:
    """Let a merchant offer plans of its own, one of them on credit that the first buyer has."""
    thirds = [("deposit", "30", 5), ("handed_over", "40", 5), ("delivered", "30", 3)]
    for code, stages, credit, rails in (
        ("thirds", thirds, False, ["bank", "card"]),
        ("net30", [("delivered", "100", 30)], True, ["bank"]),
    ):
        body = {
            "code": code,
            "name": code,
            "credit": credit,
            "rails": rails,
            "stages": [{"event": event, "percent": share, "days": days} for event, share, days in stages],
        }
        world.must(seller, "/payment-plans", body)
    currency = "CNY" if seller is world.market.merchant else "THB"
    about = {"merchant_id": str(seller.company), "amount": "40000", "currency": currency, "note": "for the season"}
    asked = world.must(world.market.buyer, "/credit-lines", about)
    until = (clock.now() + timedelta(days=300)).date().isoformat()
    grant = {"decision": "grant", "amount": "30000", "currency": currency, "days": 30, "until": until}
    world.must(seller, f"/credit-lines/{asked['id']}/decision", grant | {"reason": "known for long"})


def _goods(session: Any, seller: factories.Trader, currency: str, now: Any) -> Any:
    rule = "DAP" if currency == "VND" else "FCA"
    place = factories.HANOI if rule == "DAP" else factories.HUB
    return factories.listing(
        session,
        seller.actor,
        sku=f"M-{currency}",
        stock=10**6,
        ladders=(factories.ladder(currency, rule, place, price=PRICES[currency]),),
        now=now,
    )


def days(number: float) -> int:
    """Return so many days in seconds."""
    return int(timedelta(days=number).total_seconds())
