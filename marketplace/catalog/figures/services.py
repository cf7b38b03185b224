"""Write down what processes counted."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from marketplace.catalog.figures.models import ListingDay
from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.models import Listing

# What was counted of a listing on a day.
Counts = Mapping[tuple[UUID, date, Kind], int]


def add(session: Session, *, counts: Counts) -> None:
    """Add to the numbers of days; no audit row and no event, nobody did anything.

    Rows are written in order of listing and day, so that processes that bring theirs at once do not wait in a circle.
    What is no listing of this city, a backup having been put back meanwhile, is left out.
    """
    wanted = {listing_id for listing_id, _, _ in counts}
    known = set(session.scalars(sa.select(Listing.id).where(Listing.id.in_(wanted)))) if wanted else set[UUID]()
    found: dict[tuple[UUID, date], dict[str, Any]] = {}
    for (listing_id, day, kind), number in counts.items():
        if listing_id not in known:
            continue
        row = found.setdefault((listing_id, day), {"listing_id": listing_id, "day": day, "views": 0, "carts": 0})
        row["views" if kind is Kind.VIEW else "carts"] += number
    if found:
        session.execute(_adding(session.get_bind().dialect.name), [found[key] for key in sorted(found)])


@cache
def _adding(dialect: str) -> Any:
    table = cast("sa.Table", ListingDay.__table__)
    new = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)
    more = {name: table.c[name] + new.excluded[name] for name in ("views", "carts")}
    return new.on_conflict_do_update(index_elements=[table.c.listing_id, table.c.day], set_=more)
