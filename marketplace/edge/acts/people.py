"""Acts on members, people and partners, by whoever asks."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.services import admission, membership, people, tokens
from marketplace.edge import door
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import people as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work


def change_roles(person_id: UUID, body: requests.MemberRoles) -> None:
    """Give a member of the asker's company other roles."""
    in_unit_of_work(
        lambda session: membership.change_roles(
            session, actor=require_actor(), person_id=person_id, roles=body.roles, now=clock.now()
        )
    )


def end_membership(person_id: UUID) -> None:
    """End a membership in the asker's company, or the asker's own."""
    in_unit_of_work(
        lambda session: membership.end_membership(session, actor=require_actor(), person_id=person_id, now=clock.now())
    )


def change_profile(body: requests.Profile) -> None:
    """Change the asker's own name and language."""
    in_unit_of_work(
        lambda session: people.update_person(
            session, actor=require_actor(), name=body.name, locale=body.locale, now=clock.now()
        )
    )


def revoke_token(token_id: UUID) -> None:
    """End one of the asker's tokens."""
    in_unit_of_work(
        lambda session: tokens.revoke_token(session, actor=require_actor(), token_id=token_id, now=clock.now())
    )


def disable(person_id: UUID) -> None:
    """Shut a person out at once."""
    in_unit_of_work(
        lambda session: people.disable_person(session, actor=require_actor(), person_id=person_id, now=clock.now())
    )


def enable(person_id: UUID) -> None:
    """Let a person in again."""
    in_unit_of_work(
        lambda session: people.enable_person(session, actor=require_actor(), person_id=person_id, now=clock.now())
    )


def admit_partner(session: Session, body: requests.Partner, *, locale: str) -> admission.Admitted:
    """Admit a partner company and invite its owner."""
    return admission.admit_partner(
        session,
        actor=require_actor(),
        kind=body.kind,
        name=body.company_name,
        country=body.country,
        registration_number=body.registration_number,
        login=body.login,
        locale=body.locale or locale,
        vault=door.vault(),
        now=clock.now(),
    )


def invite_leader(session: Session, company_id: UUID, body: requests.Leader, *, locale: str) -> admission.Admitted:
    """Invite somebody to lead a partner that has no member."""
    return admission.invite_leader(
        session,
        actor=require_actor(),
        company_id=company_id,
        login=body.login,
        locale=body.locale or locale,
        vault=door.vault(),
        now=clock.now(),
    )
