"""Keys by which companies report, and the places that companies report for."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import PARTNERS
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.tracing.models import ReportingKey, TrackingPost
from marketplace.logistics.tracing.rules import signing
from marketplace.reference import queries as reference

KEYS_A_COMPANY: Final = 10
_NAME_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key, its secret shown this once."""

    id: UUID
    name: str
    secret: str


def issue_key(session: Session, *, actor: Actor, vault: Vault, now: datetime) -> Issued:
    """Make a reporting key for the actor's company; Conflict ``too_many_keys`` beyond ten that count."""
    count = session.scalars(
        sa.select(sa.func.count())
        .select_from(ReportingKey)
        .where(ReportingKey.company_id == actor.company, ReportingKey.revoked_at.is_(None))
    ).one()
    if count >= KEYS_A_COMPANY:
        raise Conflict("too_many_keys", most=KEYS_A_COMPANY)
    secret = signing.secret_of(secrets.token_bytes(signing.KEY_BYTES))
    key = ReportingKey(
        id=new_id(),
        company_id=actor.company,
        name=f"rk_{secrets.token_hex(_NAME_BYTES)}",
        secret_sealed=vault.seal(secret),
        made_by=actor.person,
        created_at=now,
    )
    session.add(key)
    session.flush()
    _audit(session, actor, "reporting_key.issued", "reporting_key", key.id, now)
    return Issued(key.id, key.name, secret)


def revoke_key(session: Session, *, actor: Actor, key_id: UUID, now: datetime) -> None:
    """Let a key of the actor's company count no more; again changes nothing."""
    key = session.scalars(
        sa.select(ReportingKey)
        .where(ReportingKey.id == key_id, ReportingKey.company_id == actor.company)
        .with_for_update()
    ).one_or_none()
    if key is None:
        raise NotFound("reporting_key")
    if key.revoked_at is None:
        key.revoked_at = now
        session.flush()
        _audit(session, actor, "reporting_key.revoked", "reporting_key", key.id, now)


def post(session: Session, *, actor: Actor, company_id: UUID, place_code: str, now: datetime) -> UUID:
    """Let a partner company report for a place; Conflict ``post_taken`` where it does already."""
    company = accounts.get_company(session, company_id=company_id)
    if company.kind not in PARTNERS:
        raise Refused.field("company", "partner", "a partner company")
    reference.get_place(session, place_code)
    post_id = new_id()
    if not insert_if_new(session, TrackingPost, id=post_id, company_id=company_id, place_code=place_code, since=now):
        raise Conflict("post_taken")
    _audit(session, actor, "tracking_post.assigned", "company", company_id, now, place=place_code)
    return post_id


def withdraw_post(session: Session, *, actor: Actor, post_id: UUID, now: datetime) -> None:
    """Let a company report for a place no more; what it reported stays."""
    found = session.get(TrackingPost, post_id)
    if found is None:
        raise NotFound("tracking_post")
    company_id, place_code = found.company_id, found.place_code
    session.delete(found)
    session.flush()
    _audit(session, actor, "tracking_post.withdrawn", "company", company_id, now, place=place_code)


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: str
) -> None:
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)
