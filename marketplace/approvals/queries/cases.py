"""Cases and what was said of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules import handovers
from marketplace.approvals.models import ApprovalCase, ApprovalDecision
from marketplace.approvals.queries import people
from marketplace.approvals.rules.asking import Cause, causes_of, steps_of
from marketplace.approvals.rules.cases import OPEN, CaseState, Said, Verdict
from marketplace.approvals.rules.content import CaseKind, Content, content_of, hash_of
from marketplace.approvals.rules.limits import Spent
from marketplace.approvals.rules.policy import Step
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, decode_moment, page_of

PAGE: Final = 25
# So many cases of a company are looked through for a page of what waits for one person.
_LOOKED_THROUGH: Final = 200


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What somebody said, and in whose place."""

    step: int
    person_id: UUID
    seat: UUID
    verdict: Verdict
    counts_for: tuple[int, ...]
    note: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with all that was said of it."""

    id: UUID
    reference: str
    company_id: UUID
    kind: CaseKind
    state: CaseState
    requester_id: UUID
    unit_id: UUID | None
    content: Content
    content_hash: str
    beside: Mapping[str, str]
    totals: tuple[Money, ...]
    causes: tuple[Cause, ...]
    steps: tuple[Step, ...]
    step: int
    opened_at: datetime
    due_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    reason: Mapping[str, Any] | None
    taken_by: UUID | None
    consumed_at: datetime | None
    decisions: tuple[DecisionRow, ...]

    @property
    def said(self) -> tuple[Said, ...]:
        """The approvals."""
        return tuple(
            Said(each.person_id, each.seat, each.counts_for)
            for each in self.decisions
            if each.verdict is Verdict.APPROVE
        )

    def waits_for(self, tables: people.Tables, *, today: date) -> frozenset[UUID]:
        """Return who may decide it now; nobody once it is decided."""
        if self.state is not CaseState.PENDING:
            return frozenset()
        return tables.of(self.requester_id).deciders(self.steps[self.step], self.said, today=today)


def case(session: Session, *, company_id: UUID, case_id: UUID) -> CaseRow:
    """Return a case of a company; NotFound for another's."""
    found = session.get(ApprovalCase, case_id, populate_existing=True)
    if found is None or found.company_id != company_id:
        raise NotFound("approval")
    return _rows(session, [found])[0]


def by_id(session: Session, *, case_id: UUID) -> CaseRow:
    """Return a case, whosever it is, for jobs."""
    return _rows(session, [session.get_one(ApprovalCase, case_id, populate_existing=True)])[0]


def to_decide(
    session: Session, *, company_id: UUID, person_id: UUID, today: date, cursor: str | None = None
) -> Page[CaseRow]:
    """Return the cases that wait for somebody, those that end first first; four queries however many there are.

    A page is what waits for that person among two hundred cases of the company: it may be short, and still go on.
    """
    tables = people.tables(session, company_id=company_id, today=today)
    wanted = sa.select(ApprovalCase).where(
        ApprovalCase.company_id == company_id, ApprovalCase.state == CaseState.PENDING
    )
    if cursor:
        at, last = decode_moment(cursor)
        later = sa.and_(ApprovalCase.due_at == at, ApprovalCase.id > last)
        wanted = wanted.where(sa.or_(ApprovalCase.due_at > at, later))
    ordered = wanted.order_by(ApprovalCase.due_at, ApprovalCase.id).limit(_LOOKED_THROUGH + 1)
    page = page_of(
        _rows(session, session.scalars(ordered).all()),
        _LOOKED_THROUGH,
        lambda row: (row.due_at.isoformat(), str(row.id)),
    )
    return Page(tuple(row for row in page.items if person_id in row.waits_for(tables, today=today)), page.next)


def cases(
    session: Session, *, company_id: UUID, requester_id: UUID | None = None, cursor: str | None = None
) -> Page[CaseRow]:
    """Return the cases of a company, or of one requester, newest first."""
    query = sa.select(ApprovalCase).where(ApprovalCase.company_id == company_id)
    if requester_id is not None:
        query = query.where(ApprovalCase.requester_id == requester_id)
    if cursor:
        query = query.where(ApprovalCase.id < decode_id(cursor))
    found = session.scalars(query.order_by(ApprovalCase.id.desc()).limit(PAGE + 1)).all()
    return page_of(_rows(session, found), PAGE, lambda row: (row.id.hex,))


def is_untaken() -> sa.ColumnElement[bool]:
    """Tell of a case whether no checkout holds it.

    SQLite takes "is null" on a unique column for one row, and would begin with all that were never held.
    """
    return sa.func.coalesce(ApprovalCase.taken_by, ApprovalCase.id) == ApprovalCase.id


def has_open(session: Session, *, company_id: UUID, requester_id: UUID) -> bool:
    """Tell whether somebody has asked for something that is not over, nor held by a checkout."""
    asked = sa.select(ApprovalCase.id).where(
        ApprovalCase.company_id == company_id,
        ApprovalCase.requester_id == requester_id,
        ApprovalCase.state.in_(OPEN),
        is_untaken(),
    )
    return session.scalar(asked.limit(1)) is not None


def pending(session: Session, *, company_id: UUID, now: datetime, without: Collection[UUID] = ()) -> list[Spent]:
    """Return what waits to be bought as spent now: pending cases, and approvals that nobody used yet.

    Other terms of what was placed buy nothing more.
    """
    found = session.execute(
        sa.select(ApprovalCase.requester_id, ApprovalCase.unit_id, ApprovalCase.totals).where(
            ApprovalCase.company_id == company_id,
            ApprovalCase.state.in_(OPEN),
            ApprovalCase.kind != CaseKind.CHANGE,
            ApprovalCase.consumed_at.is_(None),
            ApprovalCase.due_at > now,
            ApprovalCase.id.not_in(without),
        )
    )
    return [Spent(person_id=row.requester_id, unit_id=row.unit_id, at=now, amounts=_money(row.totals)) for row in found]


def used_by(session: Session, *, company_id: UUID, subjects: Collection[UUID]) -> tuple[CaseRow, ...]:
    """Return the cases of a company that were used up by these, in their order."""
    found = session.scalars(
        sa.select(ApprovalCase)
        .where(
            ApprovalCase.company_id == company_id,
            ApprovalCase.taken_by.in_(subjects),
            ApprovalCase.consumed_at.is_not(None),
        )
        .order_by(ApprovalCase.id)
    ).all()
    return tuple(_rows(session, found))


def approved_by(session: Session, *, company_id: UUID, case_id: UUID) -> tuple[DecisionRow, ...]:
    """Return who approved a case of a company, in order; nobody of another's."""
    own = sa.select(ApprovalCase.id).where(ApprovalCase.id == case_id, ApprovalCase.company_id == company_id)
    found = session.scalars(_decisions(ApprovalDecision.case_id.in_(own)))
    return tuple(_decision(row) for row in found if row.verdict is Verdict.APPROVE)


def lapsed(session: Session, *, now: datetime, size: int = 500) -> tuple[UUID, ...]:
    """Return open cases whose time is over and that no checkout holds, oldest first."""
    return tuple(
        session.scalars(
            sa.select(ApprovalCase.id)
            .where(
                ApprovalCase.state.in_(OPEN),
                ApprovalCase.due_at <= now,
                is_untaken(),
            )
            .order_by(ApprovalCase.due_at, ApprovalCase.id)
            .limit(size)
        )
    )


def to_remind(session: Session, *, now: datetime, size: int = 500) -> tuple[UUID, ...]:
    """Return pending cases whose approvers are to be reminded."""
    return tuple(
        session.scalars(
            sa.select(ApprovalCase.id)
            .where(ApprovalCase.state == CaseState.PENDING, ApprovalCase.remind_at <= now, ApprovalCase.due_at > now)
            .order_by(ApprovalCase.remind_at, ApprovalCase.id)
            .limit(size)
        )
    )


def held(session: Session, company_id: UUID, person_id: UUID, now: datetime) -> list[handovers.Item]:
    """Return the open cases that somebody asked for, or that name him in a step still to come."""
    found = session.scalars(
        sa.select(ApprovalCase).where(
            ApprovalCase.company_id == company_id,
            ApprovalCase.state.in_(OPEN),
            ApprovalCase.consumed_at.is_(None),
            ApprovalCase.due_at > now,
        )
    )
    return [
        handovers.Item(handovers.Kind.APPROVAL, row.id, row.reference)
        for row in found
        if row.requester_id == person_id
        or (row.state is CaseState.PENDING and any(str(person_id) in step["people"] for step in row.steps[row.step :]))
    ]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what somebody asked for and decided, for that person, earliest first."""
    asked = sa.select(
        ApprovalCase.id, ApprovalCase.company_id, ApprovalCase.reference, ApprovalCase.state, ApprovalCase.opened_at
    ).where(ApprovalCase.requester_id == person_id)
    said = sa.select(
        ApprovalDecision.case_id, ApprovalDecision.verdict, ApprovalDecision.note, ApprovalDecision.decided_at
    ).where(ApprovalDecision.person_id == person_id)
    return {
        "approvals_asked": rows(session, asked.order_by(ApprovalCase.id)),
        "approvals_decided": rows(session, said.order_by(ApprovalDecision.decided_at, ApprovalDecision.id)),
    }


def breaches(session: Session) -> list[Breach]:
    """Return cases that are not what their hash says, that somebody decided for himself, or that lack approvals."""
    found: list[Breach] = []
    said: dict[UUID, list[ApprovalDecision]] = defaultdict(list)
    for decision in session.scalars(sa.select(ApprovalDecision)):
        said[decision.case_id].append(decision)
    for row in session.scalars(sa.select(ApprovalCase).order_by(ApprovalCase.id)):
        decisions = said.get(row.id, [])
        if hash_of(row.kind, row.content) != row.content_hash:
            found.append(Breach("7 approval", "approval_case", row.id, "is not what its hash says"))
        is_own = any(row.requester_id in (each.person_id, each.seat) for each in decisions)
        if is_own and row.state is not CaseState.VOIDED:
            found.append(Breach("7 approval", "approval_case", row.id, "was decided by its requester"))
        rejected = any(each.verdict is Verdict.REJECT for each in decisions)
        if rejected and row.state is not CaseState.REJECTED:
            found.append(Breach("7 approval", "approval_case", row.id, "was rejected and is not over"))
        if row.state is CaseState.APPROVED and (lacking := _lacking(row, decisions)):
            found.append(Breach("7 approval", "approval_case", row.id, f"lacks approvals at steps {lacking}"))
    return found


def _lacking(row: ApprovalCase, decisions: Sequence[ApprovalDecision]) -> list[int]:
    counted = [index for each in decisions if each.verdict is Verdict.APPROVE for index in each.counts_for]
    return [index for index, step in enumerate(steps_of(row.steps)) if counted.count(index) < step.count]


def _decisions(which: sa.ColumnElement[bool]) -> sa.Select[ApprovalDecision]:
    return sa.select(ApprovalDecision).where(which).order_by(ApprovalDecision.decided_at, ApprovalDecision.id)


def _rows(session: Session, found: Sequence[ApprovalCase]) -> list[CaseRow]:
    """Return cases with all their decisions, in one more query."""
    said: dict[UUID, list[DecisionRow]] = defaultdict(list)
    if found:
        for each in session.scalars(_decisions(ApprovalDecision.case_id.in_([row.id for row in found]))):
            said[each.case_id].append(_decision(each))
    return [_row(row, tuple(said.get(row.id, ()))) for row in found]


def _decision(row: ApprovalDecision) -> DecisionRow:
    return DecisionRow(row.step, row.person_id, row.seat, row.verdict, tuple(row.counts_for), row.note, row.decided_at)


def _money(totals: Sequence[Sequence[Any]]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for minor, currency in totals)


def _row(row: ApprovalCase, decisions: tuple[DecisionRow, ...]) -> CaseRow:
    return CaseRow(
        id=row.id,
        reference=row.reference,
        company_id=row.company_id,
        kind=row.kind,
        state=row.state,
        requester_id=row.requester_id,
        unit_id=row.unit_id,
        content=content_of(row.kind, row.content),
        content_hash=row.content_hash,
        beside=row.beside,
        totals=_money(row.totals),
        causes=causes_of(row.causes),
        steps=steps_of(row.steps),
        step=row.step,
        opened_at=row.opened_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        reason=row.reason,
        taken_by=row.taken_by,
        consumed_at=row.consumed_at,
        decisions=decisions,
    )
