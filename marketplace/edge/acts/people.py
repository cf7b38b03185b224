"""Acts on members, people and partners, by whoever asks."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import directory
from marketplace.accounts.queries.directory import PartnerRow
from marketplace.accounts.rules.codes import TOKEN_LIFETIME
from marketplace.accounts.services import admission, membership, people, sessions, tokens, units
from marketplace.edge import door
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import people as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.pages import Page
from marketplace.merchants.queries import levels


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


def partners(*, cursor: str | None) -> Page[tuple[PartnerRow, bool]]:
    """Return the partner companies, newest first, and whether each may be given new work."""
    page = directory.partners(reading(), cursor=cursor)
    admitted = levels.admitted(reading(), company_ids=[row.id for row in page.items], now=clock.now())
    return page.map(lambda row: (row, row.id in admitted))


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


def issue_token(body: requests.Token) -> tokens.Issued:
    """Make a token for a program of the asker's own."""
    return in_unit_of_work(
        lambda session: tokens.issue_own_token(
            session,
            actor=require_actor(),
            name=body.name,
            scopes=body.scopes,
            days=body.days or TOKEN_LIFETIME.days,
            now=clock.now(),
        )
    )


def end_session(session_id: UUID) -> None:
    """End one of the asker's sessions."""
    in_unit_of_work(
        lambda session: sessions.end(session, actor=require_actor(), session_id=session_id, now=clock.now())
    )


def open_unit(session: Session, body: requests.Unit) -> UUID:
    """Open a unit of the asker's company."""
    return units.open_unit(
        session, actor=require_actor(), name=body.name, cost_centre=body.cost_centre or "", now=clock.now()
    )


def print_cost_centres(body: requests.CostCentres) -> None:
    """Let papers of the asker's company print cost centres, or no longer."""
    in_unit_of_work(
        lambda session: units.print_cost_centres(
            session, actor=require_actor(), is_printed=body.printed, now=clock.now()
        )
    )


def close_unit(unit_id: UUID) -> None:
    """Close a unit of the asker's company."""
    in_unit_of_work(lambda session: units.close_unit(session, actor=require_actor(), unit_id=unit_id, now=clock.now()))


def assign_unit(person_id: UUID, body: requests.UnitChoice) -> None:
    """Let a member of the asker's company belong to a unit."""
    in_unit_of_work(
        lambda session: units.assign(
            session, actor=require_actor(), person_id=person_id, unit_id=body.unit_id, now=clock.now()
        )
    )
