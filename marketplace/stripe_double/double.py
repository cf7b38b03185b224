"""The stand-in as one object: answer a call, act for a person on its pages, let time pass, deliver notices."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from marketplace.stripe_double import answers, deliveries, parameters, routes, uploads
from marketplace.stripe_double.answers import Answer
from marketplace.stripe_double.calls import API_VERSION, Call, expand, new_id
from marketplace.stripe_double.errors import Refusal, api_error, invalid, too_many
from marketplace.stripe_double.resources import (
    accounts,
    checkout_sessions,
    disputes,
    local_payments,
    payment_intents,
    payouts,
    refunds,
    webhook_endpoints,
)
from marketplace.stripe_double.routes import Route
from marketplace.stripe_double.storage import Storage
from marketplace.stripe_double.switches import Fault, Switches

_BY_THE_CLOCK: Final = (
    checkout_sessions.expire_due,
    payment_intents.expire_reservations,
    local_payments.go_on,
    refunds.settle_pending,
    disputes.go_on,
    payouts.go_on,
)
# Metadata of the endpoint that belongs to the city this stand-in is embedded in.
_EMBEDDED: Final = {"city": "embedded"}
_BEFORE: Final = (Fault.TIMEOUT_BEFORE, Fault.THROTTLE, Fault.KILL_BEFORE)
_AFTER: Final = (Fault.TIMEOUT_AFTER, Fault.KILL_AFTER)


class NoAnswer(Exception):
    """The caller never hears of this call: a time-out on purpose."""


class Double:
    """A stand-in on one file. Threads and processes may each have their own object on the same file."""

    def __init__(self, path: Path, *, base_url: str, country: str = accounts.PLATFORM) -> None:
        """Open or make the file; pages are shown under ``base_url``, the platform is an account of ``country``."""
        self._storage = Storage(path)
        self._base_url = base_url.rstrip("/")
        self._country = country
        self.switches = Switches(self._storage)

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], *, query: str = "", body: str | bytes = ""
    ) -> Answer:
        """Do one call and return its answer; NoAnswer when a switch takes the answer away."""
        request_id = new_id("req", 14)
        try:
            self._fault(_BEFORE, method, path)
            status, content, replayed = self._answer(method, path, headers, query, body, request_id)
        except Refusal as refusal:
            status, content, replayed = refusal.status, refusal.body, False
        self._fault(_AFTER, method, path)
        return Answer(status, content, request_id, replayed)

    def act(self, work: Callable[[Call], Any]) -> Any:
        """Do something that is no call of the API: a person on a page, or time that passes."""
        with self._storage.write() as transaction:
            try:
                with transaction.savepoint(kept=_is_kept):
                    return work(Call(transaction, {}, "", self._base_url, platform=self._country))
            except Refusal as refusal:
                if not refusal.keep:
                    raise
                found = refusal
        raise found

    def read(self, kind: str, object_id: str) -> dict[str, Any] | None:
        """Read an object with what is the stand-in's own in it."""
        with self._storage.read() as transaction:
            return transaction.get(kind, object_id)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Read all objects of a kind, newest first."""
        with self._storage.read() as transaction:
            return transaction.all(kind)

    def embedded_endpoint(self, url: str) -> str:
        """Return the signing secret of the city's own endpoint, registered once and moved when the city moves."""
        with self._storage.write() as transaction:
            call = Call(transaction, {"url": url, "enabled_events": ["*"], "metadata": _EMBEDDED}, "", self._base_url)
            for endpoint in transaction.all("webhook_endpoint"):
                if endpoint["metadata"] == _EMBEDDED:
                    call.put({**endpoint, "url": url})
                    return endpoint["_secret"]
            return webhook_endpoints.create(call)["secret"]

    def pass_time(self) -> None:
        """Do what is due by the clock: pages and reservations end, refunds fail, disputes and payouts go their way."""
        for work in _BY_THE_CLOCK:
            self.act(work)

    def dispute(self, intent_id: str, *, amount: int | None = None, reason: str = "fraudulent") -> dict[str, Any]:
        """Be the card's holder who disputes a payment, or this much of it."""
        return self.act(lambda call: disputes.open_on(call, intent_id, amount=amount, reason=reason))

    def settle_local(self, intent_id: str, outcome: str) -> dict[str, Any]:
        """Be the buyer, or his bank: ``pay``, ``fail``, or ``wait`` until the bank says later which it is."""
        return self.act(lambda call: local_payments.settle(call, call.get("payment_intent", intent_id), outcome))

    def fail_refund(self, refund_id: str) -> dict[str, Any]:
        """Be the bank that takes a refund no more."""
        return self.act(lambda call: refunds.fail(call, call.get("refund", refund_id)))

    def decide(self, dispute_id: str, *, won: bool) -> dict[str, Any]:
        """Be the card's bank that decides a dispute."""
        return self.act(lambda call: disputes.decide(call, call.get("dispute", dispute_id), won=won))

    def deliver(self, send: deliveries.Send, *, limit: int = 100) -> int:
        """Send the notices that are due, through ``send(url, raw, signature) -> accepted``; return how many went."""
        return deliveries.pump(self._storage, self.switches, send, limit=limit)

    def _answer(
        self, method: str, path: str, headers: Mapping[str, str], query: str, body: str | bytes, request_id: str
    ) -> tuple[int, dict[str, Any], bool]:
        _check_headers(headers)
        found = routes.find(method, path)
        if found is None:
            message = f"Unrecognized request URL ({method}: {path})."
            raise Refusal(404, invalid(message).error)
        route, object_id = found
        raw, body = _read(method, path, headers, query, body)
        given = parameters.check(raw, route.model, supported=route.supported)
        account = headers.get("stripe-account", "")
        if account:
            self.act(lambda call: accounts.check_known(call, account))
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        if key:
            key = f"{account}:{key}" if account else key
            known = answers.begin(self._storage, key, method=method, path=path, body=body)
            if known is not None:
                return known.status, known.body, True
        return (*self._execute(route, given, object_id, key, request_id, path, account), False)

    def _execute(
        self, route: Route, given: dict[str, Any], object_id: str, key: str, request_id: str, path: str, account: str
    ) -> tuple[int, dict[str, Any]]:
        """Do the call and keep its answer in one transaction, a GET in a reading one."""
        paths = given.pop("expand", [])
        broken = self.switches.take(Fault.BREAK_BEFORE, Fault.BREAK_AFTER, method=route.method, path=path)
        with self._storage.read() if route.method == "GET" else self._storage.write() as transaction:
            call = Call(transaction, given, object_id, self._base_url, request_id, key, account, self._country)
            status, content = 200, {}
            try:
                if broken and broken.fault is Fault.BREAK_BEFORE:
                    raise api_error()
                with transaction.savepoint(kept=_is_kept):
                    content = expand(call, route.act(call), paths)
            except Refusal as refusal:
                status, content = refusal.status, refusal.body
            if broken:
                status, content = 500, api_error().body
            if key:
                answers.keep(transaction, key, status, content)
        return status, content

    def _fault(self, faults: tuple[Fault, ...], method: str, path: str) -> None:
        armed = self.switches.take(*faults, method=method, path=path)
        if armed is None:
            return
        if armed.fault in (Fault.KILL_BEFORE, Fault.KILL_AFTER):
            os.kill(os.getpid(), signal.SIGKILL)
        if armed.fault is Fault.THROTTLE:
            raise too_many()
        raise NoAnswer


def _read(
    method: str, path: str, headers: Mapping[str, str], query: str, body: str | bytes
) -> tuple[dict[str, Any], str]:
    """Return the raw parameters of a call, and its body as what tells two calls of one key apart."""
    kind = headers.get("content-type", "")
    if method == "POST" and kind.startswith(uploads.FORM):
        return uploads.read(path, kind, body if isinstance(body, bytes) else body.encode())
    said = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    return parameters.read(said if method == "POST" else query), said


def _is_kept(error: BaseException) -> bool:
    """Tell whether what was done before an error stays done: a declined card leaves its attempt behind."""
    return isinstance(error, Refusal) and error.keep


def _check_headers(headers: Mapping[str, str]) -> None:
    authorization = headers.get("authorization", "")
    if not authorization.startswith("Bearer sk_test_"):
        raise Refusal(401, {"type": "invalid_request_error", "message": "Invalid API Key provided"})
    version = headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"Invalid Stripe API version: {version}. The demo provider only does {API_VERSION}")
