"""What became of looks at a merchant's goods: views and carts as they were counted, orders as they stand in the books.

Days are those of the merchant's clock. Orders are those that were placed, whatever became of them later; one with two
lines of a listing is one. Nothing says who looked.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.figures.models import ListingDay
from marketplace.catalog.figures.rules import conversion
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.states import ListingState
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.orders.models import Order, OrderLine
from marketplace.reference.rules import zone_of

PERIODS: Final = (7, 30, 90)
PAGE: Final = 50
_NEVER: Final = -1


@dataclass(frozen=True, slots=True)
class Numbers:
    """Page views, carts that took goods in, and distinct orders."""

    views: int
    carts: int
    orders: int

    @property
    def conversion(self) -> int | None:
        """Orders for each view in hundredths of a per cent; None while nobody looked."""
        return conversion(orders=self.orders, views=self.views)


@dataclass(frozen=True, slots=True)
class Seen:
    """Numbers by the last so many days, today among them, and of each of the last ninety, the earliest first."""

    zone: str
    periods: Mapping[int, Numbers]
    days: tuple[tuple[date, Numbers], ...]


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """A listing with its numbers."""

    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    state: ListingState
    numbers: Numbers


def of_company(session: Session, *, company_id: UUID, now: datetime) -> Seen:
    """Return the numbers of all goods of a company; an order counts once however many of its goods it holds."""
    return _seen(session, company_id, None, now)


def of_listing(session: Session, *, company_id: UUID, listing_id: UUID, now: datetime) -> Seen:
    """Return the numbers of one of a company's listings; NotFound for unknown and foreign ids alike."""
    mine = sa.select(Listing.id).where(Listing.id == listing_id, Listing.company_id == company_id)
    if session.scalars(mine).one_or_none() is None:
        raise NotFound("listing")
    return _seen(session, company_id, listing_id, now)


def goods(
    session: Session,
    *,
    company_id: UUID,
    days: int,
    sort: str,
    ascending: bool,
    now: datetime,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[GoodsRow]:
    """Return a company's listings by one of their numbers over the last days, in two queries whatever is asked for.

    ``sort``: views, carts, orders, conversion - never seen is less than nothing - or sku. Refused ``cursor``.
    """
    country = accounts.get_company(session, company_id=company_id).country
    first = local_day(country, now) - timedelta(days=days - 1)
    found = _goods(company_id, first, _begins(first, zone_of(country))).subquery()
    key = found.c[sort]
    query = sa.select(found)
    if cursor:
        last, place = _place(cursor, str if sort == "sku" else int)
        beyond = (key > last, found.c.id > place) if ascending else (key < last, found.c.id < place)
        query = query.where(sa.or_(beyond[0], sa.and_(key == last, beyond[1])))
    order = (key.asc(), found.c.id.asc()) if ascending else (key.desc(), found.c.id.desc())
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (getattr(row, sort), row.id.hex))
    return page.map(
        lambda row: GoodsRow(
            listing_id=row.id,
            sku=row.sku,
            titles=row.titles,
            source_locale=row.source_locale,
            state=row.state,
            numbers=Numbers(row.views, row.carts, row.orders),
        )
    )


def _goods(company_id: UUID, first: date, begins: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Select every listing of a company with its numbers from a day on."""
    counted = (
        sa.select(
            ListingDay.listing_id,
            sa.cast(sa.func.sum(ListingDay.views), sa.BigInteger).label("views"),
            sa.cast(sa.func.sum(ListingDay.carts), sa.BigInteger).label("carts"),
        )
        .join(Listing, Listing.id == ListingDay.listing_id)
        .where(Listing.company_id == company_id, ListingDay.day >= first)
        .group_by(ListingDay.listing_id)
        .subquery()
    )
    ordered = (
        sa.select(OrderLine.listing_id, sa.func.count(sa.distinct(Order.id)).label("orders"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.merchant_id == company_id, Order.placed_at >= begins)
        .group_by(OrderLine.listing_id)
        .subquery()
    )
    views, orders = sa.func.coalesce(counted.c.views, 0), sa.func.coalesce(ordered.c.orders, 0)
    # As ``figures.rules.conversion`` says it.
    part = sa.case((views > 0, (orders * 20_000 + views) // (sa.func.nullif(views, 0) * 2)), else_=_NEVER)
    return (
        sa.select(
            Listing.id,
            Listing.sku,
            Listing.titles,
            Listing.source_locale,
            Listing.state,
            views.label("views"),
            sa.func.coalesce(counted.c.carts, 0).label("carts"),
            orders.label("orders"),
            part.label("conversion"),
        )
        .outerjoin(counted, counted.c.listing_id == Listing.id)
        .outerjoin(ordered, ordered.c.listing_id == Listing.id)
        .where(Listing.company_id == company_id)
    )


def _place(cursor: str, kind: type) -> tuple[Any, UUID]:
    last, text = decode_cursor(cursor, kind, str)
    try:
        return last, UUID(text)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _seen(session: Session, company_id: UUID, listing_id: UUID | None, now: datetime) -> Seen:
    """Put two queries' numbers beside each other by day."""
    country = accounts.get_company(session, company_id=company_id).country
    zone, today = zone_of(country), local_day(country, now)
    days = [today - timedelta(days=back) for back in reversed(range(PERIODS[-1]))]
    counted = (
        sa.select(ListingDay.day, sa.func.sum(ListingDay.views), sa.func.sum(ListingDay.carts))
        .join(Listing, Listing.id == ListingDay.listing_id)
        .where(Listing.company_id == company_id, ListingDay.day >= days[0])
        .group_by(ListingDay.day)
    )
    ordered = sa.select(Order.placed_at).where(
        Order.merchant_id == company_id, Order.placed_at >= _begins(days[0], zone)
    )
    if listing_id is not None:
        counted = counted.where(ListingDay.listing_id == listing_id)
        ordered = ordered.where(sa.exists().where(OrderLine.order_id == Order.id, OrderLine.listing_id == listing_id))
    seen = {day: (int(views), int(carts)) for day, views, carts in session.execute(counted)}
    local = ZoneInfo(zone)
    orders = Counter(placed.astimezone(local).date() for placed in session.scalars(ordered))
    numbers = [(day, Numbers(*seen.get(day, (0, 0)), orders[day])) for day in days]
    return Seen(zone, {period: _sum(numbers[-period:]) for period in PERIODS}, tuple(numbers))


def _sum(days: list[tuple[date, Numbers]]) -> Numbers:
    return Numbers(
        sum(each.views for _, each in days), sum(each.carts for _, each in days), sum(each.orders for _, each in days)
    )


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
