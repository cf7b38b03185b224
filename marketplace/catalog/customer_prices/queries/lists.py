"""A merchant's own price lists, customer groups, and whom he names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.customer_prices.models import (
    Audience,
    CustomerGroup,
    CustomerGroupMember,
    PriceList,
    PriceListEntry,
)
from marketplace.catalog.models import Listing
from marketplace.catalog.queries.cursors import listing_after
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules.pricing import Ladder, least_quantity, sold_from
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, page_of

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A company that is named; its number is what its register knows it by."""

    company_id: UUID
    name: str
    country: str
    registration_number: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A customer group, and how many companies are in it."""

    id: UUID
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A company or a group that is named for a list, a listing or all of a merchant's prices."""

    id: UUID
    company_id: UUID | None
    group_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A price list, and how many listings are on it."""

    id: UUID
    name: str
    currency: str
    incoterm: str
    place_code: str
    valid_from: datetime
    valid_until: datetime | None
    version: int
    entries: int

    def is_valid(self, at: datetime) -> bool:
        """Tell whether it holds at this instant."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """The prices of one listing on a list, and from which quantity on it is sold in which steps."""

    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    unit: str
    moq: int
    multiple: int
    ladder: Ladder

    @property
    def sold(self) -> Ladder:
        """The prices for the quantities that are sold."""
        return sold_from(self.ladder, least_quantity(self.moq, self.multiple))


def counted(session: Session, *, merchant_id: UUID) -> dict[Visibility, int]:
    """Return how many of a merchant's listings show their prices to whom."""
    query = (
        sa.select(Listing.price_visibility, sa.func.count())
        .where(Listing.company_id == merchant_id)
        .group_by(Listing.price_visibility)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return {visibility: found.get(visibility, 0) for visibility in Visibility}


def groups(session: Session, *, merchant_id: UUID) -> tuple[GroupRow, ...]:
    """Return a merchant's customer groups by name."""
    query = (
        sa.select(CustomerGroup.id, CustomerGroup.name, sa.func.count(CustomerGroupMember.company_id))
        .outerjoin(CustomerGroupMember, CustomerGroupMember.group_id == CustomerGroup.id)
        .where(CustomerGroup.merchant_id == merchant_id)
        .group_by(CustomerGroup.id, CustomerGroup.name)
        .order_by(CustomerGroup.name)
    )
    return tuple(GroupRow(*row) for row in session.execute(query))


def members(session: Session, *, merchant_id: UUID, group_id: UUID) -> tuple[GroupRow, tuple[CustomerRow, ...]]:
    """Return a merchant's group and the companies in it by name; NotFound for unknown and foreign ids alike."""
    group = session.execute(
        sa.select(CustomerGroup.id, CustomerGroup.name).where(
            CustomerGroup.id == group_id, CustomerGroup.merchant_id == merchant_id
        )
    ).one_or_none()
    if group is None:
        raise NotFound("customer_group")
    found = session.execute(
        _CUSTOMERS.join(CustomerGroupMember, CustomerGroupMember.company_id == Company.id)
        .where(CustomerGroupMember.group_id == group_id)
        .order_by(Company.name, Company.id)
    )
    customers = tuple(CustomerRow(*row) for row in found)
    return GroupRow(group.id, group.name, len(customers)), customers


def named(session: Session, *, subject: UUID) -> tuple[NamedRow, ...]:
    """Return whom a subject names, by name; the caller has decided that the reader may see them."""
    name = sa.func.coalesce(CustomerGroup.name, Company.name)
    query = (
        sa.select(Audience.id, Audience.company_id, Audience.group_id, name)
        .outerjoin(Company, Company.id == Audience.company_id)
        .outerjoin(CustomerGroup, CustomerGroup.id == Audience.group_id)
        .where(Audience.subject == subject)
        .order_by(name, Audience.id)
    )
    return tuple(NamedRow(*row) for row in session.execute(query))


def price_lists(session: Session, *, merchant_id: UUID, cursor: str | None = None) -> Page[ListRow]:
    """Return a merchant's price lists, the newest first."""
    query = _lists().where(PriceList.merchant_id == merchant_id)
    if cursor:
        query = query.where(PriceList.id < listing_after(cursor))
    rows = session.execute(query.order_by(PriceList.id.desc()).limit(PAGE + 1))
    return page_of([ListRow(*row) for row in rows], PAGE, lambda row: (row.id.hex,))


def price_list(session: Session, *, merchant_id: UUID, list_id: UUID) -> ListRow:
    """Return a merchant's price list; NotFound for unknown and foreign ids alike."""
    found = _lists().where(PriceList.merchant_id == merchant_id, PriceList.id == list_id)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound("price_list")
    return ListRow(*row)


def entries(session: Session, *, of: ListRow, cursor: str | None = None) -> Page[EntryRow]:
    """Return what is on a list, by when its listings were made."""
    query = (
        sa.select(
            PriceListEntry.listing_id, Listing.sku, Listing.titles, Listing.source_locale, Listing.unit, Listing.moq,
            Listing.multiple, PriceListEntry.tiers,
        )
        .join(Listing, Listing.id == PriceListEntry.listing_id)
        .where(PriceListEntry.list_id == of.id)
    )  # fmt: skip
    if cursor:
        query = query.where(PriceListEntry.listing_id < listing_after(cursor))
    rows = session.execute(query.order_by(PriceListEntry.listing_id.desc()).limit(PAGE + 1))
    found = [EntryRow(*row[:-1], stored_ladder(of.currency, of.incoterm, of.place_code, row.tiers)) for row in rows]
    return page_of(found, PAGE, lambda row: (row.listing_id.hex,))


_CUSTOMERS: Final = sa.select(Company.id, Company.name, Company.country, Company.registration_number)


def _lists() -> sa.Select[*tuple[Any, ...]]:
    count = (
        sa.select(sa.func.count()).where(PriceListEntry.list_id == PriceList.id).correlate(PriceList).scalar_subquery()
    )
    return sa.select(
        PriceList.id,
        PriceList.name,
        PriceList.currency,
        PriceList.incoterm,
        PriceList.place_code,
        PriceList.valid_from,
        PriceList.valid_until,
        PriceList.version,
        count,
    )
