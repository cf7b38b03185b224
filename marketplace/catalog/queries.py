"""Read offers: for carts, for the public's shelves and pages, for their merchants."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import (
    Category,
    ChangeSet,
    Commodity,
    Listing,
    ListingCard,
    ListingPicture,
    PriceLadder,
    Stock,
    StockEntry,
    StockHold,
)
from marketplace.catalog.rules.changes import fingerprint
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder, Tier, rises
from marketplace.catalog.rules.rows import (
    CardRow,
    CategoryRow,
    CommodityRow,
    FieldRow,
    ListingRow,
    OfferRow,
    OwnRow,
    PictureRow,
    ReviewRow,
)
from marketplace.catalog.rules.states import ChangeState, HoldState, ListingState
from marketplace.kernel import clock
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.pages import Page, decode_cursor, page_of

PAGE: Final = 24
_REVIEWED: Final = (
    "titles",
    "descriptions",
    "hs_code",
    "origin",
    "grade",
    "unit",
    "moq",
    "multiple",
    "carton_units",
    "carton_gross_g",
    "lead_days",
    "hub_code",
)


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
        query = query.where(ListingCard.listing_id < _after(cursor))
    rows = session.execute(query.order_by(ListingCard.listing_id.desc()).limit(size + 1))
    return page_of([_card(row) for row in rows], size, lambda row: (row.listing_id.hex,))


def cards(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, CardRow]:
    """Return the cards of live listings by id, for whoever found them by other means."""
    rows = session.execute(_cards(clock.now()).where(ListingCard.listing_id.in_(listing_ids)))
    return {row.ListingCard.listing_id: _card(row) for row in rows}


def categories(session: Session) -> tuple[CategoryRow, ...]:
    """Return the city's shelves in their order."""
    rows = session.execute(
        sa.select(Category.code, Category.names, Category.drawing, Category.fresh).order_by(Category.position)
    )
    return tuple(CategoryRow(row.code, row.names, row.drawing, row.fresh) for row in rows)


def commodities(session: Session, *, category: str | None = None) -> tuple[CommodityRow, ...]:
    """Return the shared pages of goods, by slug."""
    query = _commodities().order_by(Commodity.slug)
    if category:
        query = query.where(Category.code == category)
    return tuple(CommodityRow(*row) for row in session.execute(query))


def commodity(session: Session, *, slug: str) -> CommodityRow:
    """Return one shared page of goods."""
    row = session.execute(_commodities().where(Commodity.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("commodity")
    return CommodityRow(*row)


def own_listings(
    session: Session, *, company_id: UUID, state: str | None = None, cursor: str | None = None, size: int = 50
) -> Page[OwnRow]:
    """Return a company's own listings, newest first, whatever their state."""
    query = _own().where(Listing.company_id == company_id)
    if state:
        query = query.where(Listing.state == state)
    if cursor:
        query = query.where(Listing.id < _after(cursor))
    rows = session.execute(query.order_by(Listing.id.desc()).limit(size + 1))
    return page_of([_own_row(row) for row in rows], size, lambda row: (row.listing_id.hex,))


def own_listing(session: Session, *, company_id: UUID, listing_id: UUID) -> OwnRow:
    """Return one of a company's own listings; NotFound for unknown and foreign ids alike."""
    row = session.execute(_own().where(Listing.company_id == company_id, Listing.id == listing_id)).one_or_none()
    if row is None:
        raise NotFound("listing")
    return _own_row(row)


def pictures(session: Session, *, listing_id: UUID) -> tuple[PictureRow, ...]:
    """Return a listing's pictures in order, those that wait included, for a caller that has shown its right."""
    rows = session.scalars(
        sa.select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
    )
    return tuple(PictureRow(row.id, row.file_id, row.alt, row.approved) for row in rows)


def review(session: Session, *, listing_id: UUID, change_id: UUID | None = None) -> ReviewRow:
    """Return a listing for its reviewer: whole, or what a change set would change."""
    row = session.execute(
        sa.select(Listing, Company.name, Category.code)
        .join(Company, Company.id == Listing.company_id)
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.id == listing_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("listing")
    found: Listing = row.Listing
    change = session.get(ChangeSet, change_id) if change_id else None
    shown = {name: getattr(found, name) for name in _REVIEWED} | {"category": row.code}
    proposed = {name: part["new"] for name, part in change.changes.items()} if change else {}
    old: dict[str, Any] = {name: part["old"] for name, part in change.changes.items()} if change else {}
    fields = [
        FieldRow(name, (old.get(name, value) if change else None), proposed.get(name, value))
        for name, value in shown.items()
    ]
    fields += [FieldRow(name, old.get(name), proposed[name]) for name in proposed if name not in shown]
    prices = sa.select(PriceLadder).where(PriceLadder.listing_id == listing_id).order_by(PriceLadder.position)
    ladders = tuple(
        _ladder(each.currency, each.incoterm, each.place_code, each.tiers) for each in session.scalars(prices)
    )
    images = pictures(session, listing_id=listing_id)
    return ReviewRow(
        listing_id=found.id,
        company_id=found.company_id,
        company=row.name,
        sku=found.sku,
        titles=found.titles,
        source_locale=found.source_locale,
        state=found.state,
        fields=tuple(fields),
        ladders=ladders,
        pictures=images,
        rises=any(rises(ladder) for ladder in ladders),
        has_packing=found.carton_units is not None,
        price_jumped=found.price_jumped,
        approved_before=_approved_before(session, found),
        fingerprint=fingerprint(
            {
                "fields": [[each.name, each.old, each.new] for each in fields],
                "ladders": [
                    [*each.basis, [[tier.from_quantity, tier.price.micro] for tier in each.tiers]] for each in ladders
                ],
                "pictures": [str(each.file_id) for each in images],
            }
        ),
    )


def is_shown(session: Session, *, file_id: UUID, company_id: UUID | None, reviews: bool = False) -> bool:
    """Tell whether a picture may be seen: on a live listing by all, else by its company and by reviewers."""
    attached = (
        sa.select(ListingPicture.id)
        .join(Listing, Listing.id == ListingPicture.listing_id)
        .outerjoin(ListingCard, ListingCard.listing_id == Listing.id)
        .where(
            ListingPicture.file_id == file_id,
            sa.or_(
                sa.and_(ListingPicture.approved, ListingCard.listing_id.is_not(None)),
                Listing.company_id == company_id,
                sa.true() if reviews else sa.false(),
            ),
        )
    )
    return session.execute(attached.limit(1)).first() is not None


def breaches(session: Session) -> list[Breach]:
    """Return stock whose columns are not the sums of its entries or of its holds, and cards of what is not live."""
    return [*_entry_breaches(session), *_hold_breaches(session), *_card_breaches(session)]


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


def _after(cursor: str) -> UUID:
    (key,) = decode_cursor(cursor, str)
    try:
        return UUID(hex=key)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


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
            _ladder(each["currency"], each["incoterm"], each["place"], each["tiers"]) for each in page["ladders"]
        ),
        available=_available(row),
    )


def _ladder(currency: str, incoterm: str, place: str, tiers: list[list[int]]) -> Ladder:
    return Ladder(
        currency, incoterm, place, tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in tiers)
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


def _approved_before(session: Session, listing: Listing) -> int:
    """Count the merchant's other listings that were approved: a stranger's goods are looked at more closely."""
    others = sa.select(sa.func.count()).where(
        Listing.company_id == listing.company_id, Listing.id != listing.id, Listing.approved_at.is_not(None)
    )
    return session.execute(others).scalar_one()


def _commodities() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Commodity.slug, Commodity.names, Category.code, Commodity.hs6, Commodity.grade).join(
        Category, Category.id == Commodity.category_id
    )


def _own() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Listing, PriceLadder, Stock, ChangeSet.id.label("change_id"))
        .outerjoin(PriceLadder, sa.and_(PriceLadder.listing_id == Listing.id, PriceLadder.position == 0))
        .outerjoin(Stock, Stock.listing_id == Listing.id)
        .outerjoin(ChangeSet, sa.and_(ChangeSet.listing_id == Listing.id, ChangeSet.state == ChangeState.PENDING))
        .execution_options(populate_existing=True)
    )


def _own_row(row: Any) -> OwnRow:
    listing: Listing = row.Listing
    prices: PriceLadder | None = row.PriceLadder
    stock: Stock | None = row.Stock if listing.lead_days is None else None
    ladder = _ladder(prices.currency, prices.incoterm, prices.place_code, prices.tiers) if prices else None
    return OwnRow(
        listing_id=listing.id,
        sku=listing.sku,
        titles=listing.titles,
        source_locale=listing.source_locale,
        state=listing.state,
        version=listing.version,
        currency=ladder.currency if ladder else "",
        price=ladder.lowest if ladder else None,
        incoterm=ladder.incoterm if ladder else "",
        place_code=ladder.place_code if ladder else "",
        lead_days=listing.lead_days,
        on_hand=stock.on_hand if stock else None,
        allocated=stock.allocated if stock else 0,
        held=stock.held if stock else 0,
        has_waiting_change=row.change_id is not None,
        price_jumped=listing.price_jumped,
        changed_at=listing.changed_at,
    )


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
    rows = session.scalars(
        sa.select(ListingCard.listing_id)
        .join(Listing, Listing.id == ListingCard.listing_id)
        .where(sa.or_(Listing.state != ListingState.LIVE, Listing.version != ListingCard.version))
    )
    return [Breach("4 card", "listing", listing_id, "the card is not what is live") for listing_id in rows]
