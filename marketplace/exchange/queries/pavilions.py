"""Read the pavilion of a country: who sells from there."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import ListingCard
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from marketplace.reference.rules import RCEP

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class PavilionRow:
    """A country with how many of its companies sell, and how many live listings originate there."""

    country: str
    merchants: int
    offers: int


@dataclass(frozen=True, slots=True)
class ExhibitorRow:
    """A merchant of a country, and how many live listings it has."""

    company_id: UUID
    name: str
    offers: int


def pavilions(session: Session) -> tuple[PavilionRow, ...]:
    """Return every party of RCEP, those with nothing yet too, in two queries."""
    selling = Merchant.state == MerchantState.APPROVED
    sellers = _counted(session, sa.select(Merchant.country, sa.func.count()).where(selling).group_by(Merchant.country))
    goods = _counted(session, sa.select(ListingCard.origin, sa.func.count()).group_by(ListingCard.origin))
    return tuple(PavilionRow(code, sellers.get(code, 0), goods.get(code, 0)) for code in sorted(RCEP))


def _counted(session: Session, wanted: sa.Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(wanted)}


def exhibitors(session: Session, *, country: str, cursor: str | None = None) -> Page[ExhibitorRow]:
    """Return the merchants of a country, who came first first, in one query."""
    count = (
        sa.select(sa.func.count())
        .where(ListingCard.company_id == Merchant.company_id)
        .correlate(Merchant)
        .scalar_subquery()
    )
    wanted = (
        sa.select(Merchant.company_id, Company.name, count)
        .join(Company, Company.id == Merchant.company_id)
        .where(Merchant.country == country, Merchant.state == MerchantState.APPROVED)
        .order_by(Merchant.company_id)
        .limit(PAGE + 1)
    )
    if cursor:
        wanted = wanted.where(Merchant.company_id > decode_id(cursor))
    rows = [ExhibitorRow(*row) for row in session.execute(wanted)]
    return page_of(rows, PAGE, lambda row: (str(row.company_id),))
