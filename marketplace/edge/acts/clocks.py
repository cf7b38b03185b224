"""The clocks that companies live by, for due moments that are shown to both sides."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.reference.rules import zone_of


def house_clock(session: Session) -> str:
    """Return the zone in which the operator's working days are counted."""
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return zone_of(houses[0].country) if houses else "UTC"


def clocks(session: Session, company_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the zone in which each company's working days are counted."""
    companies = accounts.get_companies(session, company_ids=set(company_ids))
    return {row.id: zone_of(row.country) for row in companies.values()}
