"""Read live offers: for carts, for the public's shelves and pages.

The stored texts of a card are fetched as text and remembered with the row that they make. The text is the key, so
nothing remembered is ever out of date, and the same text is the same row: whoever draws rows may compare them by
identity.
"""

import json
import re
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.accounts.rules.closures import read
from marketplace.catalog.models import Category, Commodity, ListingCard, Stock, StockHold
from marketplace.catalog.queries.cursors import listing_after
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules import said
from marketplace.catalog.rules.details.dangerous import Hindrance
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.rows import CardRow, ListingRow, OfferRow, PictureRow
from marketplace.catalog.rules.states import HoldState
from marketplace.kernel import clock
from marketplace.kernel.db import UtcDateTime
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.pages import Page, page_of

PAGE: Final = 24
# So many are counted at most.
COUNTED: Final = 1_000
# A card takes about 2 kB of a process, a page 5 kB.
_KEPT_CARDS: Final = 2_048
_KEPT_LISTINGS: Final = 512
# How many listings a shop window is chosen from, for each of its places.
_LOOKED_AT: Final = 4
_WILD: Final = re.compile("[/%_]")


def offers(session: Session, *, listing_ids: Collection[UUID], now: datetime | None = None) -> dict[UUID, OfferRow]:
    """Return live offers of active merchants by id, in one query; what is not public is left out."""
    if not listing_ids:
        return {}
    given = {"now": now or clock.now(), "ids": list(listing_ids)}
    rows = [_listing(*row) for row in session.execute(_LISTINGS, given)]
    return {row.offer.listing_id: row.offer for row in rows}


def listing(session: Session, *, listing_id: UUID, now: datetime | None = None) -> ListingRow:
    """Return the page of a live listing, in one query; NotFound for anything that is not public."""
    row = session.execute(_LISTING, {"now": now or clock.now(), "listing_id": listing_id}).one_or_none()
    if row is None:
        raise NotFound("listing")
    return _listing(*row)


def of_commodity(session: Session, *, slug: str, size: int) -> list[ListingRow]:
    """Return the live offers on a shared page, the newest first, in one query."""
    asked = {"commodity": slug, "now": clock.now(), "size": size}
    return [_listing(*row) for row in session.execute(_OF_COMMODITY, asked)]


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
    wanted: dict[str, Any] = {
        "category": category,
        "origin": origin,
        "incoterm": incoterm and _rule(incoterm),
        "merchant_id": merchant_id,
        "commodity": commodity,
        "after": listing_after(cursor) if cursor else None,
    }
    return _asked(session, wanted, size)[0]


def counted(
    session: Session,
    *,
    category: str | None,
    origin: str | None,
    incoterm: str | None,
    commodity: str | None,
    cursor: str | None,
    size: int = PAGE,
) -> tuple[Page[CardRow], int]:
    """Return the same and how many there are in all, up to one more than ``COUNTED``; in one query too.

    Behind the last of them, where no row is left to bring the number, it is asked for once more.
    """
    wanted: dict[str, Any] = {
        "category": category,
        "origin": origin,
        "incoterm": incoterm and _rule(incoterm),
        "commodity": commodity,
        "after": listing_after(cursor) if cursor else None,
    }
    counting = wanted | {"counted": COUNTED + 1}
    page, total = _asked(session, counting, size)
    if cursor and not page.items:
        _, total = _asked(session, counting | {"after": None}, 1)
    return page, total


def _rule(incoterm: str) -> str:
    """Return the pattern of what has a ladder by this rule."""
    return "%|" + _WILD.sub(r"/\g<0>", incoterm) + "|%"


def _asked(session: Session, wanted: dict[str, Any], size: int) -> tuple[Page[CardRow], int]:
    asked = {name: value for name, value in wanted.items() if value}
    rows = session.execute(_shelf(frozenset(asked)), {**asked, "now": clock.now(), "size": size + 1}).all()
    found = page_of([_card(*row[:_WIDTH]) for row in rows], size, lambda row: (row.listing_id.hex,))
    return found, rows[0][-1] if rows and "counted" in asked else 0


def window(session: Session, *, size: int) -> list[CardRow]:
    """Return the newest live listings for a shop window: of as many merchants as are among four times so many."""
    newest = shelf(session, size=size * _LOOKED_AT).items
    turns: Counter[UUID] = Counter()
    places: list[tuple[int, int]] = []
    for age, row in enumerate(newest):
        places.append((turns[row.merchant_id], age))
        turns[row.merchant_id] += 1
    return [newest[age] for _, age in sorted(places)[:size]]


def hs_codes(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the HS codes of those of these listings that are live."""
    rows = sa.select(ListingCard.listing_id, ListingCard.hs_code).where(ListingCard.listing_id.in_(listing_ids))
    return dict(session.execute(rows).all())


def cards(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, CardRow]:
    """Return the cards of live listings by id, for whoever found them by other means."""
    rows = session.execute(_CARDS_OF, {"now": clock.now(), "ids": list(listing_ids)})
    found = [_card(*row) for row in rows]
    return {row.listing_id: row for row in found}


def _left() -> sa.ColumnElement[int]:
    """What is left of a stock; a claim whose time is over counts no more."""
    claimed = (
        sa.select(sa.func.coalesce(sa.func.sum(StockHold.quantity), 0))
        .where(
            StockHold.listing_id == ListingCard.listing_id,
            StockHold.state == HoldState.LIVE,
            StockHold.expires_at > sa.bindparam("now", type_=UtcDateTime()),
        )
        .correlate(ListingCard)
        .scalar_subquery()
    )
    return sa.func.coalesce(Stock.on_hand - Stock.allocated - sa.cast(claimed, sa.BigInteger), 0)


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


def _of_cards(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Select from cards with their merchants and stocks."""
    return (
        sa.select(*columns)
        .select_from(ListingCard)
        .join(Company, Company.id == ListingCard.company_id)
        .outerjoin(Stock, Stock.listing_id == ListingCard.listing_id)
    )


# The columns of these are the arguments of `_card` and of `_listing`.
_CARDS: Final = _of_cards(
    _text(ListingCard.listing_id),
    _text(ListingCard.company_id),
    _text(ListingCard.face),
    Company.name,
    _left() >= ListingCard.moq,
    ListingCard.origin,
    ListingCard.moq,
)
_WIDTH: Final = len(_CARDS.selected_columns)
_PAGES: Final = _of_cards(
    _text(ListingCard.listing_id),
    _text(ListingCard.company_id),
    ListingCard.hs_code,
    ListingCard.origin,
    ListingCard.moq,
    ListingCard.version,
    _text(ListingCard.face),
    _text(ListingCard.page),
    Company.name,
    Company.country,
    _text(Company.own_closures),
    _left(),
)
_IDS: Final = ListingCard.listing_id.in_(sa.bindparam("ids", expanding=True))
_CARDS_OF: Final = _CARDS.where(_IDS)
_LISTINGS: Final = _PAGES.where(_IDS)
_LISTING: Final = _PAGES.where(ListingCard.listing_id == sa.bindparam("listing_id", type_=sa.Uuid()))


_OF_COMMODITY: Final = (
    _PAGES.where(
        ListingCard.commodity_id
        == sa.select(Commodity.id).where(Commodity.slug == sa.bindparam("commodity")).scalar_subquery()
    )
    .order_by(ListingCard.listing_id.desc())
    .limit(sa.bindparam("size", type_=sa.Integer()))
)


@cache
def _shelf(asked: frozenset[str]) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement for what is asked for; building one takes longer than running it."""
    found = _CARDS.where(*_conditions(ListingCard, asked))
    if "counted" in asked:
        # Not to the end of a great shelf: who reads of a thousand offers narrows them, and does not count.
        other = aliased(ListingCard)
        first = sa.select(sa.literal(1)).select_from(other).where(*_conditions(other, asked - {"after"}))
        bounded = first.limit(sa.bindparam("counted", type_=sa.Integer())).subquery()
        found = found.add_columns(sa.select(sa.func.count()).select_from(bounded).scalar_subquery())
    return found.order_by(ListingCard.listing_id.desc()).limit(sa.bindparam("size", type_=sa.Integer()))


def _conditions(card: Any, asked: frozenset[str]) -> list[sa.ColumnElement[bool]]:
    known: dict[str, sa.ColumnElement[bool]] = {
        "category": card.category_id == _id_of(Category, Category.code == sa.bindparam("category")),
        "commodity": card.commodity_id == _id_of(Commodity, Commodity.slug == sa.bindparam("commodity")),
        "origin": card.origin == sa.bindparam("origin"),
        "incoterm": card.bases.like(sa.bindparam("incoterm"), escape="/"),
        "merchant_id": card.company_id == sa.bindparam("merchant_id", type_=sa.Uuid()),
        "after": card.listing_id < sa.bindparam("after", type_=sa.Uuid()),
    }
    return [known[name] for name in sorted(asked & known.keys())]


def _id_of(entity: type[Category | Commodity], condition: sa.ColumnElement[bool]) -> Any:
    return sa.select(entity.id).where(condition).scalar_subquery()


@lru_cache(maxsize=_KEPT_LISTINGS)
def _listing(
    listing_id: str,
    company_id: str,
    hs_code: str,
    origin: str,
    moq: int,
    version: int,
    face_text: str,
    page_text: str,
    merchant: str,
    country: str,
    closures: str,
    left: int,
) -> ListingRow:
    face, page = json.loads(face_text), json.loads(page_text)
    commodity = page["commodity"] or {}
    names = {ladder["place"]: ladder["place_names"] for ladder in page["ladders"]}
    packing = Packing(**page["packing"]) if page["packing"] else None
    hindrance = Hindrance(page["hindrance"]) if page.get("hindrance") else None
    until = page.get("certified_until")
    offer = OfferRow(
        listing_id=UUID(listing_id),
        merchant_id=UUID(company_id),
        sku=face["sku"],
        version=version,
        titles=face["titles"],
        source_locale=face["source"],
        hs_code=hs_code,
        origin=origin,
        unit=face["unit"],
        moq=moq,
        multiple=face["multiple"],
        lead_days=face["lead_days"],
        fresh=page["fresh"],
        hub_code=page["hub"],
        packing=None if hindrance else packing,
        ladders=tuple(
            stored_ladder(each["currency"], each["incoterm"], each["place"], each["tiers"]) for each in page["ladders"]
        ),
        available=max(0, left) if face["lead_days"] is None else None,
        country=country,
        closures=read(closures),
        hindrance=hindrance,
        certified_until=date.fromisoformat(until) if until else None,
    )
    return ListingRow(
        offer=offer,
        merchant=merchant,
        merchant_country=country,
        descriptions=page["descriptions"],
        grade=page["grade"],
        drawing=face["drawing"],
        category=page["category"]["code"],
        category_names=page["category"]["names"],
        commodity=commodity.get("slug"),
        commodity_names=commodity.get("names", {}),
        place_names=names | {page["hub"]: page["hub_names"]},
        pictures=tuple(PictureRow(None, UUID(each["file"]), each["alt"], True) for each in page["pictures"]),
        said=said.read(page.get("said", {})),
        details=page.get("details", {}),
        stated_packing=packing,
        group=UUID(page["group"]) if page.get("group") else None,
    )


@lru_cache(maxsize=_KEPT_CARDS)
def _card(
    listing_id: str,
    company_id: str,
    face_text: str,
    merchant: str,
    is_enough: bool,  # noqa: FBT001  a column
    origin: str,
    moq: int,
) -> CardRow:
    face = json.loads(face_text)
    return CardRow(
        listing_id=UUID(listing_id),
        merchant_id=UUID(company_id),
        merchant=merchant,
        titles=face["titles"],
        source_locale=face["source"],
        picture=UUID(face["picture"]) if face["picture"] else None,
        drawing=face["drawing"],
        origin=origin,
        unit=face["unit"],
        moq=moq,
        price=UnitPrice(face["price"], face["currency"]),
        incoterm=face["incoterm"],
        place_code=face["place"],
        place_names=face["place_names"],
        lead_days=face["lead_days"],
        is_in_stock=face["lead_days"] is not None or is_enough,
    )
