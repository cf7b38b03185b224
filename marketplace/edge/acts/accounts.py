"""Acts on accounts, by whoever asks."""

from typing import Any, Final

from flask import current_app, request
from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.rules.codes import Purpose
from marketplace.accounts.rules.companies import Address
from marketplace.accounts.rules.sign_in import SignIn
from marketplace.accounts.services import (
    companies,
    erasure,
    invitations,
    people,
    registration,
    second_factor,
    sign_in,
    throttle,
)
from marketplace.accounts.services.second_factor import Enrolment
from marketplace.edge import door
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import accounts as requests
from marketplace.kernel import clock, languages
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Refused
from marketplace.notices import queries as inbox
from marketplace.reports import queries as reports

_PROFILE: Final = ("name", "tax_id", "street", "city", "region", "postcode", "contact")


def language_asked(otherwise: str = "en") -> str:
    """Return the language that Accept-Language asks for, of those we write in."""
    return languages.wanted((tag for tag, quality in request.accept_languages if quality > 0), otherwise)


def register(body: requests.Registration, *, locale: str) -> registration.Registered:
    """Register a company and its owner; registrations from one network address are counted, failed ones too."""
    with unit_of_work() as session:
        buckets = throttle.asking_buckets(door.vault(), address=door.address())
        throttle.check(session, buckets=buckets, now=clock.now())
        throttle.count_failure(session, buckets=buckets, now=clock.now())
    return in_unit_of_work(
        lambda session: registration.register_company(
            session,
            name=body.company_name,
            country=body.country,
            registration_number=body.registration_number,
            person_name=body.person_name,
            login=body.login,
            password=body.password,
            accepted_terms=tuple(body.accepted_terms),
            locale=body.locale or locale,
            vault=door.vault(),
            now=clock.now(),
        )
    )


def change_company(session: Session, body: requests.CompanyPatch) -> None:
    """Change what is sent of the asker's company; the rest stays as it is."""
    actor = require_actor()
    row = queries.get_company(session, company_id=actor.company)
    sent = {name: value for name in _PROFILE if (value := getattr(body, name)) is not None}
    said = {name: getattr(row, name) or "" for name in _PROFILE} | sent
    companies.update_company(
        session,
        actor=actor,
        profile=companies.Profile(
            name=said["name"],
            tax_id=said["tax_id"],
            address=Address(said["street"], said["city"], said["region"], said["postcode"]),
            contact=said["contact"],
        ),
        version=body.version,
        now=clock.now(),
    )


def prove(body: requests.SignIn) -> SignIn:
    """Check the first factor that was given, password or code."""
    if body.code is not None:
        return door.by_code(body.login, body.code)
    if body.password is None:
        raise Refused.field("password", "required", "a password, or a one-time code as code")
    return door.by_password(body.login, body.password)


def request_code(body: requests.CodeRequest) -> None:
    """Send a one-time code to a login name; nothing says whether somebody has it."""
    with unit_of_work() as session:
        sign_in.request_code(
            session,
            login=body.login,
            purpose=Purpose(body.purpose),
            address=door.address(),
            vault=door.vault(),
            now=clock.now(),
        )


def reset_password(body: requests.PasswordReset) -> None:
    """Set a new password with a one-time code."""
    door.proven(
        lambda session: sign_in.reset_password(
            session,
            login=body.login,
            code=body.code,
            new_password=body.new_password,
            address=door.address(),
            vault=door.vault(),
            now=clock.now(),
        )
    )


def invite(session: Session, body: requests.Invitation, *, locale: str) -> invitations.Invited:
    """Invite somebody to the asker's company."""
    return invitations.invite(
        session,
        actor=require_actor(),
        login=body.login,
        roles=tuple(body.roles),
        locale=body.locale or locale,
        vault=door.vault(),
        now=clock.now(),
    )


def accept_invitation(token: str, body: requests.InvitationAcceptance, *, locale: str) -> invitations.Joined:
    """Join the inviting company."""
    return in_unit_of_work(
        lambda session: invitations.accept_invitation(
            session,
            token=token,
            person_name=body.person_name or "",
            password=body.password or "",
            accepted_terms=tuple(body.accepted_terms),
            locale=body.locale or locale,
            vault=door.vault(),
            now=clock.now(),
        )
    )


def change_password(body: requests.PasswordChange) -> people.SessionsEnded:
    """Change the asker's password; every other session and token ends."""
    return door.proven(
        lambda session: people.change_password(
            session,
            actor=require_actor(),
            current_password=body.current_password,
            new_password=body.new_password,
            address=door.address(),
            vault=door.vault(),
            now=clock.now(),
        )
    )


def end_sessions() -> people.SessionsEnded:
    """End every session and token of the asker."""
    return in_unit_of_work(lambda session: people.end_sessions(session, actor=require_actor(), now=clock.now()))


def enrol() -> Enrolment:
    """Begin setting up the asker's authenticator app."""
    issuer = current_app.extensions["city.settings"].site_name
    return in_unit_of_work(
        lambda session: second_factor.enrol_totp(
            session, actor=require_actor(), issuer=issuer, vault=door.vault(), now=clock.now()
        )
    )


def confirm_second_factor(body: requests.SecondFactor) -> tuple[str, ...]:
    """Finish setting up the asker's app and return the recovery codes."""
    return door.proven(
        lambda session: second_factor.confirm_totp(
            session,
            actor=require_actor(),
            code=body.code,
            address=door.address(),
            vault=door.vault(),
            now=clock.now(),
        )
    )


def remove_second_factor(body: requests.SecondFactor) -> people.SessionsEnded:
    """Take the asker's app away; every other session and token ends."""
    return door.proven(
        lambda session: second_factor.remove_totp(
            session,
            actor=require_actor(),
            code=body.code,
            address=door.address(),
            vault=door.vault(),
            now=clock.now(),
        )
    )


def erase(body: requests.Erasure) -> None:
    """Erase the asker for ever, after the password was given again."""
    actor = require_actor()
    person = queries.get_person(reading(), person_id=actor.person)
    door.by_password(person.email or person.phone or "", body.current_password)
    with unit_of_work() as session:
        erasure.erase_person(session, actor=actor, person_id=actor.person, vault=door.vault(), now=clock.now())


def own_data() -> dict[str, Any]:
    """Return everything the city keeps about the asker."""
    person_id = require_actor().person
    return reports.person_data(reading(), person_id=person_id) | inbox.of_person(reading(), person_id=person_id)
