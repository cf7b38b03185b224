"""What the clock makes of payments and what waits beside them: each in its own transaction, until none is left."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries import waits
from marketplace.payments.services import payments, slips
from marketplace.payments.services import waits as waiting

_log = structlog.get_logger("city.payments")
Find = Callable[..., tuple[UUID, ...]]
Change = Callable[[Session, UUID], bool]


def lapse(*, now: datetime) -> int:
    """Mark what was not paid in time as overdue, escalate slips that were not answered; return how many payments."""
    late = _each(queries.overdue, lambda session, found: payments.lapse(session, payment_id=found, now=now), now)
    return late + _each(queries.unanswered, lambda session, found: slips.lapse(session, payment_id=found, now=now), now)


def escalate(*, now: datetime) -> int:
    """Tell of payouts, returns of card money and transfers that waited too long; return how many."""
    return sum(_escalate(kind, now) for kind in waits.KINDS)


def _escalate(kind: str, now: datetime) -> int:
    return _each(
        partial(waits.late, kind=kind),
        lambda session, found: waiting.escalate(session, kind=kind, thing_id=found, now=now),
        now,
    )


def _each(find: Find, change: Change, now: datetime) -> int:
    """Change everything that is found, in order of id; one that breaks keeps no other waiting."""
    done, after = 0, UUID(int=0)
    while found := _found(find, after, now):
        done += sum(_changed(change, each) for each in found)
        after = found[-1]
    return done


def _found(find: Find, after: UUID, now: datetime) -> tuple[UUID, ...]:
    session = reading()
    session.rollback()  # what other transactions did since must be seen
    return find(session, after=after, now=now)


def _changed(change: Change, thing_id: UUID) -> bool:
    try:
        return in_unit_of_work(lambda session: change(session, thing_id))
    except Exception as error:  # noqa: BLE001  told, and tried again with the next run
        _log.warning("payment_not_lapsed", thing=str(thing_id), error=type(error).__name__)
        return False
