"""Open, withdraw and decide cases."""

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.events import (
    ChangeProposed,
    ChangeWithdrawn,
    ListingSubmitted,
    ListingUnpublished,
    ListingWithheld,
    PriceJumped,
)
from marketplace.catalog.queries import review as catalog
from marketplace.catalog.services import changes, listings
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.moderation import rules
from marketplace.moderation.events import CaseDecided
from marketplace.moderation.models import Case, CaseReason
from marketplace.moderation.rules import CASE, CaseKind, CaseState, Decision

_ON_LISTING: Final = {
    Decision.APPROVE: "approve",
    Decision.CHANGES_REQUESTED: "request_changes",
    Decision.DECLINE: "decline",
}


def open_case(
    session: Session, *, kind: CaseKind, listing_id: UUID, change_id: UUID | None = None, now: datetime
) -> None:
    """Put something into the queue; what waits there already stays where it is."""
    row = catalog.review(session, listing_id=listing_id, change_id=change_id)
    changed = frozenset(field.name for field in row.fields if field.old is not None and field.old != field.new)
    insert_if_new(
        session,
        Case,
        id=new_id(),
        kind=kind,
        listing_id=listing_id,
        change_id=change_id,
        company_id=row.company_id,
        state=CaseState.PENDING,
        risk=rules.risk(
            kind=kind,
            approved_before=row.approved_before,
            has_packing=row.has_packing,
            rises=row.rises,
            price_jumped=row.price_jumped,
            fields=changed,
        ),
        opened_at=now,
        due_at=now + rules.REVIEW_WITHIN,
    )


def decide(
    session: Session,
    *,
    actor: Actor,
    case_id: UUID,
    decision: str,
    reason: str = "",
    seen: str | None = None,
    now: datetime,
) -> CaseState:
    """Decide a case, exactly once, and carry the decision out; the loser of two deciders gets Conflict ``state``.

    ``seen`` is the fingerprint of what the moderator looked at: Conflict ``content_moved`` when it is no longer that.
    """
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("case")
    if case.company_id == actor.company_id:
        raise NotAllowed("own_listing")
    wanted = rules.parse_decision(case.kind, decision)
    text = rules.check_reason(wanted, reason)
    # Whoever edits the listing holds its row first, so nothing moves between looking and deciding.
    listings.lock(session, case.listing_id)
    now_shown = catalog.review(session, listing_id=case.listing_id, change_id=case.change_id).fingerprint
    if not _resolve(session, case, wanted, now, decided_by=actor.person_id, content_hash=now_shown):
        session.refresh(case)
        raise Conflict("state", thing="case", state=case.state, action=wanted, possible=CASE.actions(case.state))
    if seen is not None and seen != now_shown:
        raise Conflict("content_moved")
    if text:
        session.add(CaseReason(case_id=case_id, text=text, at=now))
        session.flush()
    _carry_out(session, actor, case, wanted, now)
    audit.record(
        session,
        actor=actor,
        action=f"moderation.{wanted}",
        subject="case",
        subject_id=case_id,
        facts={"listing": case.listing_id, "kind": case.kind, "content": now_shown},
        now=now,
    )
    record(
        session,
        CaseDecided(case_id=case_id, listing_id=case.listing_id, company_id=case.company_id, decision=wanted, at=now),
    )
    return CASE.apply(CaseState.PENDING, wanted)


def on_submitted(session: Session, event: ListingSubmitted) -> None:
    """Queue a submitted listing."""
    open_case(session, kind=CaseKind.LISTING, listing_id=event.listing_id, now=event.at)


def on_change_proposed(session: Session, event: ChangeProposed) -> None:
    """Queue an edit of a listing that is up."""
    open_case(session, kind=CaseKind.CHANGE, listing_id=event.listing_id, change_id=event.change_id, now=event.at)


def on_price_jumped(session: Session, event: PriceJumped) -> None:
    """Queue a price that moved further than is usual."""
    open_case(session, kind=CaseKind.PRICE, listing_id=event.listing_id, now=event.at)


def on_withheld(session: Session, event: ListingWithheld) -> None:
    """Close the case of a listing that its merchant took back."""
    _withdraw(session, event.listing_id, CaseKind.LISTING, event.at)


def on_change_withdrawn(session: Session, event: ChangeWithdrawn) -> None:
    """Close the case of an edit that was taken back or replaced."""
    _withdraw(session, event.listing_id, CaseKind.CHANGE, event.at)


def on_unpublished(session: Session, event: ListingUnpublished) -> None:
    """Close the case of a price that nobody sees any more."""
    _withdraw(session, event.listing_id, CaseKind.PRICE, event.at)


def _carry_out(session: Session, actor: Actor, case: Case, decision: Decision, now: datetime) -> None:
    match case.kind:
        case CaseKind.LISTING:
            action = _ON_LISTING[decision]
            listings.decide(session, actor=actor, listing_id=case.listing_id, action=action, now=now)
        case CaseKind.CHANGE:
            confirm = decision is Decision.APPROVE
            changes.decide(session, actor=actor, change_id=cast("UUID", case.change_id), confirm=confirm, now=now)
        case CaseKind.PRICE:
            listings.clear_price_flag(session, actor=actor, listing_id=case.listing_id, now=now)
            if decision is Decision.DECLINE:
                listings.decide(session, actor=actor, listing_id=case.listing_id, action="pause", now=now)


def _withdraw(session: Session, listing_id: UUID, kind: CaseKind, now: datetime) -> None:
    case = session.scalars(
        sa.select(Case).where(Case.listing_id == listing_id, Case.kind == kind, Case.state == CaseState.PENDING)
    ).one_or_none()
    if case is not None:
        _resolve(session, case, "withdraw", now)


def _resolve(session: Session, case: Case, action: str, now: datetime, **facts: Any) -> bool:
    """End a pending case: the one place that writes its state; tell whether it was pending."""
    statement = (
        sa.update(Case)
        .where(Case.id == case.id, Case.state == CaseState.PENDING)
        .values(state=CASE.apply(CaseState.PENDING, action), decided_at=now, **facts)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1
