"""Erase a person: personal columns go, the id stays where others' facts point to it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import ApiToken, Invitation, LoginCounter, LoginSession, OneTimeCode, Person
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import throttle
from marketplace.accounts.services.membership import end_all_memberships
from marketplace.accounts.services.people import end_access
from marketplace.accounts.services.second_factor import forget_second_factor
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.files import services as files
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.mail import services as mail
from marketplace.outbox import services as outbox

BYTES_JOB: Final = "erase_bytes"


def erase_person(session: Session, *, actor: Actor, person_id: UUID, vault: Vault, now: datetime) -> None:
    """Erase the actor's own data, or anybody's for those who manage people; for others NotFound.

    Memberships end, keys are revoked, messages and files that stand for nothing are deleted; ``PersonErased`` tells
    whoever keeps more. Again changes nothing.
    """
    if actor.person_id != person_id and not actor.may(Permission.OPERATOR_PERSON_MANAGE):
        raise NotFound("person")
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound("person")
    if person.erased_at is not None:
        return
    _forget_login_names(session, person, vault, now)
    forget_second_factor(session, person)
    person.name = person.email = person.phone = person.password_hash = person.confirmed_at = None
    person.disabled_at = person.disabled_at or now
    person.erased_at = now
    if hashes := files.forget_person(session, person_id=person_id):
        outbox.enqueue(session, BYTES_JOB, {"hashes": hashes}, now=now)
    end_access(session, person=person, now=now)
    session.execute(sa.delete(LoginSession).where(LoginSession.person_id == person_id))
    session.execute(sa.update(ApiToken).where(ApiToken.person_id == person_id).values(name=""))
    end_all_memberships(session, actor=actor, person_id=person_id, now=now)
    audit.record(session, actor=actor, action="person.erased", subject="person", subject_id=person_id, now=now)
    events.record(session, PersonErased(person_id=person_id, at=now))


def _forget_login_names(session: Session, person: Person, vault: Vault, now: datetime) -> None:
    """Delete what is kept under the person's addresses: invitations' addresses, codes, counters, messages."""
    addresses = [address for address in (person.email, person.phone) if address]
    session.execute(
        sa.update(Invitation)
        .where(sa.or_(Invitation.email.in_(addresses), Invitation.phone.in_(addresses)))
        .values(email=None, phone=None)
    )
    hashes = [vault.fingerprint(address) for address in addresses]
    session.execute(sa.delete(OneTimeCode).where(OneTimeCode.login_hash.in_(hashes)))
    counters = [
        bucket.name for address in addresses for bucket in throttle.login_buckets(vault, login=address, address="")
    ]
    session.execute(sa.delete(LoginCounter).where(LoginCounter.bucket.in_(counters)))
    mail.erase(session, addresses=addresses, now=now)
