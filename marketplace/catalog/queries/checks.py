"""What must hold of stock and cards."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard, ListingNumber, Stock, StockEntry, StockHold
from marketplace.catalog.queries import prices
from marketplace.catalog.rules.states import HoldState, ListingState
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState


def breaches(session: Session) -> list[Breach]:
    """Return stock that is not the sum of its entries or holds, cards of what is not live, prices nobody noted."""
    return _PROMISES.breaches(session)


def _off_entries() -> sa.Select[UUID]:
    sums = (
        sa.select(
            StockEntry.listing_id,
            sa.func.sum(StockEntry.on_hand).label("on_hand"),
            sa.func.sum(StockEntry.allocated).label("allocated"),
            sa.func.sum(StockEntry.held).label("held"),
        )
        .group_by(StockEntry.listing_id)
        .subquery()
    )
    wrong = sa.or_(
        *(
            getattr(Stock, name) != sa.func.coalesce(getattr(sums.c, name), 0)
            for name in ("on_hand", "allocated", "held")
        )
    )
    return sa.select(Stock.listing_id).outerjoin(sums, sums.c.listing_id == Stock.listing_id).where(wrong)


def _off_holds() -> sa.Select[UUID]:
    claims = (
        sa.select(
            StockHold.listing_id,
            sa.func.sum(sa.case((StockHold.state == HoldState.LIVE, StockHold.quantity), else_=0)).label("held"),
            sa.func.sum(
                sa.case((StockHold.state == HoldState.ALLOCATED, StockHold.quantity - StockHold.shipped), else_=0)
            ).label("allocated"),
        )
        .group_by(StockHold.listing_id)
        .subquery()
    )
    wrong = sa.or_(
        Stock.held != sa.func.coalesce(claims.c.held, 0), Stock.allocated != sa.func.coalesce(claims.c.allocated, 0)
    )
    return sa.select(Stock.listing_id).outerjoin(claims, claims.c.listing_id == Stock.listing_id).where(wrong)


def _stale() -> sa.Select[UUID]:
    other = sa.or_(
        Listing.state != ListingState.LIVE,
        Listing.version != ListingCard.version,
        Listing.price_visibility != ListingCard.visibility,
    )
    return sa.select(ListingCard.listing_id).join(Listing, Listing.id == ListingCard.listing_id).where(other)


def _unsold() -> sa.Select[UUID]:
    sells = sa.exists().where(Merchant.company_id == ListingCard.company_id, Merchant.state == MerchantState.APPROVED)
    return sa.select(ListingCard.listing_id).where(~sells)


def _nameless() -> sa.Select[UUID]:
    has_number = sa.exists().where(ListingNumber.listing_id == ListingCard.listing_id)
    return sa.select(ListingCard.listing_id).where(~has_number)


_PROMISES: Final = Promises(
    "3 stock",
    Promise("listing", "the entries do not sum to the stock", _off_entries),
    Promise("listing", "the holds do not sum to the stock", _off_holds),
    Promise("listing", "the card is not what is live", _stale, "4 card"),
    Promise("listing", "the goods of who may not sell are up", _unsold, "4 card"),
    Promise("listing", "the goods have no number to order by", _nameless, "4 card"),
    prices.PROMISE,
)
