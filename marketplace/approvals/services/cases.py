"""Open a case, decide it, use it, and end it otherwise. Each state is written here alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import deadline
from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.events import ApprovalAsked, ApprovalEnded, ApprovalWaits
from marketplace.approvals.models import ApprovalCase, ApprovalDecision
from marketplace.approvals.queries import cases as queries
from marketplace.approvals.queries import people
from marketplace.approvals.rules.asking import Asked, causes_to_json, steps_to_json
from marketplace.approvals.rules.cases import CASE, OPEN, CaseState, Said, Verdict, Why, step_after, too_few
from marketplace.approvals.rules.content import Content, hash_of, kind_of, to_json
from marketplace.approvals.rules.ranges import Offered, Range, within
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def open_case(
    session: Session,
    *,
    actor: Actor,
    content: Content,
    totals: Sequence[Money],
    unit_id: UUID | None,
    asked: Asked,
    now: datetime,
    beside: Mapping[str, str] | None = None,
) -> ApprovalCase:
    """Open a case for the actor, or find the open one for exactly this content, and return it.

    Conflict ``approvers_missing`` when a step needs more people than there are beside the requester.
    """
    kept = to_json(content)
    content_hash = hash_of(kind_of(content), kept)
    today = closures.day_of(session, company_id=actor.company, now=now)
    table = people.tables(session, company_id=actor.company, today=today).of(actor.person)
    if (step := too_few(table, asked.steps)) is not None:
        raise Conflict("approvers_missing", needed=step.count, found=len(table.seats(step)))
    due_at, remind_at = _deadline(session, actor.company, now)
    case_id = new_id()
    is_new = insert_if_new(
        session,
        ApprovalCase,
        id=case_id,
        reference=new_reference("APR"),
        company_id=actor.company,
        kind=kind_of(content),
        state=CaseState.PENDING,
        requester_id=actor.person,
        unit_id=unit_id,
        content=kept,
        content_hash=content_hash,
        beside=dict(beside or {}),
        totals=[[total.minor, total.currency] for total in totals],
        causes=causes_to_json(asked.causes),
        steps=steps_to_json(asked.steps),
        step=0,
        opened_at=now,
        due_at=due_at,
        remind_at=remind_at,
    )
    if not is_new:
        return find(session, company_id=actor.company, requester_id=actor.person, content_hash=content_hash)
    _audit(session, actor, "approval.ask", case_id, now, hash=content_hash)
    events.record(session, ApprovalAsked(case_id=case_id, step=0, at=now))
    return session.get_one(ApprovalCase, case_id)


def find(session: Session, *, company_id: UUID, requester_id: UUID, content_hash: str) -> ApprovalCase:
    """Return the open case for a content, with its row locked; NotFound when there is none."""
    found = session.scalars(
        sa.select(ApprovalCase)
        .where(
            ApprovalCase.company_id == company_id,
            ApprovalCase.requester_id == requester_id,
            ApprovalCase.content_hash == content_hash,
            ApprovalCase.state.in_(OPEN),
            ApprovalCase.consumed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("approval")
    return found


def decide(
    session: Session,
    *,
    actor: Actor,
    case_id: UUID,
    verdict: Verdict,
    content_hash: str,
    note: str,
    now: datetime,
) -> CaseState:
    """Say yes or no at the present step, in one's own place or in that of whom one stands in for; return the state.

    The same word again changes nothing. One rejection ends the case; with the last approval that was needed it is
    approved. NotFound; NotAllowed ``approval_own`` and ``approval_not_yours``; Conflict ``approval_decided`` with the
    state when somebody else was first, ``approval_changed`` for another content than the one looked at,
    ``approval_late`` once its time is over.
    """
    actor.must(Permission.COMPANY_APPROVAL_DECIDE)
    row = _locked(session, actor.company, case_id)
    seen = queries.case(session, company_id=actor.company, case_id=case_id)
    mine = next((each for each in seen.decisions if each.person_id == actor.person), None)
    if mine is not None and mine.verdict is verdict:
        return row.state
    _check_open(row, actor, content_hash, now)
    today = closures.day_of(session, company_id=actor.company, now=now)
    table = people.tables(session, company_id=actor.company, today=today).of(row.requester_id)
    seat = table.seat_for(actor.person, seen.steps[row.step], seen.said, today=today)
    if seat is None:
        before = (table.seat_for(actor.person, step, (), today=today) for step in seen.steps[: row.step + 1])
        raise _decided(row) if any(before) else NotAllowed("approval_not_yours")
    counts_for = (row.step,)
    if verdict is Verdict.APPROVE:
        counts_for = table.counts_for(actor.person, seat, seen.steps, row.step)
    session.add(
        ApprovalDecision(
            id=new_id(),
            case_id=case_id,
            step=row.step,
            person_id=actor.person,
            seat=seat,
            verdict=verdict,
            counts_for=list(counts_for),
            note=note,
            decided_at=now,
        )
    )
    session.flush()
    _audit(session, actor, f"approval.{verdict.value}", case_id, now, step=row.step, seat=seat, hash=row.content_hash)
    if verdict is Verdict.REJECT:
        _end(session, row, "reject", now)
        return row.state
    following = step_after(seen.steps, (*seen.said, Said(actor.person, seat, counts_for)), row.step)
    if following == len(seen.steps):
        _approve(session, row, now)
    elif following > row.step:
        row.step = following
        row.due_at, row.remind_at = _deadline(session, actor.company, now)
        session.flush()
        events.record(session, ApprovalAsked(case_id=case_id, step=following, at=now))
    return row.state


def _check_open(row: ApprovalCase, actor: Actor, content_hash: str, now: datetime) -> None:
    if content_hash != row.content_hash:
        raise Conflict("approval_changed", case=row.id)
    if row.requester_id == actor.person:
        raise NotAllowed("approval_own")
    if row.state is not CaseState.PENDING:
        raise _decided(row)
    if row.due_at <= now:
        raise Conflict("approval_late", case=row.id, due_at=row.due_at.isoformat())


def withdraw(session: Session, *, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Take a request back, as its requester or as who sets the rules; again changes nothing.

    Conflict ``approval_in_use`` while a checkout holds it or once it was used, ``state`` for one that is over.
    """
    row = _locked(session, actor.company, case_id)
    if row.requester_id != actor.person:
        actor.must(Permission.COMPANY_APPROVAL_RULES)
    if row.state is CaseState.WITHDRAWN:
        return
    _must_be_free(row)
    _audit(session, actor, "approval.withdraw", case_id, now)
    _end(session, row, "withdraw", now, told=False)


def void(session: Session, *, row: ApprovalCase, why: Why, now: datetime, **facts: Any) -> None:
    """End an open case whose ground is gone, saying why."""
    _audit(session, SYSTEM, "approval.void", row.id, now, why=why.value)
    row.reason = {"code": why.value, **facts}
    _end(session, row, "void", now)


def lapse(session: Session, *, case_id: UUID, now: datetime) -> bool:
    """End a case whose time is over and that no checkout holds; tell whether it was."""
    row = _whichever(session, case_id)
    if row.state not in OPEN or row.due_at > now or row.taken_by is not None:
        return False
    _audit(session, SYSTEM, "approval.expire", case_id, now, was=row.state.value)
    _end(session, row, "expire", now)
    return True


def remind(session: Session, *, case_id: UUID, now: datetime) -> bool:
    """Have those be reminded who may decide a case; once a step."""
    row = _whichever(session, case_id)
    if row.state is not CaseState.PENDING or row.remind_at is None or row.remind_at > now:
        return False
    row.remind_at = None
    session.flush()
    events.record(session, ApprovalWaits(case_id=case_id, at=now))
    return True


def take(session: Session, *, row: ApprovalCase, subject: UUID) -> None:
    """Have an order group hold an approval until it is placed or given up, in the place of one that held it before."""
    row.taken_by = subject
    session.flush()


def give_back(session: Session, *, case_id: UUID, subject: UUID) -> None:
    """Let go of an approval that nothing was placed by; one that another holds by now stays with that."""
    session.execute(
        sa.update(ApprovalCase)
        .where(ApprovalCase.id == case_id, ApprovalCase.taken_by == subject, ApprovalCase.consumed_at.is_(None))
        .values(taken_by=None),
        execution_options={"synchronize_session": False},
    )


def consume(session: Session, *, case_id: UUID, subject: UUID, actor: Actor, now: datetime) -> None:
    """Use an approval up for what holds it; Conflict ``approval_used`` for one that is used, over, or held by another.

    For the same subject again changes nothing.
    """
    row = _whichever(session, case_id)
    if row.taken_by == subject and row.consumed_at is not None:
        return
    if row.state is not CaseState.APPROVED or row.taken_by != subject:
        raise Conflict("approval_used", case=case_id)
    row.consumed_at = now
    session.flush()
    _audit(session, actor, "approval.use", case_id, now, by=subject)


def use_range(session: Session, *, actor: Actor, case_id: UUID, offered: Offered, subject: UUID, now: datetime) -> None:
    """Use the approval of a range up for something that lies inside it.

    NotFound; Conflict ``outside_range`` naming in what it lies outside, ``approval_used``, ``approval_late``, and
    ``state`` for a case that is not approved. For the same subject again changes nothing.
    """
    row = _locked(session, actor.company, case_id)
    if row.taken_by == subject and row.consumed_at is not None:
        return
    if row.state is not CaseState.APPROVED:
        raise _decided(row)
    if row.taken_by is not None:
        raise Conflict("approval_used", case=case_id)
    if row.due_at <= now:
        raise Conflict("approval_late", case=case_id, due_at=row.due_at.isoformat())
    content = queries.case(session, company_id=actor.company, case_id=case_id).content
    if not isinstance(content, Range):
        raise NotFound("approval")
    if outside := within(content, offered):
        raise Conflict("outside_range", case=case_id, outside=[each.value for each in outside])
    take(session, row=row, subject=subject)
    consume(session, case_id=case_id, subject=subject, actor=actor, now=now)


def use_change(session: Session, *, case_id: UUID, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Use the approval of other terms up for the change that proposes exactly them."""
    take(session, row=_whichever(session, case_id), subject=change_id)
    consume(session, case_id=case_id, subject=change_id, actor=actor, now=now)


def change_requester(session: Session, *, row: ApprovalCase, successor_id: UUID, now: datetime) -> None:
    """Have somebody ask in the place of a leaver; a case that he has decided himself is void."""
    seen = queries.by_id(session, case_id=row.id)
    if any(successor_id in (each.person_id, each.seat) for each in seen.decisions):
        void(session, row=row, why=Why.REQUESTER_LEFT, now=now)
        return
    twin = sa.select(ApprovalCase.id).where(
        ApprovalCase.company_id == row.company_id,
        ApprovalCase.requester_id == successor_id,
        ApprovalCase.content_hash == row.content_hash,
        ApprovalCase.state.in_(OPEN),
        ApprovalCase.consumed_at.is_(None),
    )
    if session.scalar(twin) is not None:  # he asks for the very same himself
        void(session, row=row, why=Why.REQUESTER_LEFT, now=now)
        return
    row.requester_id = successor_id
    session.flush()


def _approve(session: Session, row: ApprovalCase, now: datetime) -> None:
    row.state = CASE.apply(row.state, "approve")
    row.decided_at, row.remind_at = now, None
    row.due_at = accounts.days_of(
        session, company_id=row.company_id, setting=Setting.APPROVAL_USE_WORKING_DAYS, now=now
    )
    session.flush()
    events.record(session, ApprovalEnded(case_id=row.id, state=row.state.value, at=now))


def _end(session: Session, row: ApprovalCase, action: str, now: datetime, *, told: bool = True) -> None:
    row.state = CASE.apply(row.state, action)
    row.ended_at, row.remind_at, row.taken_by = now, None, None
    if row.decided_at is None and row.state is CaseState.REJECTED:
        row.decided_at = now
    session.flush()
    if told:
        events.record(session, ApprovalEnded(case_id=row.id, state=row.state.value, at=now))


def _deadline(session: Session, company_id: UUID, now: datetime) -> tuple[datetime, datetime]:
    """Return until when a step is to be decided, and when to remind: a working day before, or half-way."""
    days = reference.setting(session, Setting.APPROVAL_WORKING_DAYS, at=now)
    works = closures.works(session, company_id=company_id, now=now)
    due_at = deadline(works, now, days)
    return due_at, deadline(works, now, days - 1) if days > 1 else now + (due_at - now) / 2


def _must_be_free(row: ApprovalCase) -> None:
    if row.taken_by is not None:
        raise Conflict("approval_in_use", case=row.id)


def _decided(row: ApprovalCase) -> Conflict:
    return Conflict("approval_decided", case=row.id, reference=row.reference, state=row.state.value)


def _locked(session: Session, company_id: UUID, case_id: UUID) -> ApprovalCase:
    row = session.get(ApprovalCase, case_id, with_for_update=True, populate_existing=True)
    if row is None or row.company_id != company_id:
        raise NotFound("approval")
    return row


def _whichever(session: Session, case_id: UUID) -> ApprovalCase:
    return session.get_one(ApprovalCase, case_id, with_for_update=True, populate_existing=True)


def _audit(session: Session, actor: Actor, action: str, case_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="approval_case", subject_id=case_id, facts=facts, now=now)
