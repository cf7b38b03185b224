"""A small market that lives by chance: its people, its clock, and what the card provider does and tells.

Everything is done over the API, as programs of the members would ask; the provider's faults, the order of its notices
and the passing of time are drawn from the same seed, so that a life that broke something can be lived again.
"""

import io
import re
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from marketplace.accounts.models import ApiToken
from marketplace.accounts.rules.codes import TOKEN_LIFETIME
from marketplace.kernel import clock
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.outbox import queries
from marketplace.outbox.models import OutboxJob
from marketplace.payments.flows import cards
from marketplace.stripe_double.double import Double
from marketplace.worker import runner
from marketplace.worker.jobs import JOBS
from tests import factories

PACK = 40
HOUR = 3_600
# What the clock asks for that moves goods or money, and how often the model lets it; the rest only writes and tells.
BY_THE_CLOCK = {
    "reconcile_cards": 60, "finish_checkouts": 60, "expire_bookings": 600, "expire_stock_holds": 600,
    "lapse_payments": 600, "cancel_unconfirmed_orders": 600, "receive_by_default": 600, "accept_by_silence": 600,
    "lapse_claims": 600, "expire_changes": 600, "lapse_inspections": 600, "send_payouts": 600, "send_transfers": 600,
    "keep_timetable": HOUR, "watch_provider": HOUR, "activate_payees": HOUR, "close_lines": 6 * HOUR,
    "roll_timetable": 24 * HOUR, "reconcile_bookings": 24 * HOUR, "gather_payouts": 7 * 24 * HOUR,
}  # fmt: skip
_ONLY_WRITES = (
    "render_document", "send_message", "tell", "index_listings", "rebuild_index", "compare_listings", "weigh_cases",
)  # fmt: skip
# A silent or failing provider is no fault of a job, which is tried again.
_HONEST = ("ProviderSilent", "ProviderBusy", "ProviderBroke")
_AT_ONCE = 10
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


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
    sellers: list[factories.Trader]
    staff: dict[str, factories.Trader]
    goods: dict[str, list[tuple[factories.Trader, str]]]
    offset: int
    log: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[bytes, str]] = field(default_factory=list)
    banks: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    mark: str = ""
    _ran: defaultdict[str, int] = field(init=False)
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    def __post_init__(self) -> None:
        """Count what runs by the clock from the beginning, which may be before today."""
        begun = self.offset
        self._ran = defaultdict(lambda: begun)

    @property
    def double(self) -> Double:
        """The stand-in of the card provider."""
        return self.app.extensions["city.double"]

    @property
    def payees(self) -> list[factories.Trader]:
        """Who is paid by bank."""
        return [*self.sellers, self.market.carrier]

    @property
    def traders(self) -> list[factories.Trader]:
        """Everybody who buys or sells."""
        return [*self.buyers, *self.sellers]

    def who(self, company_id: Any) -> factories.Trader:
        """Return whoever acts for a company."""
        everybody = (*self.traders, self.market.carrier, *self.staff.values())
        return next(trader for trader in everybody if trader.company == company_id)

    def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """Look into the city's own tables: whoever acts knows from a page, in a fraction of its time, what there is."""
        session = reading()
        found = list(session.execute(statement).all())
        session.rollback()
        return found

    def number(self) -> int:
        """Return a number that was not given out before."""
        return next(self._keys)

    def ask(self, trader: factories.Trader, path: str) -> Any:
        """Read something that is there."""
        answer = self._open(trader, "GET", path, {})
        if answer.status != 200:
            raise Broken(f"GET {path}: {answer.status} {answer.body}")
        return answer.body

    def act(
        self,
        trader: factories.Trader,
        path: str,
        body: Any = None,
        *,
        method: str = "POST",
        called: str = "",
        again: float = 0.05,
    ) -> Answer:
        """Do something; now and then it is sent twice, and must then be answered the same."""
        key = {} if method != "POST" else {"Idempotency-Key": f"model-{self.mark}{self.number()}"}
        answer = self._open(trader, method, path, key, json=body)
        if key and answer.done and self.likely(again):
            same = self._open(trader, method, path, key, json=body)
            if (same.status, same.body) != (answer.status, answer.body):
                raise Broken(f"{path}: a replay answered {same} instead of {answer}")
        self.note(called or f"{method} {_ID.sub('*', path)}", answer, f"{method} {path} {body}")
        return answer

    def send(self, trader: factories.Trader, path: str, content: bytes, **more: str) -> Answer:
        """Hand a file in."""
        key = {"Idempotency-Key": f"model-{self.mark}{self.number()}"}
        answer = self._open(trader, "POST", path, key, data={"file": (io.BytesIO(content), "file.pdf"), **more})
        self.note(f"POST {path}", answer, f"POST {path} {len(content)} bytes {more}")
        return answer

    def note(self, name: str, answer: Answer, text: str) -> None:
        """Keep what was done or refused."""
        reason = "" if answer.done else f" {(answer.body or {}).get('type', '').rpartition(':')[2]}"
        if answer.done:
            self.done[name] += 1
        else:
            self.refused[f"{name}:{reason}"] += 1
        self.log.append(f"{text} -> {answer.status}{reason}")

    def happened(self, name: str, text: str = "") -> None:
        """Keep that somebody outside the city did something."""
        self.done[name] += 1
        self.log.append(f"{name} {text}")

    def must(self, trader: factories.Trader, path: str, body: Any) -> Any:
        """Do something that cannot be refused, and return the answer."""
        answer = self.act(trader, path, body)
        if not answer.done:
            raise Broken(f"POST {path} {body}: {answer.status} {answer.body}")
        return answer.body

    def _open(self, trader: factories.Trader, method: str, path: str, headers: dict[str, str], **sent: Any) -> Answer:
        client = self.app.test_client()
        found = client.open(f"/api/v1{path}", method=method, headers=trader.headers | headers, **sent)
        # 503 is an honest answer: the provider is silent, and somebody goes on later.
        if found.status_code >= 500 and found.status_code != 503:
            raise Broken(f"{method} {path} {sent}: {found.status_code} {found.text}")
        return Answer(found.status_code, found.get_json() if found.data else None)

    def pick(self, items: Any) -> Any:
        """Choose one of several; None of none."""
        chosen = list(items)
        return self.rng.choice(chosen) if chosen else None

    def likely(self, chance: float) -> bool:
        """Let chance decide."""
        return self.rng.random() < chance

    def near(self, minor: int, unit: int = 100) -> int:
        """Return an amount as people pay it: exactly, in part, a little short, or too much."""
        way = self.rng.choice(("exact", "exact", "exact", "part", "short", "over"))
        if way == "part":
            return max(1, minor * self.rng.randint(10, 90) // 100)
        if way == "short":
            return max(1, minor - self.rng.randint(1, 3) * unit)
        if way == "over":
            return minor + self.rng.randint(1, max(1, minor // 20))
        return minor

    def wait(self, seconds: int) -> None:
        """Let time pass, and let the city do what it does by the clock."""
        self.offset += seconds
        clock.set_offset(self.offset)
        self.double.pass_time()
        self._keep_tokens()
        for name, every in BY_THE_CLOCK.items():
            if self.offset - self._ran[name] >= every:
                self._ran[name] = self.offset
                self._run(name)
        self.work()

    def _keep_tokens(self) -> None:
        """Whoever lives longer than a token takes a new one in time; here the same one lasts."""
        if self.offset - self._ran["tokens"] < TOKEN_LIFETIME.total_seconds() / 2:
            return
        self._ran["tokens"] = self.offset
        with self.app.app_context(), unit_of_work() as session:
            session.execute(sa.update(ApiToken).values(expires_at=clock.now() + TOKEN_LIFETIME))

    def _run(self, name: str) -> None:
        with self.app.app_context():
            try:
                JOBS[name]({})
            except DomainError as error:
                if type(error).__name__ not in _HONEST:
                    raise Broken(f"{name}: {error!r}\n{traceback.format_exc()}") from error
            except Exception as error:
                raise Broken(f"{name}: {error!r}\n{traceback.format_exc()}") from error

    def work(self) -> None:
        """Run the jobs that are due, but for those that only write: papers, letters, the search index."""
        with self.app.app_context(), unit_of_work() as session:
            session.execute(sa.delete(OutboxJob).where(OutboxJob.name.in_(_ONLY_WRITES)))
        while True:
            with self.app.app_context():
                due = queries.named_due(reading(), now=clock.now(), limit=500)
                db.session.rollback()
            if not sum(runner.run(self.app, job_id) for job_id, name in due.items() if name not in _ONLY_WRITES):
                break
        failed = self.rows(
            sa.select(OutboxJob.name, OutboxJob.last_error, OutboxJob.args).where(
                OutboxJob.last_error.is_not(None), OutboxJob.last_error.not_in(_HONEST)
            )
        )
        if failed:
            raise Broken(f"a job failed: {failed[0]}")

    def collect_notices(self) -> None:
        """Take what the provider has to tell out of its hands; it tells every event until somebody takes it."""
        while self.double.deliver(lambda _url, raw, signature: bool(self.kept.append((raw, signature))) or True):
            pass

    def bring_notices(self) -> None:
        """Bring notices late, twice, in any order, or not at all; some stay for another time."""
        self.collect_notices()
        self.rng.shuffle(self.kept)
        later = self.kept[_AT_ONCE:]
        for notice in self.kept[:_AT_ONCE]:
            way = self.rng.choice(("dropped", "brought", "brought", "brought", "twice", "later"))
            if way == "later":
                later.append(notice)
            for _ in range({"brought": 1, "twice": 2}.get(way, 0)):
                self._bring(notice)
            self.done[f"notice {way}"] += 1
        self.kept = later

    def _bring(self, notice: tuple[bytes, str]) -> None:
        raw, signature = notice
        answer = self.app.test_client().post(
            "/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature, "Content-Type": "application/json"}
        )
        # An old signature is refused, and a silent provider makes it be sent again.
        if answer.status_code >= 500 and answer.status_code != 503:
            raise Broken(f"webhook: {answer.status_code} {answer.text}")

    def calm_down(self) -> None:
        """End all faults, and let those who sweep up after them come by."""
        self.double.switches.clear()
        for _ in range(2):
            self.wait(660)

    def settle_down(self) -> None:
        """Let the city finish what it owes, without any notice of the provider."""
        self.kept.clear()
        self._go_by(1, 2)
        made = -1
        while made != len(self.double.all("refund")):
            made = len(self.double.all("refund"))
            self._go_by(26, 26)  # by the second night the provider's books were compared

    def _go_by(self, *hours: int) -> None:
        for each in hours:
            self.wait(each * HOUR)
            with self.app.app_context(), suppress(DomainError):
                cards.reconcile(clock.now())
                db.session.rollback()
            self.work()


def days(number: float) -> int:
    """Return so many days in seconds."""
    return int(timedelta(days=number).total_seconds())
