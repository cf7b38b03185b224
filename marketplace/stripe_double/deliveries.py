"""Deliver notices: signed as Stripe signs, at least once, in no promised order. Source: docs.stripe.com/webhooks"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from marketplace.kernel import clock
from marketplace.stripe_double.storage import Storage
from marketplace.stripe_double.switches import Fault, Switches

# (address, raw body, Stripe-Signature header) to whether it was taken.
Send = Callable[[str, bytes, str], bool]
# A notice that is not taken comes again after this many seconds, doubling, for three days.
_FIRST_WAIT: Final = 5
_GIVEN_UP: Final = 3 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Notice:
    sequence: int
    attempts: int
    event: dict[str, Any]
    endpoint: dict[str, Any]


def sign(raw: bytes, secret: str, *, at: int) -> str:
    """Return the Stripe-Signature header of a body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def pump(storage: Storage, switches: Switches, send: Send, *, limit: int) -> int:
    """Send what is due, each notice under the switches that fit it; return how many sends were made."""
    notices = _due(storage, limit)
    if len(notices) > 1 and switches.take(Fault.REORDER):
        notices.reverse()
    return sum(_deliver(storage, switches, send, notice) for notice in notices)


def _deliver(storage: Storage, switches: Switches, send: Send, notice: _Notice) -> int:
    armed = switches.take(Fault.DROP, Fault.DELAY, Fault.DUPLICATE, path=notice.event["type"])
    if armed and armed.fault is Fault.DROP:
        _note(storage, notice, state="dropped")
        return 0
    if armed and armed.fault is Fault.DELAY:
        _note(storage, notice, due=_now() + float(armed.value))
        return 0
    times = int(armed.value or 2) if armed else 1
    raw = json.dumps(notice.event, ensure_ascii=False).encode()
    taken = False
    for _ in range(times):
        signature = sign(raw, notice.endpoint["_secret"], at=int(_now()))
        taken = send(notice.endpoint["url"], raw, signature) or taken
    if taken:
        _note(storage, notice, state="done")
    else:
        wait = _FIRST_WAIT * 2**notice.attempts
        _note(storage, notice, due=_now() + wait, state="pending" if wait < _GIVEN_UP else "failed")
    return times


def _due(storage: Storage, limit: int) -> list[_Notice]:
    with storage.read() as transaction:
        rows = transaction.sql.execute(
            "SELECT sequence, attempts, event, endpoint FROM delivery WHERE state = 'pending' AND due <= ?"
            " ORDER BY sequence LIMIT ?",
            (_now(), limit),
        ).fetchall()
        found = [
            (sequence, attempts, transaction.get("event", event), transaction.get("webhook_endpoint", endpoint))
            for sequence, attempts, event, endpoint in rows
        ]
    return [
        _Notice(sequence, attempts, event, endpoint)
        for sequence, attempts, event, endpoint in found
        if event and endpoint
    ]


def _note(storage: Storage, notice: _Notice, *, state: str = "pending", due: float | None = None) -> None:
    with storage.write() as transaction:
        transaction.sql.execute(
            "UPDATE delivery SET state = ?, due = coalesce(?, due), attempts = attempts + 1 WHERE sequence = ?",
            (state, due, notice.sequence),
        )


def _now() -> float:
    return clock.now().timestamp()
