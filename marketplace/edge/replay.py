"""Idempotent replay for pages and API: the first answer under a key is the only one.

A key is stored in the same transaction as its effect; for a flow it is claimed first, with a lease, and completed at
the end, so that a retry after a crash resumes the flow.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import request

from marketplace.idempotency import services as idempotency
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import Malformed

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as kept: status, JSON body, and whether it is a replay."""

    status: int
    body: Any
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of one account with the fingerprint of the request it was first used for."""

    scope: str
    key: str
    fingerprint: str

    @classmethod
    def of_request(cls, actor: Actor, body: Any, key: str | None = None) -> "Claim":
        """Read the key from the header (or the form's hidden field); Malformed when there is none."""
        given = key if key is not None else request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(given):
            raise Malformed("key_missing")
        text = json.dumps([request.method, request.path, body], sort_keys=True, ensure_ascii=True, default=str)
        return cls(f"{actor.person_id}:{actor.company_id}", given, hashlib.sha256(text.encode()).hexdigest())


def once(claim: Claim, work: Callable[..., Stored]) -> Stored:
    """Do the work and keep its answer in one unit of work, or give the first answer again."""

    def attempt(session: Any) -> Stored:
        now = clock.now()
        found = idempotency.claim(
            session, scope=claim.scope, key=claim.key, fingerprint=claim.fingerprint, now=now, lease=LEASE
        )
        if isinstance(found, idempotency.Replay):
            return Stored(found.status, found.body, replayed=True)
        done = work(session=session)
        idempotency.complete(session, scope=claim.scope, key=claim.key, status=done.status, body=done.body)
        return done

    return in_unit_of_work(attempt)


def once_in_flow(claim: Claim, work: Callable[..., Stored]) -> Stored:
    """Claim the key, run the flow, keep its answer; a retry after the lease resumes the flow under the same key."""
    found = in_unit_of_work(
        lambda session: idempotency.claim(
            session,
            scope=claim.scope,
            key=claim.key,
            fingerprint=claim.fingerprint,
            now=clock.now(),
            lease=LEASE,
        )
    )
    if isinstance(found, idempotency.Replay):
        return Stored(found.status, found.body, replayed=True)
    try:
        done = work(key=claim.key)
    except Exception:
        in_unit_of_work(lambda session: idempotency.release(session, scope=claim.scope, key=claim.key))
        raise
    in_unit_of_work(
        lambda session: idempotency.complete(
            session, scope=claim.scope, key=claim.key, status=done.status, body=done.body
        )
    )
    return done
