"""Claim a key, keep the answer under it, give it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.idempotency import rules
from marketplace.idempotency.models import IdempotencyKey
from marketplace.idempotency.rules import KeyState
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Fresh:
    """The request is ours to do; an ``attempt`` above 1 resumes what an earlier one may have begun."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was done before, with this answer."""

    status: int
    body: Any


def claim(
    session: Session, *, scope: str, key: str, fingerprint: str, now: datetime, lease: timedelta
) -> Fresh | Replay:
    """Take a key, or return the answer kept under it.

    Refused ``key_reused`` for another request under the same key; Conflict ``key_running`` while the first is at
    work. A racer waits for the end of a claim that is not committed yet, then gets its answer or the key.
    """
    rules.parse_key(key)
    is_new = insert_if_new(
        session,
        IdempotencyKey,
        id=new_id(),
        scope=scope,
        key=key,
        fingerprint=fingerprint,
        state=KeyState.RUNNING,
        attempt=1,
        locked_until=now + lease,
        created_at=now,
    )
    if is_new:
        return Fresh(attempt=1)
    found = session.execute(sa.select(IdempotencyKey.__table__).where(*_is(scope, key)).with_for_update()).one_or_none()
    if found is None:  # released between our insert and our look
        raise rules.key_running()
    if found.fingerprint != fingerprint:
        raise rules.key_reused()
    if found.state is KeyState.DONE:
        return Replay(found.status, found.body)
    if found.locked_until > now:
        raise rules.key_running()
    taken = {IdempotencyKey.attempt: found.attempt + 1, IdempotencyKey.locked_until: now + lease}
    session.execute(sa.update(IdempotencyKey).where(*_running(scope, key, found.attempt)).values(taken))
    return Fresh(attempt=found.attempt + 1)


def complete(session: Session, *, scope: str, key: str, status: int, body: Any, attempt: int | None = None) -> bool:
    """Keep the answer under a claimed key; False when it has one, or when a later attempt took the key over."""
    given = {"of_scope": scope, "under": key, "answered": status, "content": body}
    statement, more = (_DONE, {}) if attempt is None else (_DONE_IN, {"tried": attempt})
    return cast("sa.CursorResult[Any]", session.execute(statement, given | more)).rowcount == 1


def release(session: Session, *, scope: str, key: str, attempt: int | None = None) -> bool:
    """Give a claimed key back: the flow was refused before it did anything, and may be tried again."""
    statement = sa.delete(IdempotencyKey).where(*_running(scope, key, attempt))
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def _is(scope: str | sa.BindParameter[str], key: str | sa.BindParameter[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return IdempotencyKey.scope == scope, IdempotencyKey.key == key


def _running(
    scope: str | sa.BindParameter[str], key: str | sa.BindParameter[str], attempt: int | None
) -> tuple[sa.ColumnElement[bool], ...]:
    where = (*_is(scope, key), IdempotencyKey.state == KeyState.RUNNING)
    return where if attempt is None else (*where, IdempotencyKey.attempt == attempt)


_TABLE: Final = cast("sa.Table", IdempotencyKey.__table__)
_DONE: Final = (
    sa.update(_TABLE)
    .where(*_running(sa.bindparam("of_scope"), sa.bindparam("under"), None))
    .values(
        state=KeyState.DONE, status=sa.bindparam("answered"), body=sa.bindparam("content", type_=_TABLE.c.body.type)
    )
)
_DONE_IN: Final = _DONE.where(_TABLE.c.attempt == sa.bindparam("tried"))
