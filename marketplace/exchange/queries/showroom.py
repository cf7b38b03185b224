"""Read the showroom: halls with their booths, one booth with its exhibits, tenancies, what a label opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.models import Category, Listing, ListingCard
from marketplace.exchange.models.showroom import Booth, BoothDay, Exhibit, ExhibitVisit, Hall, Tenancy
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from marketplace.reference.rules import zone_of


@dataclass(frozen=True, slots=True)
class BoothRow:
    """A booth and who stands there today; ``exhibits`` counts those whose listing is live.

    ``retired_at`` is when it was taken from its hall.
    """

    id: UUID
    hall_id: UUID
    hall_code: str
    hall_names: Mapping[str, str]
    code: str
    area_m2: Decimal
    column: int
    row: int
    tenancy_id: UUID | None
    company_id: UUID | None
    company: str | None
    country: str | None
    exhibits: int
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class HallRow:
    """A hall with its booths; ``retired_at`` is when it was closed for good."""

    id: UUID
    code: str
    names: Mapping[str, str]
    booths: tuple[BoothRow, ...]
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TenancyRow:
    """A merchant on a booth from one day to another, both counted."""

    id: UUID
    booth_id: UUID
    booth_code: str
    hall_code: str
    hall_names: Mapping[str, str]
    company_id: UUID
    company: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class ExhibitRow:
    """A listing on a booth; ``is_standing``: the booth is its tenant's today, and the listing still on it."""

    id: UUID
    code: str
    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    tenancy: TenancyRow
    is_standing: bool
    visits: int


def today_at(session: Session, *, now: datetime) -> date:
    """Return the day it is in the city's halls."""
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return now.astimezone(ZoneInfo(zone_of(houses[0].country) if houses else "UTC")).date()


def halls(
    session: Session,
    *,
    today: date,
    country: str | None = None,
    category: str | None = None,
    with_retired: bool = False,
) -> tuple[HallRow, ...]:
    """Return the halls with their booths in two queries; asked for a country or a shelf, only booths that show it.

    ``with_retired``: what was retired, too.
    """
    rows = _booths(session, today, category, *(() if with_retired else (Booth.retired_at.is_(None),)))
    if country:
        rows = [row for row in rows if row.country == country]
    if category:
        rows = [row for row in rows if row.exhibits]
    is_narrow = bool(country or category)
    found: dict[UUID, list[BoothRow]] = {}
    for row in rows:
        found.setdefault(row.hall_id, []).append(row)
    wanted = sa.select(Hall.id, Hall.code, Hall.names, Hall.retired_at).order_by(Hall.code, Hall.id)
    listed = session.execute(wanted if with_retired else wanted.where(Hall.retired_at.is_(None)))
    return tuple(
        HallRow(hall_id, code, names, tuple(found.get(hall_id, ())), retired_at)
        for hall_id, code, names, retired_at in listed
        if not is_narrow or hall_id in found
    )


def hall(session: Session, *, hall_id: UUID) -> HallRow:
    """Return a hall without its booths, a retired one, too; NotFound for an unknown one."""
    row = session.get(Hall, hall_id)
    if row is None:
        raise NotFound("hall")
    return HallRow(row.id, row.code, row.names, (), row.retired_at)


def booth(session: Session, *, booth_id: UUID, today: date) -> BoothRow:
    """Return a booth and who stands there today, a retired one, too; NotFound for an unknown one."""
    found = _booths(session, today, None, Booth.id == booth_id)
    if not found:
        raise NotFound("booth")
    return found[0]


def standing_booth(session: Session, *, booth_id: UUID, today: date) -> BoothRow:
    """Return a booth that the public can go to; NotFound for a retired one, too."""
    row = booth(session, booth_id=booth_id, today=today)
    if row.retired_at is not None:
        raise NotFound("booth")
    return row


def booths_of(session: Session, *, company_id: UUID, today: date) -> tuple[BoothRow, ...]:
    """Return where a merchant stands today."""
    return tuple(_booths(session, today, None, Tenancy.company_id == company_id))


def tenancies(
    session: Session, *, booth_id: UUID | None = None, company_id: UUID | None = None
) -> tuple[TenancyRow, ...]:
    """Return who stands, stood and will stand on a booth, or where a merchant does; the latest first."""
    wanted = _tenancies().order_by(Tenancy.from_on.desc(), Tenancy.id.desc())
    if booth_id is not None:
        wanted = wanted.where(Tenancy.booth_id == booth_id)
    if company_id is not None:
        wanted = wanted.where(Tenancy.company_id == company_id)
    return tuple(TenancyRow(*row) for row in session.execute(wanted))


def tenancy(session: Session, *, tenancy_id: UUID, company_id: UUID | None = None) -> TenancyRow:
    """Return a tenancy, of this company where one is named; NotFound for another's and an unknown one alike."""
    wanted = _tenancies().where(Tenancy.id == tenancy_id)
    if company_id is not None:
        wanted = wanted.where(Tenancy.company_id == company_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("tenancy")
    return TenancyRow(*row)


def exhibits(session: Session, *, tenancy_id: UUID, today: date, live: bool = False) -> tuple[ExhibitRow, ...]:
    """Return what stands on a booth of a tenancy, with its visits; ``live``: only what the public may see."""
    wanted = _exhibits(today).where(Exhibit.tenancy_id == tenancy_id, Exhibit.removed_at.is_(None))
    if live:
        wanted = wanted.where(sa.exists().where(ListingCard.listing_id == Exhibit.listing_id))
    return tuple(_exhibit(row) for row in session.execute(wanted.order_by(Exhibit.id)))


def exhibit(session: Session, *, code: str, today: date) -> ExhibitRow:
    """Return what a label opens, whether its booth still stands or not; NotFound for a code of no label."""
    row = session.execute(_exhibits(today).where(Exhibit.code == code)).one_or_none()
    if row is None:
        raise NotFound("exhibit")
    return _exhibit(row)


def sellers(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Return the merchants a booth can be let to, by name."""
    wanted = sa.select(Merchant.company_id, Company.name).join(Company, Company.id == Merchant.company_id)
    rows = session.execute(wanted.where(Merchant.state == MerchantState.APPROVED).order_by(Company.name, Company.id))
    return tuple((row[0], row[1]) for row in rows)


def breaches(session: Session) -> list[Breach]:
    """Return tenancies whose days are not one row each."""
    return [
        Breach("showroom", "tenancy", row.id, "its days are not those that are kept")
        for row in session.execute(_DAYS)
        if (row.until_on - row.from_on).days + 1 != row.days
    ]


_COUNTED: Final = sa.select(BoothDay.tenancy_id, sa.func.count().label("days")).group_by(BoothDay.tenancy_id).subquery()
_DAYS: Final = sa.select(Tenancy.id, Tenancy.from_on, Tenancy.until_on, _COUNTED.c.days).outerjoin(
    _COUNTED, _COUNTED.c.tenancy_id == Tenancy.id
)


def _booths(session: Session, today: date, category: str | None, *conditions: Any) -> list[BoothRow]:
    shown = (
        sa.select(sa.func.count())
        .select_from(Exhibit)
        .join(ListingCard, ListingCard.listing_id == Exhibit.listing_id)
        .where(Exhibit.tenancy_id == Tenancy.id, Exhibit.removed_at.is_(None))
        .correlate(Tenancy)
    )
    if category:
        shown = shown.join(Category, Category.id == ListingCard.category_id).where(Category.code == category)
    wanted = (
        sa.select(
            Booth.id,
            Booth.hall_id,
            Hall.code,
            Hall.names,
            Booth.code,
            Booth.area_m2,
            Booth.plan_column,
            Booth.plan_row,
            Tenancy.id,
            Tenancy.company_id,
            Company.name,
            Company.country,
            shown.scalar_subquery(),
            Booth.retired_at,
        )
        .join(Hall, Hall.id == Booth.hall_id)
        .outerjoin(BoothDay, sa.and_(BoothDay.booth_id == Booth.id, BoothDay.day == today))
        .outerjoin(Tenancy, Tenancy.id == BoothDay.tenancy_id)
        .outerjoin(Company, Company.id == Tenancy.company_id)
        .where(*conditions)
        .order_by(Hall.code, Booth.plan_row, Booth.plan_column)
    )
    return [BoothRow(*row) for row in session.execute(wanted)]


def _tenancies() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Tenancy.id,
            Tenancy.booth_id,
            Booth.code,
            Hall.code,
            Hall.names,
            Tenancy.company_id,
            Company.name,
            Tenancy.from_on,
            Tenancy.until_on,
        )
        .join(Booth, Booth.id == Tenancy.booth_id)
        .join(Hall, Hall.id == Booth.hall_id)
        .join(Company, Company.id == Tenancy.company_id)
    )


def _exhibits(today: date) -> sa.Select[*tuple[Any, ...]]:
    visits = (
        sa.select(sa.func.count()).where(ExhibitVisit.exhibit_id == Exhibit.id).correlate(Exhibit).scalar_subquery()
    )
    stands = sa.and_(Exhibit.removed_at.is_(None), Tenancy.from_on <= today, Tenancy.until_on >= today)
    return (
        _tenancies()
        .join(Exhibit, Exhibit.tenancy_id == Tenancy.id)
        .join(Listing, Listing.id == Exhibit.listing_id)
        .add_columns(
            Exhibit.id,
            Exhibit.code,
            Exhibit.listing_id,
            Listing.sku,
            Listing.titles,
            Listing.source_locale,
            sa.case((stands, 1), else_=0),
            visits,
        )
    )


def _exhibit(row: Any) -> ExhibitRow:
    tenancy_row = TenancyRow(*row[:9])
    exhibit_id, code, listing_id, sku, titles, source, stands, visits = row[9:]
    return ExhibitRow(exhibit_id, code, listing_id, sku, titles, source, tenancy_row, bool(stands), visits)
