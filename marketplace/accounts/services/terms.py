"""Publish terms and record who accepted them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import TermsAcceptance, TermsVersion
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.companies import parse_line
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.terms import TermsKind, check_accepted
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.ids import new_id

# The texts that come with the software, under templates/legal.
SHIPPED_VERSION: Final = "2026-11"


def publish_shipped(session: Session, *, now: datetime) -> int:
    """Put the terms and the privacy notice that come with the software in force; return how many were not before."""
    known = set(session.scalars(sa.select(TermsVersion.kind).where(TermsVersion.version == SHIPPED_VERSION)))
    missing = [kind for kind in TermsKind if kind not in known]
    for kind in missing:
        text_key = f"{kind}-{SHIPPED_VERSION}"
        publish_terms(session, actor=SYSTEM, kind=kind, version=SHIPPED_VERSION, text_key=text_key, now=now)
    return len(missing)


def publish_terms(
    session: Session, *, actor: Actor, kind: TermsKind, version: str, text_key: str, now: datetime
) -> UUID:
    """Put a new version in force; everybody accepts it at their next login."""
    if actor != SYSTEM:
        actor.must(Permission.OPERATOR_SETTINGS_EDIT)
    terms = TermsVersion(
        id=new_id(), kind=kind, version=parse_line("version", version, 32), text_key=text_key, published_at=now
    )
    session.add(terms)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="terms.published",
        subject="terms_version",
        subject_id=terms.id,
        facts={"kind": kind, "version": terms.version},
        now=now,
    )
    return terms.id


def accept_terms(session: Session, *, actor: Actor, accepted: Iterable[str], now: datetime) -> None:
    """Record that the actor accepted every version now in force and not accepted before."""
    waiting = city_terms.to_accept(session, person_id=actor.person, now=now)
    check_accepted(accepted, [terms.label for terms in waiting])
    record_acceptance(session, person_id=actor.person, now=now)


def record_acceptance(session: Session, *, person_id: UUID, now: datetime) -> None:
    """Note a person's acceptance of what is in force and was not accepted before."""
    before = set(
        session.scalars(sa.select(TermsAcceptance.terms_version_id).where(TermsAcceptance.person_id == person_id))
    )
    session.add_all(
        TermsAcceptance(id=new_id(), person_id=person_id, terms_version_id=terms.id, accepted_at=now)
        for terms in city_terms.current(session, now=now)
        if terms.id not in before
    )
    session.flush()
