"""Invite colleagues, and let them in."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Invitation
from marketplace.accounts.queries import find_person
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.codes import INVITATION_LIFETIME, digest
from marketplace.accounts.rules.logins import Login, check_reachable, parse_login
from marketplace.accounts.rules.membership import check_invited
from marketplace.accounts.rules.permissions import Permission, Role, parse_roles
from marketplace.accounts.rules.registration import read_person
from marketplace.accounts.services import terms
from marketplace.accounts.services.membership import add_member
from marketplace.accounts.services.registration import add_person
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel


@dataclass(frozen=True, slots=True)
class Invited:
    """An open invitation; the token goes to the invited address and is shown to nobody else."""

    invitation_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who accepted."""

    company_id: UUID
    person_id: UUID


def invite(
    session: Session, *, actor: Actor, login: str, roles: tuple[str, ...], locale: str, vault: Vault, now: datetime
) -> Invited:
    """Invite an e-mail address or phone number to the actor's company; says nothing of whether somebody has it.

    NotAllowed ``second_admin`` for a role that is given to members only.
    """
    actor.must(Permission.COMPANY_MEMBERS_INVITE)
    company = session.get_one(Company, actor.company)
    found = check_reachable(
        parse_login(login, country=company.country, allow_test=vault.policy.allow_test_mail),
        sends_texts=vault.policy.sends_texts,
    )
    wanted = parse_roles(company.kind, roles)
    check_invited(wanted)
    return send_invitation(session, actor=actor, company=company, login=found, roles=wanted, locale=locale, now=now)


def send_invitation(
    session: Session,
    *,
    actor: Actor,
    company: Company,
    login: Login,
    roles: Iterable[Role],
    locale: str,
    now: datetime,
) -> Invited:
    """Send a key to a company to an address; who may do so, and the roles, were checked by the caller."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        id=new_id(),
        token_hash=digest(token),
        company_id=company.id,
        invited_by=actor.person_id,
        email=login.email,
        phone=login.phone,
        roles=[role.value for role in roles],
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    session.add(invitation)
    session.flush()
    _audit(session, actor, "member.invited", invitation, now)
    mail.send(
        session,
        to=login.address,
        channel=login.channel,
        template="invitation",
        locale=locale,
        context={"company": company.name, "token": token, "days": INVITATION_LIFETIME.days},
        now=now,
    )
    return Invited(invitation.id, token)


def accept_invitation(
    session: Session,
    *,
    token: str,
    person_name: str,
    password: str,
    accepted_terms: tuple[str, ...],
    locale: str,
    vault: Vault,
    now: datetime,
) -> Joined:
    """Join the inviting company; unknown, used and expired tokens are NotFound alike.

    Whoever has the token reads the invited mailbox or phone. Is that already somebody's login name, then that person
    joins and keeps name and password: what was typed is not looked at, and no session begins.
    """
    invitation = _take(session, token, now)
    login = _login(invitation)
    person = find_person(session, login=login.address)
    if person is None:
        company = session.get_one(Company, invitation.company_id)
        new = read_person(
            name=person_name,
            login=login,
            password=password,
            locale=locale,
            about=(company.name,),
            accepted_terms=accepted_terms,
            current_terms=[version.label for version in city_terms.current(session, now=now)],
        )
        person_id = add_person(session, new=new, vault=vault, now=now, confirmed_at=now)
        terms.record_acceptance(session, person_id=person_id, now=now)
    elif person.is_active:
        person_id = person.id
    else:
        raise NotFound("invitation")
    invitation.accepted_at, invitation.accepted_by = now, person_id
    session.flush()
    actor = Actor(person_id, invitation.company_id)
    _audit(session, actor, "member.accepted", invitation, now)
    roles = tuple(Role(role) for role in invitation.roles)
    add_member(session, actor=actor, company_id=invitation.company_id, person_id=person_id, roles=roles, now=now)
    return Joined(invitation.company_id, person_id)


def _take(session: Session, token: str, now: datetime) -> Invitation:
    invitation = session.scalars(
        sa.select(Invitation)
        .join(Company, Company.id == Invitation.company_id)
        .where(
            Invitation.token_hash == digest(token),
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > now,
            sa.or_(Invitation.email.is_not(None), Invitation.phone.is_not(None)),
            Company.closed_at.is_(None),
        )
        .with_for_update(of=Invitation)
    ).one_or_none()
    if invitation is None:
        raise NotFound("invitation")
    return invitation


def _login(invitation: Invitation) -> Login:
    if invitation.email is not None:
        return Login(Channel.MAIL, invitation.email)
    return Login(Channel.TEXT, invitation.phone or "")


def _audit(session: Session, actor: Actor, action: str, invitation: Invitation, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="company",
        subject_id=invitation.company_id,
        facts={"invitation": invitation.id, "roles": invitation.roles},
        now=now,
    )
