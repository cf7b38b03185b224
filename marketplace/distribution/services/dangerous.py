"""Goods that are known to be dangerous, and the earlier cut-off by which they are booked."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods
from marketplace.kernel.errors import Conflict
from marketplace.logistics.fleet.queries import cutoffs
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind
from marketplace.orders.queries import lines as line_queries


def known(session: Session, *, line_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of these order lines whose goods their merchants declared as dangerous."""
    listings = line_queries.listings_of(session, line_ids=line_ids)
    declared = goods.dangerous(session, listing_ids=set(listings.values()))
    return frozenset(line_id for line_id, listing_id in listings.items() if listing_id in declared)


def check(session: Session, *, line_id: UUID, departure_id: UUID, now: datetime) -> None:
    """Refuse a line of dangerous goods on a departure that takes no more of them, as ``check_declared`` does.

    Nothing is asked of the goods while the departure still takes them.
    """
    over = cutoffs.passed(session, departure_ids=[departure_id], kind=CutoffKind.DANGEROUS, now=now)
    if over and known(session, line_ids=[line_id]):
        raise _late(line_id, departure_id, over[departure_id])


def check_declared(session: Session, *, on: Mapping[UUID, UUID], now: datetime) -> None:
    """Refuse lines that are known to be of dangerous goods; ``on``: departures by order line.

    Conflict ``dangerous_cutoff`` with the instant at which it was over.
    """
    over = cutoffs.passed(session, departure_ids=set(on.values()), kind=CutoffKind.DANGEROUS, now=now) if on else {}
    for line_id, departure_id in sorted(on.items()):
        if departure_id in over:
            raise _late(line_id, departure_id, over[departure_id])


def _late(line_id: UUID, departure_id: UUID, at: datetime) -> Conflict:
    return Conflict("dangerous_cutoff", line=line_id, departure=departure_id, cutoff=at.isoformat())
