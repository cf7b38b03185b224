"""What must hold of stock and cards."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard, ListingNumber, Stock, StockEntry, StockHold
from marketplace.catalog.queries import prices
from marketplace.catalog.rules.states import HoldState, ListingState
from marketplace.kernel.checks import Breach
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState


def breaches(session: Session) -> list[Breach]:
    """Return stock that is not the sum of its entries or holds, cards of what is not live, prices nobody noted."""
    return [
        *_entry_breaches(session),
        *_hold_breaches(session),
        *_card_breaches(session),
        *prices.breaches(session),
    ]


def _entry_breaches(session: Session) -> list[Breach]:
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
    rows = session.scalars(
        sa.select(Stock.listing_id).outerjoin(sums, sums.c.listing_id == Stock.listing_id).where(wrong)
    )
    return [Breach("3 stock", "listing", listing_id, "the entries do not sum to the stock") for listing_id in rows]


def _hold_breaches(session: Session) -> list[Breach]:
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
    rows = session.scalars(
        sa.select(Stock.listing_id).outerjoin(claims, claims.c.listing_id == Stock.listing_id).where(wrong)
    )
    return [Breach("3 stock", "listing", listing_id, "the holds do not sum to the stock") for listing_id in rows]


def _card_breaches(session: Session) -> list[Breach]:
    other = sa.or_(
        Listing.state != ListingState.LIVE,
        Listing.version != ListingCard.version,
        Listing.price_visibility != ListingCard.visibility,
    )
    cards = sa.select(ListingCard.listing_id)
    stale = cards.join(Listing, Listing.id == ListingCard.listing_id).where(other)
    unsold = ~sa.exists().where(Merchant.company_id == ListingCard.company_id, Merchant.state == MerchantState.APPROVED)
    nameless = ~sa.exists().where(ListingNumber.listing_id == ListingCard.listing_id)
    said = (
        (stale, "the card is not what is live"),
        (cards.where(unsold), "the goods of who may not sell are up"),
        (cards.where(nameless), "the goods have no number to order by"),
    )
    return [Breach("4 card", "listing", found, what) for wrong, what in said for found in session.scalars(wrong)]
