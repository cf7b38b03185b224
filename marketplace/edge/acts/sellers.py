"""A merchant as the public may know it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.errors import NotFound
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.states import MerchantState


@dataclass(frozen=True, slots=True)
class Seller:
    """A merchant as the public knows it, and what the city has verified of it."""

    company_id: UUID
    name: str
    country: str
    legal_name: str
    licence_until: date | None


def seller(session: Session, *, company_id: UUID) -> Seller:
    """Return a merchant whose goods may be on the shelf; NotFound for any other company and for unknown ids alike."""
    found = merchants.merchant_of(session, company_id=company_id)
    if found is None or found.state is not MerchantState.APPROVED:
        raise NotFound("merchant")
    name = accounts.get_company(session, company_id=company_id).name
    return Seller(company_id, name, found.country, found.legal_name, found.licence_until)
