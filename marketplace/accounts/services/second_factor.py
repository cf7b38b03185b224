"""The second factor: time-based codes (RFC 6238) from an app, and recovery codes for the day the phone is lost."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person, RecoveryCode
from marketplace.accounts.rules.codes import RECOVERY_CODES, bare_code, totp_step
from marketplace.accounts.rules.sign_in import Rejected, SignIn
from marketplace.accounts.services import throttle
from marketplace.accounts.services.people import SessionsEnded, active_person, end_access
from marketplace.accounts.services.sign_in import sign_in_of
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id

_RECOVERY_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is given: the secret (base32) and the same as an ``otpauth://`` address to scan."""

    secret: str
    uri: str


def enrol_totp(session: Session, *, actor: Actor, issuer: str, vault: Vault, now: datetime) -> Enrolment:
    """Begin setting up an app; it counts once a code of it came back. Conflict ``totp_active`` when one counts."""
    person = active_person(session, actor.person)
    if person.totp_confirmed_at is not None:
        raise Conflict("totp_active")
    secret = random_base32()
    person.totp_sealed, person.totp_last_step = vault.seal(secret), 0
    session.flush()
    _audit(session, actor, "totp.enrolled", person.id, now)
    account = person.email or person.phone or ""
    return Enrolment(secret, TOTP(secret).provisioning_uri(name=account, issuer_name=issuer))


def confirm_totp(
    session: Session, *, actor: Actor, code: str, address: str, vault: Vault, now: datetime
) -> tuple[str, ...] | Rejected:
    """Finish setting up with the app's first code; return the recovery codes, shown this once."""
    person = active_person(session, actor.person)
    if person.totp_confirmed_at is not None or person.totp_sealed is None:
        raise Conflict("totp_active" if person.totp_confirmed_at else "totp_missing")
    if not _code_counts(session, person, code, address, vault, now):
        return Rejected("wrong_code")
    person.totp_confirmed_at = now
    session.flush()
    _audit(session, actor, "totp.confirmed", person.id, now)
    return _new_recovery_codes(session, person.id, vault)


def verify_totp(
    session: Session, *, person_id: UUID, code: str, address: str, vault: Vault, now: datetime
) -> SignIn | Rejected:
    """Check the second factor of somebody whose first was right; a code is good once, also for two at a time."""
    person = active_person(session, person_id)
    if person.totp_confirmed_at is None or not _code_counts(session, person, code, address, vault, now):
        return Rejected("wrong_code")
    return replace(sign_in_of(session, person, vault), needs_second_factor=False)


def use_recovery_code(
    session: Session, *, person_id: UUID, code: str, address: str, vault: Vault, now: datetime
) -> SignIn | Rejected:
    """Spend a recovery code in place of the app's."""
    person = active_person(session, person_id)
    buckets = _buckets(vault, person_id, address)
    throttle.check(session, buckets=buckets, now=now)
    spent = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _recovery_hash(vault, person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if cast("sa.CursorResult[Any]", spent).rowcount != 1:
        throttle.count_failure(session, buckets=buckets, now=now)
        return Rejected("wrong_code")
    throttle.clear(session, buckets=buckets)
    _audit(session, Actor(person_id, None), "recovery_code.used", person_id, now)
    return replace(sign_in_of(session, person, vault), needs_second_factor=False)


def remove_totp(
    session: Session, *, actor: Actor, code: str, address: str, vault: Vault, now: datetime
) -> SessionsEnded | Rejected:
    """Take the app away with a last code of it, to set up another; what it had opened is closed."""
    person = active_person(session, actor.person)
    if person.totp_confirmed_at is None:
        raise Conflict("totp_missing")
    if not _code_counts(session, person, code, address, vault, now):
        return Rejected("wrong_code")
    forget_second_factor(session, person)
    _audit(session, actor, "totp.removed", person.id, now)
    return end_access(session, person=person, now=now)


def forget_second_factor(session: Session, person: Person) -> None:
    """Delete a person's secret and recovery codes."""
    person.totp_sealed, person.totp_confirmed_at, person.totp_last_step = None, None, 0
    session.flush()
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def _code_counts(session: Session, person: Person, code: str, address: str, vault: Vault, now: datetime) -> bool:
    buckets = _buckets(vault, person.id, address)
    throttle.check(session, buckets=buckets, now=now)
    step = totp_step(vault.unseal(person.totp_sealed or ""), bare_code(code), after=person.totp_last_step, now=now)
    if step is None or not _claim_step(session, person, step):
        throttle.count_failure(session, buckets=buckets, now=now)
        return False
    throttle.clear(session, buckets=buckets)
    return True


def _claim_step(session: Session, person: Person, step: int) -> bool:
    """Mark a time step as used; False when another request was faster."""
    claimed = session.execute(
        sa.update(Person).where(Person.id == person.id, Person.totp_last_step < step).values(totp_last_step=step)
    )
    return cast("sa.CursorResult[Any]", claimed).rowcount == 1


def _buckets(vault: Vault, person_id: UUID, address: str) -> tuple[throttle.Bucket, ...]:
    return throttle.login_buckets(vault, login=f"second factor {person_id}", address=address)


def _new_recovery_codes(session: Session, person_id: UUID, vault: Vault) -> tuple[str, ...]:
    codes = tuple(f"{_letters()}-{_letters()}" for _ in range(RECOVERY_CODES))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(
        RecoveryCode(id=new_id(), person_id=person_id, code_hash=_recovery_hash(vault, person_id, code))
        for code in codes
    )
    session.flush()
    return codes


def _letters() -> str:
    return "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(5))


def _recovery_hash(vault: Vault, person_id: UUID, code: str) -> str:
    return vault.fingerprint("recovery", str(person_id), bare_code(code))


def _audit(session: Session, actor: Actor, action: str, person_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="person", subject_id=person_id, now=now)
