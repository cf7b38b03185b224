"""Read live offers: for carts, for shelves and pages, as one company (``viewer``) or a stranger (None) reads them.

The stored texts of a card are fetched as text and remembered with the row that they make. The text is the key, so
nothing remembered is ever out of date, and the same text is the same row: whoever draws rows may compare them by
identity.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.catalog.customer_prices.queries.terms import Asked, has_own, terms_of
from marketplace.catalog.models import Category, Commodity, ListingCard, Stock, StockHold
from marketplace.catalog.queries.cursors import listing_after
from marketplace.catalog.queries.drawn import Read, card_row, listing_row
from marketplace.catalog.rules.rows import CardRow, ListingRow, OfferRow
from marketplace.catalog.rules.states import HoldState
from marketplace.catalog.rules.visibility import Visibility
from marketplace.customs import queries as customs
from marketplace.kernel import clock
from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, page_of
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

PAGE: Final = 24
# So many are counted at most.
COUNTED: Final = 1_000
# How many listings a shop window is chosen from, for each of its places.
_LOOKED_AT: Final = 4
_WILD: Final = re.compile("[/%_]")


def offers(
    session: Session, *, listing_ids: Collection[UUID], viewer: UUID | None, now: datetime | None = None
) -> dict[UUID, OfferRow]:
    """Return live offers of active merchants by id, in one query; what is not public is left out."""
    return {key: row.offer for key, row in listings(session, listing_ids=listing_ids, viewer=viewer, now=now).items()}


def listings(
    session: Session, *, listing_ids: Collection[UUID], viewer: UUID | None, now: datetime | None = None
) -> dict[UUID, ListingRow]:
    """Return the pages of live listings by id, in one query; what is not public is left out."""
    if not listing_ids:
        return {}
    at = now or clock.now()
    rows = session.execute(_LISTINGS, {"now": at, "viewer": viewer, "ids": list(listing_ids)}).all()
    found = [listing_row(read, *row) for read, row in _with_terms(session, rows, viewer, at)]
    return {row.offer.listing_id: row for row in found}


def listing(session: Session, *, listing_id: UUID, viewer: UUID | None, now: datetime | None = None) -> ListingRow:
    """Return the page of a live listing, in one query while its prices are public; NotFound for what is not live."""
    return page(session, listing_id=listing_id, viewer=viewer, now=now).listing


class Found(NamedTuple):
    """A listing, all places there are, and whether any country asks anything of such goods."""

    listing: ListingRow
    places: tuple[PlaceRow, ...]
    is_asked: bool


def page(session: Session, *, listing_id: UUID, viewer: UUID | None, now: datetime | None = None) -> Found:
    """Return the same and, on the way, what its page needs to offer places to choose from."""
    at = now or clock.now()
    rows = session.execute(_LISTING, {"now": at, "viewer": viewer, "listing_id": listing_id}).all()
    if not rows:
        raise NotFound("listing")
    ((read, (*columns, stored, is_asked)),) = _with_terms(session, rows, viewer, at)
    return Found(listing_row(read, *columns), reference.places_read(stored), bool(is_asked))


def of_commodity(session: Session, *, slug: str, size: int, viewer: UUID | None) -> list[ListingRow]:
    """Return the live offers on a shared page, the newest first, in one query."""
    now = clock.now()
    rows = session.execute(_OF_COMMODITY, {"commodity": slug, "viewer": viewer, "now": now, "size": size}).all()
    return [listing_row(read, *row) for read, row in _with_terms(session, rows, viewer, now)]


def shelf(
    session: Session,
    *,
    category: str | None = None,
    origin: str | None = None,
    incoterm: str | None = None,
    merchant_id: UUID | None = None,
    commodity: str | None = None,
    cursor: str | None = None,
    viewer: UUID | None,
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
    return _asked(session, wanted, viewer, size)[0]


def counted(
    session: Session,
    *,
    category: str | None,
    origin: str | None,
    incoterm: str | None,
    commodity: str | None,
    cursor: str | None,
    viewer: UUID | None,
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
    page, total = _asked(session, counting, viewer, size)
    if cursor and not page.items:
        _, total = _asked(session, counting | {"after": None}, viewer, 1)
    return page, total


def _rule(incoterm: str) -> str:
    """Return the pattern of what has a ladder by this rule."""
    return "%|" + _WILD.sub(r"/\g<0>", incoterm) + "|%"


def _asked(session: Session, wanted: dict[str, Any], viewer: UUID | None, size: int) -> tuple[Page[CardRow], int]:
    asked = {name: value for name, value in wanted.items() if value}
    if viewer is not None and "incoterm" in asked:
        # Goods are found by a basis on which the reader alone has a price, too.
        asked["own_rule"] = wanted["incoterm"].strip("%|")
    now = clock.now()
    rows = session.execute(_shelf(frozenset(asked)), {**asked, "viewer": viewer, "now": now, "size": size + 1}).all()
    drawn = [card_row(read, *row[:_WIDTH]) for read, row in _with_terms(session, rows, viewer, now)]
    found = page_of(drawn, size, lambda row: (row.listing_id.hex,))
    return found, rows[0][-1] if rows and "counted" in asked else 0


def window(session: Session, *, size: int, viewer: UUID | None) -> list[CardRow]:
    """Return the newest live listings for a shop window: of as many merchants as are among four times so many."""
    newest = shelf(session, size=size * _LOOKED_AT, viewer=viewer).items
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


def cards(session: Session, *, listing_ids: Collection[UUID], viewer: UUID | None) -> dict[UUID, CardRow]:
    """Return the cards of live listings by id, for whoever found them by other means."""
    now = clock.now()
    rows = session.execute(_CARDS_OF, {"now": now, "viewer": viewer, "ids": list(listing_ids)}).all()
    found = [card_row(read, *row) for read, row in _with_terms(session, rows, viewer, now)]
    return {row.listing_id: row for row in found}


def _with_terms(
    session: Session, rows: Sequence[Any], viewer: UUID | None, now: datetime
) -> list[tuple[Read, Sequence[Any]]]:
    """Return whose each row is and what of its prices is read, and the columns behind those that tell it."""
    asked = [Asked(UUID(row[0]), UUID(row[1]), row[2], bool(row[3])) for row in rows]
    terms = terms_of(session, viewer=viewer, asked=asked, now=now)
    read = [Read(each[0], each[1], Visibility(each[2]), terms[each[0]]) for each in asked]
    return [(each, row[len(_WHOSE) :]) for each, row in zip(read, rows, strict=True)]


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


_WHOSE: Final = (
    _text(ListingCard.listing_id),
    _text(ListingCard.company_id),
    _text(ListingCard.visibility),
    has_own(ListingCard.listing_id),
)
# What comes behind are the arguments of `card_row` and of `listing_row`.
_CARDS: Final = _of_cards(
    *_WHOSE,
    _text(ListingCard.face),
    Company.name,
    _left() >= ListingCard.moq,
    ListingCard.origin,
    ListingCard.moq,
    Company.country,
    _text(Company.own_closures),
)
_WIDTH: Final = len(_CARDS.selected_columns) - len(_WHOSE)
_PAGES: Final = _of_cards(
    *_WHOSE,
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
_LISTING: Final = _PAGES.add_columns(reference.PLACES, customs.is_asked(ListingCard.hs_code)).where(
    ListingCard.listing_id == sa.bindparam("listing_id", type_=sa.Uuid())
)


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
        "incoterm": _by_rule(card, is_own="own_rule" in asked),
        "merchant_id": card.company_id == sa.bindparam("merchant_id", type_=sa.Uuid()),
        "after": card.listing_id < sa.bindparam("after", type_=sa.Uuid()),
    }
    return [known[name] for name in sorted(asked & known.keys())]


def _by_rule(card: Any, *, is_own: bool) -> sa.ColumnElement[bool]:
    listed = card.bases.like(sa.bindparam("incoterm"), escape="/")
    return sa.or_(listed, has_own(card.listing_id, sa.bindparam("own_rule"))) if is_own else listed


def _id_of(entity: type[Category | Commodity], condition: sa.ColumnElement[bool]) -> Any:
    return sa.select(entity.id).where(condition).scalar_subquery()
