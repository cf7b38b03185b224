"""Count failures in the database, so that all workers and restarts count together."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import LoginCounter
from marketplace.accounts.rules.throttling import LIMITS, WINDOW, Bucket, BucketKind, Tally, waiting_time
from marketplace.accounts.services.vault import Vault
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.errors import TooMany

# The same upsert on both databases, which SQLAlchemy would spell once for each.
_COUNT: Final = sa.text(
    """
    INSERT INTO login_counter (bucket, count, window_start, last_at) VALUES (:bucket, 1, :now, :now)
    ON CONFLICT (bucket) DO UPDATE SET
        count = CASE WHEN login_counter.window_start <= :horizon THEN 1 ELSE login_counter.count + 1 END,
        window_start = CASE WHEN login_counter.window_start <= :horizon THEN :now ELSE login_counter.window_start END,
        last_at = :now
    """
).bindparams(sa.bindparam("now", type_=UtcDateTime()), sa.bindparam("horizon", type_=UtcDateTime()))


def login_buckets(vault: Vault, *, login: str, address: str) -> tuple[Bucket, ...]:
    """Return what a failed login of this name from this network address counts in."""
    return _buckets(
        vault, {BucketKind.PAIR: (login, address), BucketKind.ADDRESS: (address,), BucketKind.LOGIN: (login,)}
    )


def sending_buckets(vault: Vault, *, login: str, address: str) -> tuple[Bucket, ...]:
    """Return what a code sent to this name at this address's wish counts in."""
    return _buckets(vault, {BucketKind.SENDING: (login,), BucketKind.ASKING: (address,)})


def asking_buckets(vault: Vault, *, address: str) -> tuple[Bucket, ...]:
    """Return what a registration from this network address counts in."""
    return _buckets(vault, {BucketKind.ASKING: (address,)})


def check(session: Session, *, buckets: Collection[Bucket], now: datetime) -> None:
    """Raise TooMany with ``retry_after`` seconds while any bucket must wait; tries of one bucket take turns."""
    counters = session.execute(
        sa.select(
            LoginCounter.bucket, LoginCounter.count.label("failures"), LoginCounter.window_start, LoginCounter.last_at
        )
        .where(LoginCounter.bucket.in_([bucket.name for bucket in buckets]))
        .order_by(LoginCounter.bucket)
        .with_for_update()
    ).all()
    limits = {bucket.name: LIMITS[bucket.kind] for bucket in buckets}
    waits = [
        waiting_time(limits[row.bucket], Tally(row.failures, row.window_start, row.last_at), now) for row in counters
    ]
    if longest := max(waits, default=0):
        raise TooMany("too_many", retry_after=longest)


def count_failure(session: Session, *, buckets: Collection[Bucket], now: datetime) -> None:
    """Count one failure in every bucket; a window that is over begins anew."""
    for name in sorted(bucket.name for bucket in buckets):
        session.execute(_COUNT, {"bucket": name, "now": now, "horizon": now - WINDOW})


def clear(session: Session, *, buckets: Collection[Bucket]) -> None:
    """Forget the failures of a login that succeeded; the address keeps its own, or one account would wash it."""
    names = [bucket.name for bucket in buckets if bucket.kind in {BucketKind.PAIR, BucketKind.LOGIN}]
    session.execute(sa.delete(LoginCounter).where(LoginCounter.bucket.in_(names)))


def sweep(session: Session, *, now: datetime) -> None:
    """Delete the counters whose window is over."""
    session.execute(sa.delete(LoginCounter).where(LoginCounter.window_start <= now - WINDOW))


def _buckets(vault: Vault, parts: dict[BucketKind, tuple[str, ...]]) -> tuple[Bucket, ...]:
    if not vault.policy.throttled:
        return ()
    return tuple(Bucket(kind, vault.fingerprint(kind, *names)) for kind, names in parts.items())
