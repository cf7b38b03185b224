"""Stripe's idempotency: the first answer of a key is the answer, whatever it was, for a day.

Nothing is kept when the parameters were wrong; another request with the key is refused while the first runs or when
its parameters differ. Source: https://docs.stripe.com/api/idempotent_requests
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from marketplace.kernel import clock
from marketplace.stripe_double.errors import idempotency, invalid
from marketplace.stripe_double.storage import Storage, Transaction

_LIFETIME: Final = 24 * 3600
# Effect and answer are written together. A call that began longer ago and has no answer was killed before either.
_RUNNING: Final = 5
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body, and whether it is a repetition."""

    status: int
    body: dict[str, Any]
    request_id: str = ""
    replayed: bool = False


def begin(storage: Storage, key: str, *, method: str, path: str, body: str) -> Answer | None:
    """Take a key, or return the answer it has. Refusal for a key in use or used for something else."""
    if len(key) > _LONGEST_KEY:
        raise invalid("Idempotency keys have at most 255 characters.")
    now = clock.now().timestamp()
    print_of_call = hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()
    with storage.write() as transaction:
        transaction.sql.execute("DELETE FROM answer WHERE started < ?", (now - _LIFETIME,))
        known = transaction.sql.execute(
            "SELECT fingerprint, started, status, body FROM answer WHERE key = ?", (key,)
        ).fetchone()
        if known is None:
            transaction.sql.execute(
                "INSERT INTO answer (key, fingerprint, started) VALUES (?, ?, ?)", (key, print_of_call, now)
            )
            return None
        fingerprint, started, status, stored = known
        if fingerprint != print_of_call:
            raise idempotency(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                status=400,
            )
        if status is not None:
            return Answer(status, json.loads(stored), replayed=True)
        if now - started < _RUNNING:
            message = f"There is currently another in-progress request using this Idempotent Key ({key})."
            raise idempotency(message, status=409, code="idempotency_key_in_use")
        transaction.sql.execute("UPDATE answer SET started = ? WHERE key = ?", (now, key))
        return None


def keep(transaction: Transaction, key: str, status: int, body: dict[str, Any]) -> None:
    """Write the answer of a key beside its effect."""
    transaction.sql.execute(
        "UPDATE answer SET status = ?, body = ? WHERE key = ?", (status, json.dumps(body, ensure_ascii=False), key)
    )


def forget(storage: Storage, key: str) -> None:
    """Give a key back whose call was never begun."""
    with storage.write() as transaction:
        transaction.sql.execute("DELETE FROM answer WHERE key = ? AND status IS NULL", (key,))
