"""Open, withdraw and decide cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.events import (
    ChangeProposed,
    ChangeWithdrawn,
    ListingSubmitted,
    ListingUnpublished,
    ListingWithheld,
    PriceJumped,
)
from marketplace.catalog.rules.states import LISTING
from marketplace.catalog.services import bulk, changes, listings
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from marketplace.kernel.events import record_all, together
from marketplace.kernel.ids import new_id
from marketplace.moderation import queries, rules
from marketplace.moderation.events import CaseDecided, CaseOverdue
from marketplace.moderation.models import Case, CaseReason
from marketplace.moderation.queries import reasons, signals
from marketplace.moderation.queries.signals import Subject, Weighable
from marketplace.moderation.rules import CASE, TAKES_DOWN, CaseKind, CaseState, Decision
from marketplace.moderation.rules.reasons import Reason
from marketplace.moderation.services import reporting, weighing
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_ON_LISTING: Final = {
    Decision.APPROVE: "approve",
    Decision.REQUEST_CHANGES: "request_changes",
    Decision.REJECT: "decline",
}
_NEWEST: Final = sa.select(Case).order_by(Case.id).with_for_update().execution_options(populate_existing=True)


def open_cases(session: Session, *, kind: CaseKind, changes: Mapping[UUID, UUID | None], now: datetime) -> None:
    """Put listings, each with its change set if it is one, into the queue; what waits there already stays."""
    subjects = [Subject(kind, listing_id, change_id) for listing_id, change_id in changes.items()]
    due_at = now + timedelta(hours=reference.setting(session, Setting.REVIEW_HOURS, at=now))
    known = signals.signals(session, subjects=subjects, now=now)
    insert_new(session, Case, [_case(subject, known[subject], now, due_at) for subject in subjects])


def _case(subject: Subject, found: Weighable, now: datetime, due_at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": subject.kind,
        "listing_id": subject.listing_id,
        "change_id": subject.change_id,
        "company_id": found.company_id,
        "state": CaseState.PENDING,
        **weighing.points_of(found),
        "opened_at": now,
        "due_at": due_at,
    }


def escalate(session: Session, *, company_id: UUID, now: datetime) -> bool:
    """Say once that cases of a company wait too long; they go on waiting. False when none does.

    What a merchant hands in together is late together: one letter tells of it.
    """
    cases = session.scalars(_NEWEST.where(Case.company_id == company_id, queries.is_late(now))).all()
    if not cases:
        return False
    for case in cases:
        case.escalated_at = now
    session.flush()
    acts = [Act("moderation.escalate", case.id, {"listing": case.listing_id, "kind": case.kind}) for case in cases]
    audit.record_all(session, actor=SYSTEM, subject="case", acts=acts, now=now)
    record_all(
        session,
        [
            CaseOverdue(case_id=case.id, listing_id=case.listing_id, company_id=case.company_id, kind=case.kind, at=now)
            for case in cases
        ],
    )
    return True


def decide(
    session: Session,
    *,
    actor: Actor,
    case_id: UUID,
    decision: str,
    reason: str = "",
    canned: str | None = None,
    seen: str | None = None,
    batch: UUID | None = None,
    now: datetime,
) -> CaseState:
    """Decide a case, exactly once, and carry the decision out; the loser of two deciders gets Conflict ``state``.

    ``seen`` is the fingerprint of what the moderator looked at: Conflict ``content_moved`` when it is no longer that.
    """
    asked = {case_id: seen}
    decided = decide_all(
        session, actor=actor, seen=asked, decision=decision, reason=reason, canned=canned, batch=batch, now=now
    )
    done = decided[case_id]
    if isinstance(done, DomainError):
        raise done
    return done


def decide_all(
    session: Session,
    *,
    actor: Actor,
    seen: Mapping[UUID, str | None],
    decision: str,
    reason: str = "",
    canned: str | None = None,
    batch: UUID | None = None,
    now: datetime,
) -> dict[UUID, CaseState | DomainError]:
    """Decide cases alike, each exactly once; return each one's state, or why it was not decided.

    ``seen`` holds the fingerprint of what the moderator looked at by case, None for one that was not shown; ``canned``
    is the code of a chosen reason, which is kept as it reads now.
    """
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    done: dict[UUID, CaseState | DomainError] = {case_id: NotFound("case") for case_id in seen}
    asked = session.scalars(sa.select(Case).where(Case.id.in_(seen)).order_by(Case.id)).all()
    own = accounts.companies_of(session, actor=actor)
    first = _deciders(session, asked)
    chosen = {each.code: each for each in reasons.reasons(session)} if canned else {}
    told = Told(canned, chosen.get(canned or ""), reason.strip())
    done |= {case.id: refusal for case in asked if (refusal := _refusal(case, own, decision, told, chosen))}
    if actor.person_id is not None:
        done |= {case_id: NotAllowed("same_moderator") for case_id, person in first.items() if person == actor.person}
    cases = {case.id: case for case in asked if isinstance(done[case.id], NotFound)}
    if not cases:
        return done
    # Whoever edits a listing holds its row first, so nothing moves between looking and deciding.
    bulk.hold(session, {case.listing_id for case in cases.values()})
    hashes = _shown(session, cases.values())
    session.scalars(_NEWEST.where(Case.id.in_(cases))).all()
    wanted = Decision(decision)
    for case in cases.values():
        if not CASE.allows(case.state, wanted):
            possible = CASE.actions(case.state)
            done[case.id] = Conflict("state", thing="case", state=case.state, action=wanted, possible=possible)
        elif seen[case.id] not in {None, hashes[case.id]}:
            done[case.id] = Conflict("content_moved")
        else:
            done[case.id] = CASE.apply(case.state, wanted)
    decided = [case for case in cases.values() if not isinstance(done[case.id], DomainError)]
    _resolve(session, [case.id for case in decided], wanted, now, decided_by=actor.person_id, batch=batch)
    _keep(session, decided, hashes, told, now)
    _carry_out(session, actor, decided, wanted, now)
    acts = [
        Act(
            f"moderation.{wanted}",
            case.id,
            {"listing": case.listing_id, "kind": case.kind, "content": hashes[case.id], "reason": canned or ""},
        )
        for case in decided
    ]
    audit.record_all(session, actor=actor, subject="case", acts=acts, now=now)
    news = {"decision": wanted, "at": now}
    record_all(
        session,
        [
            CaseDecided(
                case_id=case.id,
                listing_id=case.listing_id,
                company_id=case.company_id,
                kind=case.kind,
                batch=batch,
                **news,
            )
            for case in decided
        ],
    )
    return done


def _deciders(session: Session, cases: Collection[Case]) -> dict[UUID, UUID | None]:
    """Return by appeal who decided what it is about: whoever looks again is somebody else."""
    about = {case.about_id: case.id for case in cases if case.about_id is not None}
    if not about:
        return {}
    rows = session.execute(sa.select(Case.id, Case.decided_by).where(Case.id.in_(about)))
    return {about[row.id]: row.decided_by for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """What the merchant is told: a chosen reason by its code, and what was written beside it."""

    code: str | None
    chosen: Reason | None
    wrote: str


def _refusal(
    case: Case, own: Collection[UUID], decision: str, told: Told, offered: Mapping[str, Reason]
) -> DomainError | None:
    """Return why somebody of these companies may not decide this case so, None if he may."""
    if case.company_id in own:
        return NotAllowed("own_listing")
    if told.code and (told.chosen is None or not told.chosen.fits(case.kind)):
        fitting = [code for code, reason in offered.items() if reason.fits(case.kind)]
        return Refused.field("canned", "choice", ", ".join(fitting))
    try:
        rules.check_reason(rules.parse_decision(case.kind, decision), told.wrote, is_chosen=told.code is not None)
    except Refused as refusal:
        return refusal
    return None


def _shown(session: Session, cases: Collection[Case]) -> dict[UUID, str]:
    """Return the fingerprint of what each case shows."""
    subjects = {case.id: Subject(case.kind, case.listing_id, case.change_id) for case in cases}
    reviews = signals.reviewed(session, subjects=set(subjects.values()))
    return {case_id: reviews[subject].fingerprint for case_id, subject in subjects.items()}


def _keep(session: Session, cases: Collection[Case], hashes: Mapping[UUID, str], told: Told, now: datetime) -> None:
    """Note what was decided upon, and why."""
    for case in cases:
        case.content_hash = hashes[case.id]
    session.flush()
    said = dict(told.chosen.texts) if told.chosen else {}
    if cases and (said or told.wrote):
        row = {"text": told.wrote, "canned": told.code, "said": said, "at": now}
        session.execute(sa.insert(CaseReason), [{"case_id": case.id, **row} for case in cases])


@together
def on_submitted(session: Session, news: Sequence[ListingSubmitted]) -> None:
    """Queue submitted listings."""
    changes = {event.listing_id: None for event in news}
    open_cases(session, kind=CaseKind.LISTING, changes=changes, now=news[-1].at)


@together
def on_change_proposed(session: Session, news: Sequence[ChangeProposed]) -> None:
    """Queue edits of listings that are up."""
    changes = {event.listing_id: event.change_id for event in news}
    open_cases(session, kind=CaseKind.CHANGE, changes=changes, now=news[-1].at)


@together
def on_price_jumped(session: Session, news: Sequence[PriceJumped]) -> None:
    """Queue prices that moved further than is usual."""
    changes = {event.listing_id: None for event in news}
    open_cases(session, kind=CaseKind.PRICE, changes=changes, now=news[-1].at)


@together
def on_withheld(session: Session, news: Sequence[ListingWithheld]) -> None:
    """Close the cases of listings that their merchant took back, and appeals for those that begin again."""
    for kind in (CaseKind.LISTING, CaseKind.APPEAL):
        _withdraw(session, [event.listing_id for event in news], kind, news[-1].at)


@together
def on_change_withdrawn(session: Session, news: Sequence[ChangeWithdrawn]) -> None:
    """Close the cases of edits that were taken back or replaced."""
    _withdraw(session, [event.listing_id for event in news], CaseKind.CHANGE, news[-1].at)


@together
def on_unpublished(session: Session, news: Sequence[ListingUnpublished]) -> None:
    """Close the cases of prices that nobody sees any more."""
    _withdraw(session, [event.listing_id for event in news], CaseKind.PRICE, news[-1].at)


def _carry_out(session: Session, actor: Actor, cases: Collection[Case], decision: Decision, now: datetime) -> None:
    whole = [case.listing_id for case in cases if case.kind is CaseKind.LISTING]
    if whole:
        action = _ON_LISTING[decision]
        bulk.decide_listings(session, actor=actor, listing_ids=whole, action=action, now=now)
    for case in cases:
        if case.kind is CaseKind.CHANGE:
            confirm = decision is Decision.APPROVE
            changes.decide(session, actor=actor, change_id=cast("UUID", case.change_id), confirm=confirm, now=now)
        if case.kind is CaseKind.PRICE:
            listings.clear_price_flag(session, actor=actor, listing_id=case.listing_id, now=now)
            if decision is Decision.REJECT:
                _take_off(session, actor, case.listing_id, "pause", now)
        if case.kind in TAKES_DOWN and decision is Decision.REJECT:
            _take_off(session, actor, case.listing_id, "take_down", now)
        if case.kind is CaseKind.REPORT:
            reporting.settle(session, case_id=case.id, listing_id=case.listing_id, decision=decision, now=now)
        if case.kind is CaseKind.APPEAL and decision is Decision.APPROVE:
            _grant(session, actor, session.get_one(Case, case.about_id), now)


def _take_off(session: Session, actor: Actor, listing_id: UUID, action: str, now: datetime) -> None:
    """Pause a listing or take it down; one that is off the shelf already stays as it is."""
    if LISTING.allows(listings.lock(session, listing_id).state, action):
        listings.decide(session, actor=actor, listing_id=listing_id, action=action, now=now)


def _grant(session: Session, actor: Actor, about: Case, now: datetime) -> None:
    """Undo the decision that an appeal was about."""
    if about.change_id is not None:
        changes.reinstate(session, actor=actor, change_id=about.change_id, now=now)
    else:
        listings.decide(session, actor=actor, listing_id=about.listing_id, action="restore", now=now)
        # What waited when the goods were taken down waits again: the decision about them has not been made.
        changes.propose_again(
            session, listing_id=about.listing_id, withdrawn_at=cast("datetime", about.decided_at), now=now
        )


def take_down(
    session: Session, *, actor: Actor, listing_id: UUID, reason: str = "", canned: str | None = None, now: datetime
) -> UUID:
    """Take a listing that is up off the shelf at once and return the case of it; what was ordered goes on.

    Conflict ``state`` when it is not up. Reports of it that wait are upheld with it.
    """
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    state = listings.lock(session, listing_id).state
    LISTING.apply(state, "take_down")
    open_cases(session, kind=CaseKind.TAKEDOWN, changes={listing_id: None}, now=now)
    waiting = sa.select(Case.id, Case.kind).where(
        Case.listing_id == listing_id, Case.kind.in_(TAKES_DOWN), Case.state == CaseState.PENDING
    )
    kinds = {row.id: row.kind for row in session.execute(waiting)}
    seen = dict.fromkeys(kinds)
    done = decide_all(session, actor=actor, seen=seen, decision=Decision.REJECT, reason=reason, canned=canned, now=now)
    for refusal in done.values():
        if isinstance(refusal, DomainError):
            raise refusal
    return next(case_id for case_id, kind in kinds.items() if kind is CaseKind.TAKEDOWN)


def _withdraw(session: Session, listing_ids: Collection[UUID], kind: CaseKind, now: datetime) -> None:
    waiting = sa.select(Case.id).where(
        Case.listing_id.in_(listing_ids), Case.kind == kind, Case.state == CaseState.PENDING
    )
    _resolve(session, session.scalars(waiting).all(), "withdraw", now)


def _resolve(session: Session, case_ids: Collection[UUID], action: str, now: datetime, **facts: Any) -> None:
    """End pending cases: the one place that writes their state."""
    if not case_ids:
        return
    session.execute(
        sa.update(Case)
        .where(Case.id.in_(case_ids), Case.state == CaseState.PENDING)
        .values(state=CASE.apply(CaseState.PENDING, action), decided_at=now, escalated_at=None, **facts)
        .execution_options(synchronize_session="fetch")
    )
