"""Bill and credit what a round of a whole lorry changed: by contracts above the ones before, and by lower freight."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution import queries as contracts
from marketplace.distribution.costs.queries.revenue import RevenueRow, revenue
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.events import HireShared
from marketplace.distribution.hires.models import HireShare
from marketplace.distribution.services.raising import raise_line
from marketplace.distribution.shares import services as shares
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking


def on_hire_shared(session: Session, event: HireShared) -> None:
    """Bill and credit what the last round changed; where several follow each other only the last counts."""
    settle(session, hire_id=event.hire_id, now=event.at)


def settle(session: Session, *, hire_id: UUID, now: datetime) -> int:
    """Let every booking of the last round pay its share; return how many do now that did not.

    What falls falls first. A share whose money cannot be moved just now - a card's dispute freezes it, its charge is
    not known to be taken, its carrier names no account - waits for the next time: no lorry waits for it.
    """
    last = queries.last_round(session, hire_id=hire_id)
    if last is None:
        return 0
    waiting = [one for one in queries.shares_in(session, round_id=last.id) if one.settled_at is None]
    rows = _rows(session, waiting)
    currency = last.currency
    changes = [
        (one, Money(one.share_minor, currency) - _agreed(rows[one.booking_id], currency))
        for one in waiting
        if one.booking_id in rows
    ]
    done = 0
    for one, change in sorted(changes, key=lambda pair: (pair[1].minor > 0, pair[0].booking_id)):
        try:
            with session.begin_nested():
                _settle(session, one, rows[one.booking_id], change, now)
        except Conflict:
            continue
        done += 1
    return done


def _rows(session: Session, waiting: Sequence[HireShare]) -> dict[UUID, list[RevenueRow]]:
    """Return the freight of these bookings; one that rides nowhere any more is missing."""
    ids = [one.booking_id for one in waiting]
    departures = set(session.scalars(sa.select(Booking.departure_id).where(Booking.id.in_(ids))))
    found: dict[UUID, list[RevenueRow]] = defaultdict(list)
    for some in revenue(session, departure_ids=departures).values():
        for row in some:
            if row.booking_id in ids and row.contract_id is not None:
                found[row.booking_id].append(row)
    return found


def _agreed(rows: Sequence[RevenueRow], currency: str) -> Money:
    return sum((row.agreed for row in rows if row.agreed), Money.zero(currency))


def _settle(session: Session, one: HireShare, rows: Sequence[RevenueRow], change: Money, now: datetime) -> None:
    if change.minor > 0:
        one.made_id = _raise(session, one, change, now)
    # What was billed last is credited first.
    left = -change
    for row in sorted(rows, key=lambda each: each.contract_id or one.contract_id, reverse=True):
        if left.minor <= 0 or row.contract_id is None or not row.agreed:
            continue
        less = min(left, row.agreed)
        shares.lower(session, contracts.by_id(session, contract_id=row.contract_id), row, less, now)
        left -= less
    one.settled_at = now
    session.flush()


def _raise(session: Session, one: HireShare, more: Money, now: datetime) -> UUID:
    """Agree a contract above the one before for a share that rose."""
    before = contracts.by_id(session, contract_id=one.contract_id)
    return raise_line(
        session,
        before=before,
        line_id=one.line_id,
        booking_id=one.booking_id,
        more=more,
        terms=before.terms,
        now=now,
    )
