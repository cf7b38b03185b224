"""A merchant as the public may know it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.numbers import Proof
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import requirements
from marketplace.merchants.rules.states import MerchantState


@dataclass(frozen=True, slots=True)
class Seller:
    """A merchant as the public knows it, and what the city has verified of it: who, when, how, until when."""

    company_id: UUID
    name: str
    country: str
    legal_name: str
    licence_until: date | None
    has_licence: bool  # one that was accepted, and not waived or rejected since
    checked_by: str | None  # the operator's company, never a person
    checked_at: datetime | None
    proof: Proof | None
    is_verified: bool  # nothing that it has to show was rejected
    is_compared: bool  # name and number rest on a licence that was not rejected


def seller(session: Session, *, company_id: UUID) -> Seller:
    """Return a merchant whose goods may be on the shelf; NotFound for any other company and for unknown ids alike."""
    found = merchants.merchant_of(session, company_id=company_id)
    if found is None or found.state is not MerchantState.APPROVED:
        raise NotFound("merchant")
    company = accounts.get_company(session, company_id=company_id)
    check = merchants.last_check(session, company_id=company_id)
    today = closures.local_day(company.country, clock.now())
    vouched = requirements.vouched(session, company_id=company_id, today=today)
    licence = vouched.licence
    return Seller(
        company_id,
        company.name,
        found.country,
        found.legal_name,
        licence.valid_until if licence else None,
        has_licence=licence is not None,
        checked_by=accounts.house_name(session),
        checked_at=max(each.at for each in (check, licence) if each is not None) if check else None,
        proof=check.proof if check else None,
        is_verified=vouched.is_verified,
        is_compared=vouched.is_compared,
    )
