"""Companies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company as everybody who deals with it may know it."""

    id: UUID
    kind: CompanyKind
    name: str
    country: str
    registration_number: str
    tax_id: str | None
    street: str
    city: str
    region: str
    postcode: str
    created_at: datetime
    is_open: bool


def get_company(session: Session, *, company_id: UUID) -> CompanyRow:
    """Return a company, closed ones too."""
    company = session.get(Company, company_id)
    if company is None:
        raise NotFound("company")
    return _company_row(company)


def get_companies(session: Session, *, company_ids: Collection[UUID]) -> Mapping[UUID, CompanyRow]:
    """Return these companies by id; unknown ids are left out."""
    companies = session.scalars(sa.select(Company).where(Company.id.in_(company_ids)))
    return {company.id: _company_row(company) for company in companies}


def companies_of_kind(session: Session, *, kind: CompanyKind) -> tuple[CompanyRow, ...]:
    """Return the open companies of a kind, by name."""
    query = sa.select(Company).where(Company.kind == kind, Company.closed_at.is_(None))
    return tuple(_company_row(company) for company in session.scalars(query.order_by(Company.name, Company.id)))


def _company_row(company: Company) -> CompanyRow:
    return CompanyRow(
        id=company.id,
        kind=company.kind,
        name=company.name,
        country=company.country,
        registration_number=company.registration_number,
        tax_id=company.tax_id,
        street=company.street,
        city=company.city,
        region=company.region,
        postcode=company.postcode,
        created_at=company.created_at,
        is_open=company.closed_at is None,
    )
