"""Read what a company's own listing cost from when on."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.catalog.models import Listing, PriceHistory, PriceLadder
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules.rows import PriceRow
from marketplace.kernel.checks import Promise
from marketplace.kernel.errors import NotFound

_MOST: Final = 1_000


def history(session: Session, *, company_id: UUID, listing_id: UUID) -> list[PriceRow]:
    """Return the last thousand changes of a listing's prices, earliest first; NotFound for a foreign one."""
    mine = sa.select(Listing.id).where(Listing.id == listing_id, Listing.company_id == company_id)
    if session.scalars(mine).one_or_none() is None:
        raise NotFound("listing")
    last = (
        sa.select(PriceHistory)
        .where(PriceHistory.listing_id == listing_id)
        .order_by(PriceHistory.id.desc())
        .limit(_MOST)
    )
    return [
        PriceRow(row.at, stored_ladder(row.currency, row.incoterm, row.place_code, row.tiers))
        for row in reversed(session.scalars(last).all())
    ]


def _unnoted() -> sa.Select[UUID]:
    """Find listings of which the last noted prices on some basis are not those that they have."""
    later = aliased(PriceHistory)
    newest = sa.select(PriceHistory).where(
        ~sa.exists().where(
            later.listing_id == PriceHistory.listing_id,
            later.currency == PriceHistory.currency,
            later.incoterm == PriceHistory.incoterm,
            later.place_code == PriceHistory.place_code,
            later.id > PriceHistory.id,
        )
    )
    noted = newest.subquery()
    on = sa.and_(
        noted.c.listing_id == PriceLadder.listing_id,
        noted.c.currency == PriceLadder.currency,
        noted.c.incoterm == PriceLadder.incoterm,
        noted.c.place_code == PriceLadder.place_code,
    )
    return (
        sa.select(PriceLadder.listing_id)
        .outerjoin(noted, on)
        .where(sa.or_(noted.c.id.is_(None), noted.c.tiers != PriceLadder.tiers))
        .distinct()
    )


PROMISE: Final = Promise("listing", "the last noted prices are not those it has", _unnoted, "2 frozen")
