"""What a company says of itself."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.companies import LONGEST_NUMBER, Address, parse_address, parse_line, parse_optional_line
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.refusals import Refusals
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor


def update_company(session: Session, *, actor: Actor, name: str, tax_id: str, address: Address, now: datetime) -> None:
    """Change name, tax id and address of the actor's company; country and registration number stay as admitted."""
    actor.must(Permission.COMPANY_PROFILE_EDIT)
    refusals = Refusals()
    new_name = refusals(lambda: parse_line("name", name), "")
    new_tax_id = refusals(lambda: parse_optional_line("tax_id", tax_id, LONGEST_NUMBER), "")
    new_address = refusals(lambda: parse_address(address), Address())
    refusals.raise_any()
    company = session.get_one(Company, actor.company, with_for_update=True)
    company.name, company.tax_id = new_name, new_tax_id or None
    company.street, company.city = new_address.street, new_address.city
    company.region, company.postcode = new_address.region, new_address.postcode
    session.flush()
    audit.record(session, actor=actor, action="company.updated", subject="company", subject_id=company.id, now=now)


def take_turn(session: Session, *, company_id: UUID) -> None:
    """Wait until nobody else decides something once-only about this company; the turn ends with the unit of work.

    The lock lets others write rows that name the company, so that only those who ask for a turn wait.
    """
    session.execute(sa.select(Company.id).where(Company.id == company_id).with_for_update(key_share=True))
