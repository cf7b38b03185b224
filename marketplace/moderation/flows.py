"""What happens to cases by the clock and beside the network, each in transactions of its own."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.files import pictures
from marketplace.files import store as bytes_store
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.each import each, each_waiting
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.ids import new_id
from marketplace.moderation import queries, services
from marketplace.moderation.queries import likeness as looks
from marketplace.moderation.rules import CaseState
from marketplace.moderation.services import likeness, trusting, weighing

_AT_ONCE: Final = 200
_log = structlog.get_logger("city.moderation")


def escalate(*, now: datetime) -> int:
    """Tell of cases that wait longer than was promised; return of how many companies."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: services.escalate(writing, company_id=found, now=now),
        act="escalate_cases",
    )


def decide_each(
    *,
    actor: Actor,
    seen: Mapping[UUID, str | None],
    decision: str,
    reason: str = "",
    canned: str | None = None,
    now: datetime,
) -> dict[UUID, CaseState | DomainError]:
    """Decide cases alike, each in a transaction of its own; return each one's state, or why it was not decided.

    The letters of one go to a merchant are one.
    """
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    batch = new_id()
    done: dict[UUID, CaseState | DomainError] = {}
    for case_id, fingerprint in seen.items():
        try:
            done |= in_unit_of_work(
                lambda session, asked={case_id: fingerprint}: services.decide_all(
                    session,
                    actor=actor,
                    seen=asked,
                    decision=decision,
                    reason=reason,
                    canned=canned,
                    batch=batch,
                    now=now,
                )
            )
        except DomainError as refusal:
            done[case_id] = refusal
    return done


def compare(listing_ids: Sequence[UUID], *, store: ObjectStore, now: datetime) -> None:
    """Find what listings are like: read their new pictures, compare, and weigh the cases that this touches."""
    session = reading()
    session.rollback()
    shown = {sha256 for look in looks.looks(session, listing_ids=listing_ids).values() for sha256 in look.pictures}
    wanted = looks.unprinted(session, hashes=shown)
    session.rollback()  # no transaction stays open over the network
    bits = {sha256: value for sha256, source in wanted.items() for value in _read(store, source)}

    def work(writing: Session) -> None:
        likeness.keep_prints(writing, bits=bits, now=now)
        touched = likeness.compare(writing, listing_ids=listing_ids, now=now)
        likeness.weigh(writing, listing_ids={*touched, *listing_ids}, now=now)

    in_unit_of_work(work)
    confirm_trusted(listing_ids, now=now)


def confirm_trusted(listing_ids: Collection[UUID], *, now: datetime) -> int:
    """Confirm what trusted merchants changed of these listings, each case in a transaction of its own."""
    session = reading()
    session.rollback()
    waiting = queries.waiting_about(session, listing_ids=listing_ids)
    session.rollback()
    return each(
        waiting,
        lambda writing, case_id: trusting.confirm(writing, case_id=case_id, now=now),
        act="confirm_trusted",
    )


def compare_outdated(*, store: ObjectStore, now: datetime) -> int:
    """Compare what was handed in and not compared since it changed; return how many listings."""
    done, last = 0, UUID(int=0)
    while found := _outdated(last):
        compare(found, store=store, now=now)
        done, last = done + len(found), found[-1]
    return done


def weigh_company(company_id: UUID, *, now: datetime) -> int:
    """Weigh the cases of a company that wait, some at a time; return how many changed."""
    done, last = 0, UUID(int=0)
    while found := _waiting(company_id, last):
        done += in_unit_of_work(lambda session, ids=found: weighing.weigh_again(session, case_ids=ids, now=now))
        last = found[-1]
    return done


def _read(store: ObjectStore, sha256: str) -> Iterator[int | None]:
    """Yield the hash of a stored picture; nothing when its bytes are away, so that it is read with the next run."""
    try:
        yield pictures.difference_hash(bytes_store.read(store, sha256))
    except NotFound:
        _log.warning("picture_away", sha256=sha256)


def _outdated(last: UUID) -> tuple[UUID, ...]:
    session = reading()
    session.rollback()
    return looks.outdated(session, after=last, most=_AT_ONCE)


def _waiting(company_id: UUID, last: UUID) -> tuple[UUID, ...]:
    session = reading()
    session.rollback()
    return queries.waiting_of(session, company_id=company_id, after=last, most=_AT_ONCE)
