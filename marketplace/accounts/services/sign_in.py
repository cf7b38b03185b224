"""Prove who one is: by password, or by a code sent to the login name.

Every function answers wrong credentials with ``Rejected`` instead of raising, so that the unit of work commits the
failure; the caller refuses after it. ``address`` is the network address of the asker. TooMany is raised before
anything was looked at.
"""

import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Membership, OneTimeCode, Person
from marketplace.accounts.rules.codes import CODE_ATTEMPTS, CODE_DIGITS, CODE_LIFETIME, Purpose, bare_code
from marketplace.accounts.rules.logins import Login, check_reachable, parse_login
from marketplace.accounts.rules.passwords import check_password
from marketplace.accounts.rules.sign_in import Rejected, SignIn, must_enrol
from marketplace.accounts.services import throttle
from marketplace.accounts.services.people import set_password
from marketplace.accounts.services.vault import Vault
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail


def authenticate_password(
    session: Session, *, login: str, password: str, address: str, vault: Vault, now: datetime
) -> SignIn | Rejected:
    """Check a password; an unknown login name answers like a wrong password, in the same time."""
    found = _read(login, vault)
    buckets = throttle.login_buckets(vault, login=found.address if found else login, address=address)
    throttle.check(session, buckets=buckets, now=now)
    person = _find(session, found)
    if not vault.verify_password(person.password_hash if person else None, password) or person is None:
        throttle.count_failure(session, buckets=buckets, now=now)
        return Rejected()
    if vault.is_outdated(person.password_hash or ""):
        person.password_hash = vault.hash_password(password)
    throttle.clear(session, buckets=buckets)
    return sign_in_of(session, person, vault)


def request_code(session: Session, *, login: str, purpose: Purpose, address: str, vault: Vault, now: datetime) -> None:
    """Send a one-time code to a login name; to an unknown one nothing is sent, and nothing else differs.

    Refused when this is neither an e-mail address nor a phone number. The code before it is good no more.
    """
    found = parse_login(login, allow_test=vault.policy.allow_test_mail)
    check_reachable(found, sends_texts=vault.policy.sends_texts)
    buckets = throttle.sending_buckets(vault, login=found.address, address=address)
    throttle.check(session, buckets=buckets, now=now)
    throttle.count_failure(session, buckets=buckets, now=now)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    login_hash = vault.fingerprint(found.address)
    session.execute(sa.update(OneTimeCode).where(*_unused(login_hash, purpose)).values(used_at=now))
    session.add(
        OneTimeCode(
            id=new_id(),
            purpose=purpose,
            login_hash=login_hash,
            code_hash=vault.fingerprint(purpose, found.address, code),
            created_at=now,
            expires_at=now + CODE_LIFETIME,
        )
    )
    session.flush()
    if person := _find(session, found):
        mail.send(
            session,
            to=found.address,
            channel=found.channel,
            template="one_time_code",
            locale=person.locale,
            context={"code": code, "purpose": str(purpose), "minutes": CODE_LIFETIME.seconds // 60},
            now=now,
        )


def authenticate_code(
    session: Session, *, login: str, code: str, address: str, vault: Vault, now: datetime
) -> SignIn | Rejected:
    """Check a code that was sent for signing in; it is good once."""
    person = _redeem(session, login, Purpose.SIGN_IN, code, address, vault, now)
    return sign_in_of(session, person, vault) if person else Rejected("wrong_code")


def reset_password(
    session: Session, *, login: str, code: str, new_password: str, address: str, vault: Vault, now: datetime
) -> SignIn | Rejected:
    """Set a new password with a code that was sent for it, and end every session; Refused when it is too weak."""
    check_password(new_password, about=(login,), field="new_password")
    person = _redeem(session, login, Purpose.RESET_PASSWORD, code, address, vault, now)
    if person is None:
        return Rejected("wrong_code")
    set_password(session, person=person, password=new_password, vault=vault, now=now)
    return sign_in_of(session, person, vault)


def sign_in_of(session: Session, person: Person, vault: Vault) -> SignIn:
    """Return what a proven person still needs before a session begins."""
    kinds = session.scalars(
        sa.select(Company.kind)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None), Company.closed_at.is_(None))
    )
    has_totp = person.totp_confirmed_at is not None
    return SignIn(
        person_id=person.id,
        auth_epoch=person.auth_epoch,
        needs_second_factor=has_totp,
        must_enrol=must_enrol(kinds, has_totp=has_totp, policy=vault.policy),
    )


def sweep_codes(session: Session, *, now: datetime) -> None:
    """Delete the codes that are over."""
    session.execute(sa.delete(OneTimeCode).where(OneTimeCode.expires_at <= now))


def _redeem(
    session: Session, login: str, purpose: Purpose, code: str, address: str, vault: Vault, now: datetime
) -> Person | None:
    found = _read(login, vault)
    buckets = throttle.login_buckets(vault, login=found.address if found else login, address=address)
    throttle.check(session, buckets=buckets, now=now)
    if found is None or not _use_code(session, found, purpose, code, vault, now):
        throttle.count_failure(session, buckets=buckets, now=now)
        return None
    throttle.clear(session, buckets=buckets)
    person = _find(session, found)
    if person and person.confirmed_at is None:
        person.confirmed_at = now
    return person


def _use_code(session: Session, login: Login, purpose: Purpose, code: str, vault: Vault, now: datetime) -> bool:
    unused = _unused(vault.fingerprint(login.address), purpose)
    sent = session.scalars(
        sa.select(OneTimeCode)
        .where(*unused, OneTimeCode.expires_at > now, OneTimeCode.attempts < CODE_ATTEMPTS)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if sent is None:
        return False
    sent.attempts += 1
    right = hmac.compare_digest(sent.code_hash, vault.fingerprint(purpose, login.address, bare_code(code)))
    if right:
        sent.used_at = now
    session.flush()
    return right


def _unused(login_hash: str, purpose: Purpose) -> tuple[sa.ColumnElement[bool], ...]:
    return (OneTimeCode.login_hash == login_hash, OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None))


def _read(login: str, vault: Vault) -> Login | None:
    """Return the login name, None for what cannot be one: it answers like an unknown one."""
    try:
        return parse_login(login, allow_test=vault.policy.allow_test_mail)
    except Refused:
        return None


def _find(session: Session, login: Login | None) -> Person | None:
    """Return the active person behind a login name."""
    if login is None:
        return None
    return session.scalars(
        sa.select(Person).where(
            Person.email == login.email if login.email else Person.phone == login.phone,
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
