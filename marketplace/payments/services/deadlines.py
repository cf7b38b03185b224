"""Deadlines in the working days of whoever must act."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def days_of(session: Session, *, company_id: UUID, setting: Setting, now: datetime) -> datetime:
    """Return when so many working days of a company, as the setting says, are over."""
    country = accounts.get_company(session, company_id=company_id).country
    zones = {place.country: place.zone for place in reversed(reference.places(session))}
    return reference.working_deadline(
        session,
        country=country,
        zone=zones.get(country, "UTC"),
        start=now,
        days=reference.setting(session, setting, at=now),
    )
