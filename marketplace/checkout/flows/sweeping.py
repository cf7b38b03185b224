"""Finish or give up the checkouts that nobody is at work on."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from marketplace.checkout import queries
from marketplace.checkout.flows import finishing
from marketplace.checkout.rules.states import IN_FLIGHT
from marketplace.kernel.db import reading
from marketplace.kernel.errors import DomainError

__all__ = ["IN_FLIGHT", "finish", "finish_checkouts"]

_log = structlog.get_logger("city.checkout")


def finish_checkouts(*, now: datetime, in_flight: timedelta = IN_FLIGHT) -> int:
    """Take every unsettled attempt as far as it goes; return how many were looked at."""
    session = reading()
    session.rollback()
    found = queries.unsettled(session, before=now - in_flight, now=now)
    for attempt_id in found:
        finish(attempt_id=attempt_id, now=now)
    return len(found)


def finish(*, attempt_id: UUID, now: datetime) -> None:
    """Take one attempt as far as it goes; how that ended stands on its row."""
    try:
        finishing.advance(attempt_id=attempt_id, now=now)
    except DomainError as refusal:
        _log.info("checkout_not_finished", attempt=str(attempt_id), code=refusal.code)
    except Exception as error:  # noqa: BLE001  one attempt that breaks must not keep the others waiting
        _log.warning("checkout_broke", attempt=str(attempt_id), error=type(error).__name__)
