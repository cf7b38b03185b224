"""Requests for prices, as their merchant and as whoever asked reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.accounts.rules.handovers import Item, Kind
from marketplace.catalog.customer_prices.models import PriceRequest
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.models import Listing
from marketplace.catalog.queries.cursors import listing_after
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, page_of

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A company's wish to read the prices of a listing; ``due_at`` is until when its merchant answers."""

    id: UUID
    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    unit: str
    merchant_id: UUID
    merchant: str
    company_id: UUID
    company: str
    country: str
    quantity: int
    state: RequestState
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None


def of_merchant(session: Session, *, merchant_id: UUID, state: str | None, cursor: str | None) -> Page[RequestRow]:
    """Return what a merchant is asked, the newest first."""
    return _page(session, PriceRequest.merchant_id == merchant_id, state, cursor)


def of_buyer(session: Session, *, company_id: UUID, state: str | None, cursor: str | None) -> Page[RequestRow]:
    """Return what a company asked for, the newest first."""
    return _page(session, PriceRequest.company_id == company_id, state, cursor)


def newest(session: Session, *, listing_id: UUID, company_id: UUID) -> RequestRow | None:
    """Return what a company asked last about a listing, None when it never did."""
    wanted = _rows().where(PriceRequest.listing_id == listing_id, PriceRequest.company_id == company_id)
    row = session.execute(wanted.order_by(PriceRequest.id.desc()).limit(1)).one_or_none()
    return _row(row) if row else None


def request(session: Session, *, request_id: UUID) -> RequestRow:
    """Return a request; the caller has decided that the reader may see it."""
    row = session.execute(_rows().where(PriceRequest.id == request_id)).one_or_none()
    if row is None:
        raise NotFound("price_request")
    return _row(row)


def waiting(session: Session, *, merchant_id: UUID) -> int:
    """Count the requests that a merchant has not answered."""
    open_ones = (PriceRequest.merchant_id == merchant_id, PriceRequest.state == RequestState.OPEN)
    return session.scalar(sa.select(sa.func.count()).where(*open_ones)) or 0


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the requests whose time is over."""
    over = sa.select(PriceRequest.id).where(PriceRequest.state == RequestState.OPEN, PriceRequest.due_at <= now)
    return tuple(session.scalars(over.order_by(PriceRequest.due_at)))


def held(session: Session, company_id: UUID, person_id: UUID, _now: datetime) -> list[Item]:
    """Return the prices that a person has asked for and that nobody answered yet."""
    found = session.execute(
        sa.select(PriceRequest.id, Listing.sku)
        .join(Listing, Listing.id == PriceRequest.listing_id)
        .where(
            PriceRequest.company_id == company_id,
            PriceRequest.asked_by == person_id,
            PriceRequest.state == RequestState.OPEN,
        )
    )
    return [Item(Kind.PRICE_REQUEST, row.id, row.sku) for row in found]


def _page(session: Session, whose: sa.ColumnElement[bool], state: str | None, cursor: str | None) -> Page[RequestRow]:
    query = _rows().where(whose)
    if state:
        query = query.where(PriceRequest.state == state)
    if cursor:
        query = query.where(PriceRequest.id < listing_after(cursor))
    rows = session.execute(query.order_by(PriceRequest.id.desc()).limit(PAGE + 1))
    return page_of([_row(row) for row in rows], PAGE, lambda row: (row.id.hex,))


def _rows() -> sa.Select[*tuple[Any, ...]]:
    asker, seller = aliased(Company), aliased(Company)
    return (
        sa.select(
            PriceRequest,
            Listing.sku,
            Listing.titles,
            Listing.source_locale,
            Listing.unit,
            seller.name.label("merchant"),
            asker.name.label("company"),
            asker.country,
        )
        .join(Listing, Listing.id == PriceRequest.listing_id)
        .join(seller, seller.id == PriceRequest.merchant_id)
        .join(asker, asker.id == PriceRequest.company_id)
        .execution_options(populate_existing=True)
    )


def _row(row: Any) -> RequestRow:
    found: PriceRequest = row.PriceRequest
    return RequestRow(
        id=found.id,
        listing_id=found.listing_id,
        sku=row.sku,
        titles=row.titles,
        source_locale=row.source_locale,
        unit=row.unit,
        merchant_id=found.merchant_id,
        merchant=row.merchant,
        company_id=found.company_id,
        company=row.company,
        country=row.country,
        quantity=found.quantity,
        state=found.state,
        asked_at=found.asked_at,
        due_at=found.due_at,
        answered_at=found.answered_at,
    )
