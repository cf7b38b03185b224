"""The clocks that companies live by, for due moments that are shown to both sides."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.reference.rules import zone_of


def clocks(session: Session, company_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the zone in which each company's working days are counted."""
    companies = accounts.get_companies(session, company_ids=set(company_ids))
    return {row.id: zone_of(row.country) for row in companies.values()}
