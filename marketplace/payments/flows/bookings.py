"""Read the provider's books every night and compare each line with ours."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import bookings as queries
from marketplace.payments.queries import cards
from marketplace.payments.rules.bookings import BookingState
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.payments.services import bookings as services

_log = structlog.get_logger("city.payments")
# Lines that are written late into a time that was read already are read with the next.
_OVERLAP: Final = timedelta(days=1)
_FIRST: Final = timedelta(days=90)
_AT_ONCE: Final = 500


def reconcile(*, now: datetime) -> int:
    """Read what is new, compare it and what was not as ours before; return how many lines are not as ours now.

    A line about a charge that is not booked here makes that charge be looked at first: its notice may never have come.
    """
    last = queries.latest_run(_fresh())
    since = (last.until - _OVERLAP) if last else now - _FIRST
    until = now - IN_FLIGHT
    found = list(calls.remitter().bookings(since=since, until=until))
    known: set[str] = set()
    for first in range(0, len(found), _AT_ONCE):
        ids = [one.provider_id for one in found[first : first + _AT_ONCE]]
        known |= queries.known(_fresh(), provider_ids=ids)
    new = [one for one in found if one.provider_id not in known]
    for seen in new:
        in_unit_of_work(lambda session, seen=seen: services.read(session, seen=seen, now=now))
    for row in queries.open_bookings(_fresh()):
        if row.intent_id is not None:
            _look(row.intent_id, now)
        _compare(row.id, now)
    return in_unit_of_work(lambda session: services.finish(session, since=since, until=until, read=len(new), now=now))


def _compare(booking_id: UUID, now: datetime) -> BookingState:
    return in_unit_of_work(lambda session: services.compare(session, booking_id=booking_id, now=now))


def _look(intent_id: str, now: datetime) -> None:
    charge = cards.concerned(_fresh(), charge_id=None, intent_id=intent_id, page_id=None)
    if charge is None:
        return
    try:
        calls.look(charge, now=now)
    except DomainError as error:
        _log.warning("booking_not_looked_at", charge=str(charge.id), code=error.code)


def _fresh() -> Session:
    session = reading()
    session.rollback()
    return session
