"""Read live offers: for carts, for the public's shelves and pages."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Category, Commodity, ListingCard, Stock, StockHold
from marketplace.catalog.queries.cursors import listing_after
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.rows import CardRow, ListingRow, OfferRow, PictureRow
from marketplace.catalog.rules.states import HoldState
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.pages import Page, page_of

PAGE: Final = 24


def offers(session: Session, *, listing_ids: Collection[UUID], now: datetime | None = None) -> dict[UUID, OfferRow]:
    """Return live offers of active merchants by id, in one query; what is not public is left out."""
    if not listing_ids:
        return {}
    rows = session.execute(_cards(now or clock.now()).where(ListingCard.listing_id.in_(listing_ids)))
    return {row.ListingCard.listing_id: _offer(row) for row in rows}


def listing(session: Session, *, listing_id: UUID, now: datetime | None = None) -> ListingRow:
    """Return the page of a live listing, in one query; NotFound for anything that is not public."""
    row = session.execute(_cards(now or clock.now()).where(ListingCard.listing_id == listing_id)).one_or_none()
    if row is None:
        raise NotFound("listing")
    card: ListingCard = row.ListingCard
    page = card.page
    commodity = page["commodity"] or {}
    names = {ladder["place"]: ladder["place_names"] for ladder in page["ladders"]}
    return ListingRow(
        offer=_offer(row),
        merchant=row.name,
        merchant_country=row.country,
        descriptions=page["descriptions"],
        grade=page["grade"],
        drawing=card.face["drawing"],
        category=page["category"]["code"],
        category_names=page["category"]["names"],
        commodity=commodity.get("slug"),
        commodity_names=commodity.get("names", {}),
        place_names=names | {page["hub"]: page["hub_names"]},
        pictures=tuple(PictureRow(None, UUID(each["file"]), each["alt"], True) for each in page["pictures"]),
    )


def shelf(
    session: Session,
    *,
    category: str | None = None,
    origin: str | None = None,
    incoterm: str | None = None,
    merchant_id: UUID | None = None,
    commodity: str | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[CardRow]:
    """Return live listings, newest first, in one query whatever is asked for."""
    query = _cards(clock.now())
    if category:
        query = query.where(ListingCard.category_id == _id_of(Category, Category.code == category))
    if commodity:
        query = query.where(ListingCard.commodity_id == _id_of(Commodity, Commodity.slug == commodity))
    if origin:
        query = query.where(ListingCard.origin == origin)
    if incoterm:
        query = query.where(ListingCard.bases.contains(f"|{incoterm}|", autoescape=True))
    if merchant_id:
        query = query.where(ListingCard.company_id == merchant_id)
    if cursor:
        query = query.where(ListingCard.listing_id < listing_after(cursor))
    rows = session.execute(query.order_by(ListingCard.listing_id.desc()).limit(size + 1))
    return page_of([_card(row) for row in rows], size, lambda row: (row.listing_id.hex,))


def cards(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, CardRow]:
    """Return the cards of live listings by id, for whoever found them by other means."""
    rows = session.execute(_cards(clock.now()).where(ListingCard.listing_id.in_(listing_ids)))
    return {row.ListingCard.listing_id: _card(row) for row in rows}


def _cards(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Cards with their merchant's name and what is left of their stock; a claim whose time is over counts no more."""
    claimed = (
        sa.select(sa.func.coalesce(sa.func.sum(StockHold.quantity), 0))
        .where(
            StockHold.listing_id == ListingCard.listing_id,
            StockHold.state == HoldState.LIVE,
            StockHold.expires_at > now,
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            ListingCard,
            Company.name,
            Company.country,
            (Stock.on_hand - Stock.allocated - sa.cast(claimed, sa.BigInteger)).label("available"),
        )
        .join(Company, Company.id == ListingCard.company_id)
        .outerjoin(Stock, Stock.listing_id == ListingCard.listing_id)
        .execution_options(populate_existing=True)
    )


def _id_of(entity: type[Category | Commodity], condition: sa.ColumnElement[bool]) -> Any:
    return sa.select(entity.id).where(condition).scalar_subquery()


def _available(row: Any) -> int | None:
    if row.ListingCard.face["lead_days"] is not None:
        return None
    return max(0, int(row.available or 0))


def _offer(row: Any) -> OfferRow:
    card: ListingCard = row.ListingCard
    face, page = card.face, card.page
    return OfferRow(
        listing_id=card.listing_id,
        merchant_id=card.company_id,
        sku=face["sku"],
        version=card.version,
        titles=face["titles"],
        source_locale=face["source"],
        hs_code=card.hs_code,
        origin=card.origin,
        unit=face["unit"],
        moq=card.moq,
        multiple=face["multiple"],
        lead_days=face["lead_days"],
        fresh=page["fresh"],
        hub_code=page["hub"],
        packing=Packing(**page["packing"]) if page["packing"] else None,
        ladders=tuple(
            stored_ladder(each["currency"], each["incoterm"], each["place"], each["tiers"]) for each in page["ladders"]
        ),
        available=_available(row),
    )


def _card(row: Any) -> CardRow:
    card: ListingCard = row.ListingCard
    face = card.face
    left = _available(row)
    return CardRow(
        listing_id=card.listing_id,
        merchant_id=card.company_id,
        merchant=row.name,
        titles=face["titles"],
        source_locale=face["source"],
        picture=UUID(face["picture"]) if face["picture"] else None,
        drawing=face["drawing"],
        origin=card.origin,
        unit=face["unit"],
        moq=card.moq,
        price=UnitPrice(face["price"], face["currency"]),
        incoterm=face["incoterm"],
        place_code=face["place"],
        place_names=face["place_names"],
        lead_days=face["lead_days"],
        is_in_stock=left is None or left >= card.moq,
    )
