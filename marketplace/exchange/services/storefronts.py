"""Hand in a storefront, take it down, decide about it - once, never about one's own company's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.exchange.events.storefronts import StorefrontDecided, StorefrontOverdue
from marketplace.exchange.models.storefronts import StorefrontVersion
from marketplace.exchange.queries import storefronts as queries
from marketplace.exchange.rules.storefronts import FRONT, Front, FrontState, check_decision, check_front
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.states import STANDING
from marketplace.merchants.services.requirements import check_stranger
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def submit(session: Session, *, actor: Actor, front: Front, now: datetime) -> UUID:
    """Hand in what the actor's company wants to say; what still waits is taken back. Return the version's id.

    Conflict ``merchant_not_active`` for a company that was never approved to sell; NotFound for another's file.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    check_front(front)
    companies.take_turn(session, company_id=actor.company)
    merchant = merchants.merchant_of(session, company_id=actor.company)
    if merchant is None or merchant.state not in STANDING:
        raise Conflict("merchant_not_active")
    _check_banner(session, actor, front)
    waiting = _in_state(session, actor.company, FrontState.PENDING)
    if waiting is not None:
        _move(session, waiting, "withdraw", now)
    hours = reference.setting(session, Setting.REVIEW_HOURS, at=now)
    version = StorefrontVersion(
        id=new_id(),
        company_id=actor.company,
        state=FrontState.PENDING,
        headlines=dict(front.headlines),
        texts=dict(front.texts),
        source_locale=front.source_locale,
        banner_file_id=front.banner_file_id,
        banner_alt=front.banner_alt,
        submitted_by=actor.person_id,
        submitted_at=now,
        due_at=now + timedelta(hours=hours),
    )
    session.add(version)
    session.flush()
    _audit(session, actor, "submit", version, now)
    return version.id


def withdraw(session: Session, *, actor: Actor, now: datetime) -> None:
    """Take back what waits and take down what is shown of the actor's company; NotFound where there is neither."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    companies.take_turn(session, company_id=actor.company)
    states = (FrontState.PENDING, FrontState.SHOWN)
    found = [row for state in states if (row := _in_state(session, actor.company, state)) is not None]
    if not found:
        raise NotFound("storefront")
    for version in found:
        _move(session, version, "withdraw", now)
        _audit(session, actor, "withdraw", version, now)


def decide(session: Session, *, actor: Actor, version_id: UUID, decision: str, reason: str, now: datetime) -> None:
    """Show or decline what waits, or hide what is shown; Conflict ``state`` for whoever comes second."""
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    version = session.get(StorefrontVersion, version_id)
    if version is None:
        raise NotFound("storefront")
    check_decision(decision, reason)
    check_stranger(session, actor, version.company_id, version.submitted_by)
    companies.take_turn(session, company_id=version.company_id)
    session.refresh(version)
    FRONT.apply(version.state, decision)  # refuses before anything else is changed
    before = _in_state(session, version.company_id, FrontState.SHOWN)
    if decision == "show" and before is not None:
        _move(session, before, "supersede", now)
    version.reason, version.decided_by = reason.strip(), actor.person_id
    _move(session, version, decision, now)
    _audit(session, actor, decision, version, now)
    news = {"company_id": version.company_id, "version_id": version.id, "at": now}
    record(session, StorefrontDecided(decision=decision, **news))


def escalate(session: Session, *, version_id: UUID, now: datetime) -> bool:
    """Say once that a storefront waits too long; it goes on waiting. False when it was decided or said before."""
    late = (
        sa.update(StorefrontVersion)
        .where(StorefrontVersion.id == version_id, queries.is_late(now))
        .values(escalated_at=now)
        .returning(StorefrontVersion.company_id)
        .execution_options(synchronize_session=False)
    )
    company_id = session.scalars(late).one_or_none()
    if company_id is None:
        return False
    facts = {"company": company_id}
    audit.record(
        session,
        actor=SYSTEM,
        action="storefront.escalate",
        subject="storefront",
        subject_id=version_id,
        facts=facts,
        now=now,
    )
    record(session, StorefrontOverdue(company_id=company_id, version_id=version_id, at=now))
    return True


def _check_banner(session: Session, actor: Actor, front: Front) -> None:
    if front.banner_file_id is None:
        return
    file = files.get_file(session, company_id=actor.company, file_id=front.banner_file_id)
    if not file.serves(Purpose.PICTURE):
        raise Refused.field("banner_file_id", "file_purpose", "a file handed in as picture")


def _in_state(session: Session, company_id: UUID, state: FrontState) -> StorefrontVersion | None:
    wanted = sa.select(StorefrontVersion).where(
        StorefrontVersion.company_id == company_id, StorefrontVersion.state == state
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _move(session: Session, version: StorefrontVersion, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a version's state."""
    version.state = FRONT.apply(version.state, action)
    version.decided_at, version.escalated_at = now, None
    session.flush()


def _audit(session: Session, actor: Actor, act: str, version: StorefrontVersion, now: datetime) -> None:
    facts: dict[str, Any] = {"company": version.company_id}
    audit.record(
        session,
        actor=actor,
        action=f"storefront.{act}",
        subject="storefront",
        subject_id=version.id,
        facts=facts,
        now=now,
    )
