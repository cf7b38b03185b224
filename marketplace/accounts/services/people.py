"""A person's own data, the end of their sessions, and the end of their account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonDisabled
from marketplace.accounts.models import ApiToken, LoginSession, Person
from marketplace.accounts.rules.companies import parse_line, parse_locale
from marketplace.accounts.rules.passwords import check_password
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.refusals import Refusals
from marketplace.accounts.rules.sign_in import Rejected
from marketplace.accounts.services import throttle
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Every session but the one that goes on with this epoch is over."""

    auth_epoch: int


def update_person(
    session: Session, *, actor: Actor, name: str | None = None, locale: str | None = None, now: datetime
) -> None:
    """Change the actor's own name and language; None leaves it as it is."""
    refusals = Refusals()
    new_name = refusals(lambda: parse_line("name", name), "") if name is not None else None
    new_locale = refusals(lambda: parse_locale(locale), "") if locale is not None else None
    refusals.raise_any()
    person = active_person(session, actor.person)
    person.name, person.locale = new_name or person.name, new_locale or person.locale
    session.flush()
    _audit(session, actor, "person.updated", person.id, now)


def change_password(
    session: Session,
    *,
    actor: Actor,
    current_password: str,
    new_password: str,
    address: str,
    vault: Vault,
    now: datetime,
) -> SessionsEnded | Rejected:
    """Change the actor's password and end every other session and token; Refused when the new one is too weak."""
    person = active_person(session, actor.person)
    check_password(new_password, about=(person.email or person.phone or "", person.name or ""), field="new_password")
    buckets = throttle.login_buckets(vault, login=f"password of {person.id}", address=address)
    throttle.check(session, buckets=buckets, now=now)
    if not vault.verify_password(person.password_hash, current_password):
        throttle.count_failure(session, buckets=buckets, now=now)
        return Rejected("wrong_password")
    throttle.clear(session, buckets=buckets)
    return set_password(session, person=person, password=new_password, vault=vault, now=now)


def set_password(session: Session, *, person: Person, password: str, vault: Vault, now: datetime) -> SessionsEnded:
    """Store a checked password and end what the old one had opened."""
    person.password_hash = vault.hash_password(password)
    ended = end_access(session, person=person, now=now)
    _audit(session, Actor(person.id, None), "password.changed", person.id, now)
    return ended


def end_sessions(session: Session, *, actor: Actor, now: datetime) -> SessionsEnded:
    """End every session and token of the actor; the present session may go on with the epoch returned."""
    ended = end_access(session, person=active_person(session, actor.person), now=now)
    _audit(session, actor, "sessions.ended", actor.person, now)
    return ended


def disable_person(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Shut a person out at once, sessions and tokens included; again changes nothing.

    NotAllowed ``own_account``: who shuts himself out can let nobody in again.
    """
    actor.must(Permission.OPERATOR_PERSON_MANAGE)
    if actor.person_id == person_id:
        raise NotAllowed("own_account")
    person = _person(session, person_id)
    if person.disabled_at is not None:
        return
    person.disabled_at = now
    end_access(session, person=person, now=now)
    _audit(session, actor, "person.disabled", person.id, now)
    events.record(session, PersonDisabled(person_id=person.id, at=now))


def enable_person(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Let a disabled person in again; nobody comes back from erasure."""
    actor.must(Permission.OPERATOR_PERSON_MANAGE)
    person = _person(session, person_id)
    if person.disabled_at is None:
        return
    person.disabled_at = None
    session.flush()
    _audit(session, actor, "person.enabled", person.id, now)


def end_access(session: Session, *, person: Person, now: datetime) -> SessionsEnded:
    """Raise the epoch and revoke the tokens of a person whose row is locked."""
    person.auth_epoch += 1
    session.flush()
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.person_id == person.id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.execute(
        sa.update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    return SessionsEnded(person.auth_epoch)


def active_person(session: Session, person_id: UUID) -> Person:
    """Return a person who may log in, locked for writing, or raise NotFound."""
    person = _person(session, person_id)
    if person.disabled_at is not None:
        raise NotFound("person")
    return person


def _person(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.erased_at is not None:
        raise NotFound("person")
    return person


def _audit(session: Session, actor: Actor, action: str, person_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="person", subject_id=person_id, now=now)
