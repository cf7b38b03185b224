"""What the clock makes of payments: each in a transaction of its own, until none is left."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.payments.queries import payments as queries
from marketplace.payments.services import payments, slips

_log = structlog.get_logger("city.payments")
Lapse = Callable[..., bool]


def lapse(*, now: datetime) -> int:
    """Mark what was not paid in time as overdue, escalate slips that were not answered; return how many payments."""
    return _each(queries.overdue, payments.lapse, now) + _each(queries.unanswered, slips.lapse, now)


def _each(find: Callable[..., tuple[UUID, ...]], change: Lapse, now: datetime) -> int:
    """Change everything that is found, in order of id; one that breaks keeps no other waiting."""
    done, after = 0, UUID(int=0)
    while found := _found(find, after, now):
        done += sum(_changed(change, payment_id, now) for payment_id in found)
        after = found[-1]
    return done


def _found(find: Callable[..., tuple[UUID, ...]], after: UUID, now: datetime) -> tuple[UUID, ...]:
    session = reading()
    session.rollback()  # what other transactions did since must be seen
    return find(session, after=after, now=now)


def _changed(change: Lapse, payment_id: UUID, now: datetime) -> bool:
    def work(session: Session) -> bool:
        return change(session, payment_id=payment_id, now=now)

    try:
        return in_unit_of_work(work)
    except Exception as error:  # noqa: BLE001  told, and tried again with the next run
        _log.warning("payment_not_lapsed", payment=str(payment_id), error=type(error).__name__)
        return False
