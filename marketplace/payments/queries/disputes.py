"""Disputes of card holders as rows, and what they keep or took of a charge."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.disputes import PENDING, Bearer, DisputeState, Doubt, bearer_of
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.provider import Evidence, Paper, Slot
from marketplace.payments.rules.terms import Subject, SubjectKind

_FREEZABLE: Final = (MilestoneState.PENDING, MilestoneState.HELD)
_LOOK_BACK: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute; ``asked_at`` once evidence is claimed, ``taken`` and ``borne`` where a lost one was booked."""

    id: UUID
    reference: str
    provider_id: str
    charge_id: UUID
    amount: Money
    reason: str
    is_inquiry: bool
    state: DisputeState
    withdrawn: Money
    reinstated: Money
    fee: Money | None
    taken: Money
    borne: Money
    bearer: Bearer
    evidence: Evidence | None
    papers: tuple[Paper, ...]
    handed_over: Mapping[Slot, str]
    asked_at: datetime | None
    attempt: int
    due_by: datetime | None
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DisputeOfSubject:
    """A dispute with what it is about."""

    dispute: DisputeRow
    subject: Subject


@dataclass(frozen=True, slots=True)
class DisputeAbout:
    """A dispute as the payer and the payee of its subject see it, with what it keeps from being released."""

    dispute: DisputeRow
    subject: Subject
    frozen: Money

    @property
    def is_pending(self) -> bool:
        """Tell whether the card's bank has still to decide."""
        return self.dispute.state in PENDING


def disputes(
    session: Session, *, state: DisputeState | None = None, overdue: bool | None = None, cursor: str | None = None
) -> Page[DisputeOfSubject]:
    """Return the disputes, newest first; ``overdue`` ones, or the rest."""
    statement = _rows().order_by(CardDispute.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(CardDispute.state == state)
    if overdue is not None:
        statement = statement.where(is_overdue(CardDispute, overdue=overdue))
    if cursor:
        statement = statement.where(CardDispute.id < cursor_id(cursor))
    return page_of([_row(*found) for found in session.execute(statement)], PAGE, lambda row: (str(row.dispute.id),))


def dispute(session: Session, *, dispute_id: UUID) -> DisputeOfSubject:
    """Return one; NotFound."""
    found = session.execute(_rows().where(CardDispute.id == dispute_id)).one_or_none()
    if found is None:
        raise NotFound("card_dispute")
    return _row(*found)


def about(session: Session, *, subjects: Collection[Subject]) -> tuple[DisputeAbout, ...]:
    """Return the disputes about what was charged for subjects that the caller may see, oldest first."""
    mine = CardCharge.subject_id.in_({subject.id for subject in subjects})
    rows = [_row(*found) for found in session.execute(_rows().where(mine).order_by(CardDispute.id))]
    rows = [row for row in rows if row.subject in subjects]
    pending = [row.dispute.id for row in rows if row.dispute.state in PENDING]
    kept = frozen(session, dispute_ids=pending) if pending else {}
    return tuple(
        DisputeAbout(row.dispute, row.subject, kept.get(row.dispute.id, Money.zero(row.dispute.amount.currency)))
        for row in rows
    )


def doubts(session: Session, *, payee_id: UUID, line_ids: Collection[UUID]) -> dict[UUID, Doubt]:
    """Return those of these lines of whose money, as this payee is to have it, a card's bank holds or took some."""
    if not line_ids:
        return {}
    mine = sa.and_(PaymentTerms.subject_kind == Milestone.subject_kind, PaymentTerms.subject_id == Milestone.subject_id)
    found = session.execute(
        sa.select(Milestone.line_id, Milestone.state)
        .join(PaymentTerms, mine)
        .where(
            Milestone.line_id.in_(line_ids),
            Milestone.dispute_id.is_not(None),
            Milestone.subject_kind == SubjectKind.ORDER,
            PaymentTerms.payee_id == payee_id,
            sa.or_(
                Milestone.state.in_(_FREEZABLE),
                sa.and_(Milestone.state == MilestoneState.REFUNDED, Milestone.ended_with_payment.is_(False)),
            ),
        )
    ).all()
    taken = {line_id: Doubt.TAKEN_BACK for line_id, state in found if state is MilestoneState.REFUNDED}
    return {line_id: Doubt.DISPUTED for line_id, _state in found} | taken


def frozen(session: Session, *, dispute_ids: Collection[UUID]) -> dict[UUID, Money]:
    """Return how much each of these disputes keeps from being released."""
    found = session.execute(
        sa.select(Milestone.dispute_id, Milestone.currency, sa.func.sum(Milestone.amount_minor))
        .where(
            Milestone.dispute_id.in_(dispute_ids),
            Milestone.state.in_(_FREEZABLE),
        )
        .group_by(Milestone.dispute_id, Milestone.currency)
    )
    return {dispute_id: Money(int(minor), currency) for dispute_id, currency, minor in found if dispute_id}


def unanswered(session: Session, *, before: datetime, limit: int = 100) -> tuple[DisputeRow, ...]:
    """Return disputes whose evidence was claimed this long ago and is not known to be handed in."""
    found = session.scalars(
        sa.select(CardDispute)
        .where(CardDispute.state == DisputeState.OPEN, CardDispute.asked_at <= before)
        .order_by(CardDispute.asked_at, CardDispute.id)
        .limit(limit)
    )
    return tuple(dispute_row(one) for one in found)


def pending_charges(session: Session, *, limit: int = 500) -> tuple[UUID, ...]:
    """Return the charges whose disputes are not decided."""
    open_ones = sa.select(CardDispute.charge_id).where(CardDispute.state.in_(PENDING)).distinct()
    return tuple(session.scalars(open_ones.order_by(CardDispute.charge_id).limit(limit)))


def look_back(now: datetime) -> datetime:
    """Return since when new disputes are asked for; those before were told, or asked for earlier."""
    return now - _LOOK_BACK


def is_pending(session: Session, *, charge_id: UUID) -> bool:
    """Tell whether a card's bank has money of a charge and has not decided."""
    found = sa.select(CardDispute.id).where(
        CardDispute.charge_id == charge_id, CardDispute.state.in_(PENDING), CardDispute.is_inquiry.is_(False)
    )
    return session.scalars(found.limit(1)).first() is not None


def lost(session: Session, *, charge_id: UUID) -> int:
    """Return how many minor units of a charge lost disputes took."""
    return _sum(session, CardDispute.withdrawn_minor, charge_id)


def taken(session: Session, *, charge_id: UUID) -> int:
    """Return how many minor units of lost disputes the subject's own money paid."""
    return _sum(session, CardDispute.taken_minor, charge_id)


def dispute_row(found: CardDispute) -> DisputeRow:
    """Turn an entity into its row."""
    currency = found.currency
    fee = Money(found.fee_minor, found.fee_currency) if found.fee_minor is not None and found.fee_currency else None
    return DisputeRow(
        id=found.id,
        reference=found.reference,
        provider_id=found.provider_id,
        charge_id=found.charge_id,
        amount=Money(found.amount_minor, currency),
        reason=found.reason,
        is_inquiry=found.is_inquiry,
        state=found.state,
        withdrawn=Money(found.withdrawn_minor, currency),
        reinstated=Money(found.reinstated_minor, currency),
        fee=fee,
        taken=Money(found.taken_minor, currency),
        borne=Money(found.borne_minor, currency),
        bearer=bearer_of(found.reason),
        evidence=Evidence(**found.evidence) if found.evidence else None,
        papers=papers_of(found.papers),
        handed_over={Slot(slot): file_id for slot, file_id in (found.handed_over or {}).items()},
        asked_at=found.asked_at,
        attempt=found.attempt,
        due_by=found.due_by,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )


def papers_of(kept: list[Any] | None) -> tuple[Paper, ...]:
    """Read the files that are shown a card's bank."""
    return tuple(Paper(Slot(slot), UUID(file_id)) for slot, file_id in kept or ())


def _sum(session: Session, column: sa.SQLColumnExpression[int], charge_id: UUID) -> int:
    total = sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(
        CardDispute.charge_id == charge_id, CardDispute.state == DisputeState.LOST
    )
    return int(session.scalars(total).one())


def _rows() -> sa.Select[CardDispute, CardCharge]:
    return sa.select(CardDispute, CardCharge).join(CardCharge, CardCharge.id == CardDispute.charge_id)


def _row(found: CardDispute, charge: CardCharge) -> DisputeOfSubject:
    return DisputeOfSubject(dispute_row(found), Subject(charge.subject_kind, charge.subject_id))
