"""Divide a milestone, so that a part of it can go its own way."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Milestone
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Subject


def split(session: Session, milestone: Milestone, part: Money) -> Milestone:
    """Return a milestone of just this part; what is left of the amount and its commission stays where it is."""
    if part.minor == milestone.amount_minor:
        return milestone
    whole = Money(milestone.commission_minor, part.currency)
    rest, own = whole.share([milestone.amount_minor - part.minor, part.minor])
    last = session.scalars(
        sa.select(sa.func.max(Milestone.part)).where(
            Milestone.line_id == milestone.line_id,
            Milestone.event == milestone.event,
            Milestone.subject_id == milestone.subject_id,
        )
    ).one()
    other = Milestone(
        id=new_id(),
        subject_kind=milestone.subject_kind,
        subject_id=milestone.subject_id,
        line_id=milestone.line_id,
        position=milestone.position,
        event=milestone.event,
        part=int(last or 0) + 1,
        share_bp=milestone.share_bp,
        currency=milestone.currency,
        amount_minor=part.minor,
        commission_minor=own.minor,
        state=milestone.state,
        payment_id=milestone.payment_id,
        due_at=milestone.due_at,
        dispute_id=milestone.dispute_id,
    )
    milestone.amount_minor -= part.minor
    milestone.commission_minor = rest.minor
    session.add(other)
    session.flush()
    return other


def locked(session: Session, subject: Subject, *, line_id: UUID | None = None) -> list[Milestone]:
    """Return the milestones of a subject, or of one of its lines, that nobody else changes meanwhile."""
    mine = [Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id]
    if line_id is not None:
        mine.append(Milestone.line_id == line_id)
    statement = sa.select(Milestone).where(*mine).order_by(Milestone.position, Milestone.part).with_for_update()
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def waive(
    session: Session, milestones: Sequence[Milestone], state: MilestoneState, ended: MilestoneState, amount: Money
) -> Money:
    """End so much of the milestones in a state, the last first, and return how much was there."""
    done = Money.zero(amount.currency)
    for milestone in reversed(milestones):
        if milestone.state is state and done < amount and milestone.amount_minor:
            part = min(amount - done, Money(milestone.amount_minor, amount.currency))
            split(session, milestone, part).state = ended
            done += part
    session.flush()
    return done
