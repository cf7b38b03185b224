"""Admit partner companies: the operator names the company and who shall lead it, who comes by invitation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Membership
from marketplace.accounts.rules.logins import parse_login
from marketplace.accounts.rules.permissions import PARTNERS, Permission, leading_role
from marketplace.accounts.rules.registration import read_partner
from marketplace.accounts.services.invitations import send_invitation
from marketplace.accounts.services.registration import add_company
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Admitted:
    """A partner company and the open invitation of its first member."""

    company_id: UUID
    invitation_id: UUID


def admit_partner(
    session: Session,
    *,
    actor: Actor,
    kind: str,
    name: str,
    country: str,
    registration_number: str,
    login: str,
    locale: str,
    vault: Vault,
    now: datetime,
) -> Admitted:
    """Admit a partner and invite its owner, who chooses a password and accepts the terms; Refused names every field.

    On the command line the system itself admits.
    """
    if actor != SYSTEM:
        actor.must(Permission.OPERATOR_COMPANY_ADMIT)
    found_kind, new, owner = read_partner(
        kind=kind,
        name=name,
        country=country,
        registration_number=registration_number,
        login=login,
        allow_test_mail=vault.policy.allow_test_mail,
    )
    company_id = add_company(session, new=new, kind=found_kind, now=now)
    audit.record(
        session,
        actor=actor,
        action="company.admitted",
        subject="company",
        subject_id=company_id,
        facts={"kind": found_kind},
        now=now,
    )
    invited = send_invitation(
        session,
        actor=actor,
        company=session.get_one(Company, company_id),
        login=owner,
        roles=(leading_role(found_kind),),
        locale=locale,
        now=now,
    )
    return Admitted(company_id, invited.invitation_id)


def invite_leader(
    session: Session, *, actor: Actor, company_id: UUID, login: str, locale: str, vault: Vault, now: datetime
) -> Admitted:
    """Invite a leader into a partner that has no member: nobody came, or the last was erased. Conflict ``is_led``."""
    actor.must(Permission.OPERATOR_COMPANY_ADMIT)
    company = session.get(Company, company_id, with_for_update=True)
    if company is None or company.kind not in PARTNERS or company.closed_at is not None:
        raise NotFound("company")
    is_led = sa.exists().where(Membership.company_id == company_id, Membership.ended_at.is_(None))
    if session.scalar(sa.select(is_led)):
        raise Conflict("is_led")
    owner = parse_login(login, country=company.country, allow_test=vault.policy.allow_test_mail)
    roles = (leading_role(company.kind),)
    invited = send_invitation(session, actor=actor, company=company, login=owner, roles=roles, locale=locale, now=now)
    return Admitted(company_id, invited.invitation_id)
