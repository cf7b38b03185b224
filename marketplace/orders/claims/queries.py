"""Claims and the time to make them as rows, and the promise they must keep."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import (
    Acceptance,
    AcceptanceWindow,
    Claim,
    ClaimEvidence,
    ClaimText,
    LinePart,
    Order,
    OrderLine,
)
from marketplace.orders.queries.orders import PAGE
from marketplace.orders.rules.acceptance import RECEIVED
from marketplace.orders.rules.claims import (
    OPEN,
    ClaimReason,
    ClaimState,
    Owner,
    Respondent,
    default_outcome,
    holds_payment,
    unclaimed,
    waiting,
)
from marketplace.orders.rules.states import LineState


@dataclass(frozen=True, slots=True)
class ClaimTextRow:
    """What a company said about a claim."""

    company_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A file by which a company shows what is so."""

    file_id: UUID
    company_id: UUID
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim; ``texts`` and ``shown`` are filled where one claim is shown."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    claimant_id: UUID
    respondent_id: UUID
    respondent: Respondent
    reason: ClaimReason
    quantity: int
    blocks: bool
    value: Money
    offer: Money | None
    awarded: Money | None
    state: ClaimState
    owner: Owner | None
    deadline_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    texts: tuple[ClaimTextRow, ...] = ()
    shown: tuple[EvidenceRow, ...] = ()

    @property
    def evidence(self) -> tuple[UUID, ...]:
        """The files of both sides."""
        return tuple(row.file_id for row in self.shown)

    @property
    def by_silence(self) -> str | None:
        """What the end of the deadline does to an open claim."""
        if self.owner is None:
            return None
        return default_outcome(state=self.state, owner=self.owner, offer=self.offer, value=self.value)[0]


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """What of a line waits for the buyer to accept or claim; after ``due_at`` his silence accepts it as it is.

    ``due_at`` is None until everything of the line is received. ``faulty`` are units that stand damaged or lost and
    that nobody claims; ``holds_payment`` tells whether the merchant's money waits.
    """

    due_at: datetime | None
    delivered: int
    faulty: dict[LineState, int]
    holds_payment: bool


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A line of which something waits for its buyer's word, and when his silence accepts it."""

    order_id: UUID
    line_id: UUID
    due_at: datetime | None


def claims(
    session: Session,
    *,
    company_id: UUID | None,
    line_ids: Collection[UUID] | None = None,
    state: ClaimState | None = None,
    cursor: str | None = None,
) -> Page[ClaimRow]:
    """Return the claims that a company makes or answers (None: all, for who decides them), newest first."""
    statement = _claims_of(company_id).order_by(Claim.id.desc()).limit(PAGE + 1)
    if line_ids is not None:
        statement = statement.where(Claim.line_id.in_(line_ids))
    if state is not None:
        statement = statement.where(Claim.state == state)
    if cursor:
        statement = statement.where(Claim.id < decode_id(cursor))
    rows = [_claim_row(found, reference) for found, reference in session.execute(statement)]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def escalated(session: Session) -> int:
    """Count the claims that wait for the operator's decision."""
    return session.scalar(sa.select(sa.func.count()).where(Claim.state == ClaimState.ESCALATED)) or 0


def claim(session: Session, *, company_id: UUID | None, claim_id: UUID) -> ClaimRow:
    """Return a claim with what was said and shown; NotFound for who is no party (None: who decides)."""
    found = session.execute(_claims_of(company_id).where(Claim.id == claim_id)).one_or_none()
    if found is None:
        raise NotFound("claim")
    texts = session.scalars(sa.select(ClaimText).where(ClaimText.claim_id == claim_id).order_by(ClaimText.id))
    shown = session.scalars(
        sa.select(ClaimEvidence)
        .where(ClaimEvidence.claim_id == claim_id)
        .order_by(ClaimEvidence.added_at, ClaimEvidence.file_id)
    )
    files = tuple(EvidenceRow(one.file_id, one.company_id, one.added_at) for one in shown)
    said = tuple(ClaimTextRow(text.company_id, text.body, text.at) for text in texts)
    return replace(_claim_row(*found), texts=said, shown=files)


def answers_due(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, AnswerDue]:
    """Return what of these lines waits for the buyer's word, for lines of which something does."""
    ended = sa.select(AcceptanceWindow.line_id).where(AcceptanceWindow.ended_at.is_not(None))
    found = session.execute(
        sa.select(LinePart.line_id, LinePart.state, LinePart.quantity, Order.incoterm, AcceptanceWindow.ends_at)
        .join(OrderLine, OrderLine.id == LinePart.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(AcceptanceWindow, AcceptanceWindow.line_id == LinePart.line_id)
        .where(LinePart.line_id.in_(line_ids), LinePart.state.in_(RECEIVED), LinePart.line_id.not_in(ended))
        .order_by(LinePart.line_id)
    ).all()
    claimed = _claimed(session, {row.line_id for row in found})
    due: dict[UUID, AnswerDue] = {}
    for line_id, rows in groupby(found, key=lambda row: row.line_id):
        of_line = list(rows)
        parts = {row.state: row.quantity for row in of_line}
        incoterm, ends_at = of_line[0].incoterm, of_line[0].ends_at
        faulty = waiting(unclaimed(parts, claimed.get(line_id, {})), incoterm)
        delivered = parts.get(LineState.DELIVERED, 0)
        if delivered or faulty:
            holds = bool(delivered) or any(holds_payment(state, incoterm) for state in faulty)
            due[line_id] = AnswerDue(ends_at, delivered, faulty, holds)
    return due


def to_answer(session: Session, *, buyer_id: UUID) -> tuple[ToAnswer, ...]:
    """Return the lines of a buyer of which something waits to be accepted or claimed, oldest order first."""
    open_lines = session.execute(
        sa.select(OrderLine.id, OrderLine.order_id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(AcceptanceWindow, AcceptanceWindow.line_id == OrderLine.id)
        .where(
            Order.buyer_id == buyer_id,
            AcceptanceWindow.ended_at.is_(None),
            sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(RECEIVED)),
        )
        .order_by(OrderLine.order_id, OrderLine.position)
    ).all()
    due = answers_due(session, line_ids=[row.id for row in open_lines])
    return tuple(ToAnswer(row.order_id, row.id, due[row.id].due_at) for row in open_lines if row.id in due)


def unanswered(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return lines whose buyers let the time to accept or claim pass."""
    found = session.scalars(
        sa.select(AcceptanceWindow.line_id)
        .where(AcceptanceWindow.ended_at.is_(None), AcceptanceWindow.ends_at <= now)
        .order_by(AcceptanceWindow.ends_at)
        .limit(limit)
    )
    return tuple(found)


def lines_to_close(
    session: Session, *, before: datetime, after: UUID | None = None, limit: int = 200
) -> tuple[UUID, ...]:
    """Return lines with accepted units, the last of them accepted before an instant, about which nobody claims.

    In the order of their ids, those behind ``after``: a line whose money has not come keeps none behind it waiting.
    """
    later = sa.select(Acceptance.id).where(Acceptance.line_id == LinePart.line_id, Acceptance.at >= before)
    claimed = sa.select(Claim.id).where(Claim.line_id == LinePart.line_id, Claim.state.in_(OPEN))
    statement = (
        sa.select(LinePart.line_id)
        .where(LinePart.state == LineState.ACCEPTED, ~later.exists(), ~claimed.exists())
        .order_by(LinePart.line_id)
        .limit(limit)
    )
    return tuple(session.scalars(statement if after is None else statement.where(LinePart.line_id > after)))


def lapsed_claims(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return open claims whose deadline passed."""
    found = session.scalars(
        sa.select(Claim.id)
        .where(Claim.state.in_(OPEN), Claim.deadline_at <= now)
        .order_by(Claim.deadline_at)
        .limit(limit)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return lines with claims about more units than stand aside, or with more awarded than the line's price."""
    there = (
        sa.select(sa.func.coalesce(sa.func.sum(LinePart.quantity), 0))
        .where(LinePart.line_id == Claim.line_id, LinePart.state == Claim.units_in)
        .scalar_subquery()
    )
    statement = (
        sa.select(Claim.line_id)
        .where(Claim.state.in_(OPEN), Claim.units_in.is_not(None))
        .group_by(Claim.line_id, Claim.units_in)
        .having(sa.func.sum(Claim.quantity) > there)
    )
    awarded = (
        sa.select(OrderLine.id)
        .join(Claim, Claim.line_id == OrderLine.id)
        .group_by(OrderLine.id, OrderLine.amount_minor)
        .having(sa.func.sum(sa.func.coalesce(Claim.awarded_minor, 0)) > OrderLine.amount_minor)
    )
    return [
        Breach("8 claims", "order_line", line_id, "more units are claimed than stand aside")
        for line_id in session.scalars(statement)
    ] + [
        Breach("1 claims", "order_line", line_id, "claims brought more than the line's price")
        for line_id in session.scalars(awarded)
    ]


def _claimed(session: Session, line_ids: Collection[UUID]) -> dict[UUID, dict[LineState, int]]:
    statement = (
        sa.select(Claim.line_id, Claim.units_in, sa.func.sum(Claim.quantity))
        .where(Claim.line_id.in_(line_ids), Claim.state.in_(OPEN), Claim.units_in.is_not(None))
        .group_by(Claim.line_id, Claim.units_in)
    )
    claimed: dict[UUID, dict[LineState, int]] = {}
    for line_id, state, quantity in session.execute(statement):
        if state is not None:
            claimed.setdefault(line_id, {})[state] = int(quantity)
    return claimed


def _claims_of(company_id: UUID | None) -> sa.Select[Claim, str]:
    statement = sa.select(Claim, Order.reference).join(Order, Order.id == Claim.order_id)
    if company_id is None:
        return statement
    return statement.where(sa.or_(Claim.claimant_id == company_id, Claim.respondent_id == company_id))


def _claim_row(found: Claim, order_reference: str) -> ClaimRow:
    return ClaimRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=order_reference,
        line_id=found.line_id,
        claimant_id=found.claimant_id,
        respondent_id=found.respondent_id,
        respondent=found.respondent,
        reason=found.reason,
        quantity=found.quantity,
        blocks=found.blocks and found.state in OPEN,
        value=Money(found.value_minor, found.currency),
        offer=None if found.offer_minor is None else Money(found.offer_minor, found.currency),
        awarded=None if found.awarded_minor is None else Money(found.awarded_minor, found.currency),
        state=found.state,
        owner=found.owner,
        deadline_at=found.deadline_at,
        opened_at=found.opened_at,
        ended_at=found.ended_at,
    )
