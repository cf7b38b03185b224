"""Which goods on a shelf have a merchant who closes soon, as their product page says it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Notice, notice
from marketplace.catalog.rules.rows import CardRow
from marketplace.reference import queries as reference


def notices(session: Session, rows: Iterable[CardRow], *, now: datetime) -> Mapping[UUID, Notice]:
    """Return the closure that touches each of these goods next, by listing; those without one are left out.

    One query however many goods, none where no merchant closes or all goods lie ready.
    """
    closing = [row for row in rows if row.closures]
    countries = sorted({row.country for row in closing if row.lead_days is not None})
    free = reference.free_days(session, countries=countries, now=now) if countries else {}
    found = {row.listing_id: notice(row.works(free), row.lead_days, now) for row in closing}
    return {listing_id: each for listing_id, each in found.items() if each is not None}


def facts(found: Mapping[UUID, Notice]) -> tuple[object, ...]:
    """Return what a page shows of closures, to be compared by value."""
    return tuple((listing_id, each.first, each.last, each.order_by) for listing_id, each in found.items())
