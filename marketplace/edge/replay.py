"""Idempotent replay for pages and API: the first answer under a key is the only one.

A key is stored in the same transaction as its effect; for a flow it is claimed first, with a lease, and completed at
the end, so that a retry after a crash resumes the flow.
"""

import hashlib
import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from flask import request
from sqlalchemy.orm import Session

from marketplace.idempotency import rules
from marketplace.idempotency import services as idempotency
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import DomainError

LEASE: Final = timedelta(seconds=30)
_PIECE: Final = 256 * 1024

_log = structlog.get_logger("city.replay")


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
    def of_request(cls, actor: Actor, body: bytes, key: str | None = None) -> "Claim":
        """Read the key from the header (or the form's hidden field); Malformed when there is none."""
        given = rules.parse_key(key if key is not None else request.headers.get("Idempotency-Key"))
        scope = f"{actor.person_id}:{actor.company_id}"
        return cls(scope, given, rules.fingerprint(request.method, request.path, body))


def form_sent(*, without: Container[str] = ()) -> bytes:
    """Return what a form says, the same for every retry: the boundary between its parts is drawn anew each time."""
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in without)
    files: list[tuple[str, str, str]] = []
    for name, file in request.files.items(multi=True):
        digest = hashlib.sha256()
        while piece := file.stream.read(_PIECE):
            digest.update(piece)
        file.stream.seek(0)
        files.append((name, file.filename or "", digest.hexdigest()))
    return json.dumps([fields, sorted(files)]).encode()


def once(claim: Claim, work: Callable[..., Stored]) -> Stored:
    """Do the work and keep its answer in one unit of work, or give the first answer again."""

    def attempt(session: Session) -> Stored:
        found = _take(session, claim)
        if isinstance(found, idempotency.Replay):
            return Stored(found.status, found.body, replayed=True)
        done = work(session=session)
        idempotency.complete(session, scope=claim.scope, key=claim.key, status=done.status, body=done.body)
        return done

    return in_unit_of_work(attempt)


def once_in_flow(claim: Claim, work: Callable[..., Stored]) -> Stored:
    """Claim the key, run the flow, keep its answer.

    A refusal gives the key back. After a crash the key stays taken until its lease ends; the retry then resumes the
    flow, which finds its own claim row under the same key.
    """
    found = in_unit_of_work(lambda session: _take(session, claim))
    if isinstance(found, idempotency.Replay):
        return Stored(found.status, found.body, replayed=True)
    try:
        done = work(key=f"{claim.scope}:{claim.key}")
    except DomainError:
        in_unit_of_work(
            lambda session: idempotency.release(session, scope=claim.scope, key=claim.key, attempt=found.attempt)
        )
        raise
    kept = in_unit_of_work(
        lambda session: idempotency.complete(
            session, scope=claim.scope, key=claim.key, status=done.status, body=done.body, attempt=found.attempt
        )
    )
    if not kept:
        _log.warning("answer_kept_by_a_later_attempt")
    return done


def _take(session: Session, claim: Claim) -> idempotency.Fresh | idempotency.Replay:
    return idempotency.claim(
        session, scope=claim.scope, key=claim.key, fingerprint=claim.fingerprint, now=clock.now(), lease=LEASE
    )
