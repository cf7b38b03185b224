"""What a company says of itself, and what the operator found to be so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.events import CompanyChanged
from marketplace.accounts.models import Company
from marketplace.accounts.queries import directory
from marketplace.accounts.rules.companies import (
    LONGEST_CONTACT,
    Address,
    parse_address,
    parse_line,
    parse_optional_line,
)
from marketplace.accounts.rules.numbers import check_number
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.refusals import Refusals
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.events import record

_FIELDS: Final = ("name", "tax_id", "street", "city", "region", "postcode", "contact")
_NOWHERE: Final = Address()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a company may change of itself; ``contact`` is a desk or a company's mailbox, never a person."""

    name: str
    tax_id: str = ""
    address: Address = _NOWHERE
    contact: str = ""


def update_company(session: Session, *, actor: Actor, profile: Profile, version: int, now: datetime) -> None:
    """Change name, tax id, address and contact of the actor's company; country and registration number stay.

    Conflict ``company_changed`` when the company is no longer at the ``version`` that was looked at. A name that the
    operator compared with the licence stays as well: orders are placed in it.
    """
    actor.must(Permission.COMPANY_PROFILE_EDIT)
    company = session.get_one(Company, actor.company, with_for_update=True)
    if version != company.version:
        raise Conflict("company_changed", company=company.id, version=company.version)
    refusals = Refusals()
    name = refusals(lambda: _name(company, profile.name), "")
    tax_id = refusals(lambda: _tax_id(company.country, profile.tax_id), None)
    address = refusals(lambda: parse_address(profile.address), _NOWHERE)
    contact = refusals(lambda: parse_optional_line("contact", profile.contact, LONGEST_CONTACT), "")
    refusals.raise_any()
    values = (name, tax_id, address.street, address.city, address.region, address.postcode, contact or None)
    changed = [field for field, value in zip(_FIELDS, values, strict=True) if getattr(company, field) != value]
    if not changed:
        return
    for field, value in zip(_FIELDS, values, strict=True):
        setattr(company, field, value)
    company.version += 1
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="company.updated",
        subject="company",
        subject_id=company.id,
        facts={"fields": changed, "version": company.version},
        now=now,
    )
    record(session, CompanyChanged(company_id=company.id, at=now))


def verify_company(
    session: Session,
    *,
    actor: Actor,
    company_id: UUID,
    name: str,
    registration_number: str,
    is_name_excused: bool = False,
    now: datetime,
) -> None:
    """Let a company be called what the operator compared with its licence: papers name that and nothing self-typed.

    Conflict ``name_taken`` when a company that the operator verified or let in before is called something that looks
    the same, unless he excuses it: two countries' registers know nothing of each other.
    """
    if not is_name_excused:
        for other in directory.lookalikes(session, company_id=company_id, name=name):
            if other.is_known:
                raise Conflict("name_taken", company=other.id, name=other.name)
    company = session.get_one(Company, company_id, with_for_update=True)
    try:
        with session.begin_nested():
            company.name, company.registration_number = name, registration_number
            company.name_excused = is_name_excused
            company.verified_at = now
            company.version += 1
    except IntegrityError:  # of two that are verified at the same moment one comes first
        raise Conflict("name_taken", name=name) from None
    audit.record(
        session,
        actor=actor,
        action="company.verified",
        subject="company",
        subject_id=company_id,
        facts={"version": company.version, "name_excused": is_name_excused},
        now=now,
    )


def take_turn(session: Session, *, company_id: UUID) -> None:
    """Wait until nobody else decides something once-only about this company; the turn ends with the unit of work.

    The lock lets others write rows that name the company, so that only those who ask for a turn wait.
    """
    session.execute(sa.select(Company.id).where(Company.id == company_id).with_for_update(key_share=True))


def _name(company: Company, text: str) -> str:
    name = parse_line("name", text)
    if company.verified_at is not None and name != company.name:
        raise Refused.field("name", "name_verified", company.name)
    return name


def _tax_id(country: str, text: str) -> str | None:
    return check_number(country, text, field="tax_id").number if text.strip() else None
