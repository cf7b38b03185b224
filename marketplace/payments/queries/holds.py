"""Money that waits at the provider, as rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.plans import Milestone, Payment
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.holds import HoldState, HoldWay
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Rail, Subject


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Money of a charge that waits; ``held`` is what is left of it, ``hold_until`` the provider's limit."""

    id: UUID
    reference: str
    subject: Subject
    held: Money
    state: HoldState
    way: HoldWay | None
    first_by: UUID | None
    captured_at: datetime
    hold_until: datetime
    act_by: datetime | None
    escalated_at: datetime | None


def holds(session: Session, *, cursor: str | None = None) -> Page[HoldRow]:
    """Return the money about which two people have to decide, the oldest first."""
    statement = (
        _rows()
        .where(CardHold.state == HoldState.WAITING, CardHold.escalated_at.is_not(None))
        .order_by(CardHold.id)
        .limit(PAGE + 1)
    )
    if cursor:
        statement = statement.where(CardHold.id > cursor_id(cursor))
    return page_of([_row(*found) for found in session.execute(statement)], PAGE, lambda row: (str(row.id),))


def hold(session: Session, *, hold_id: UUID) -> HoldRow:
    """Return one; NotFound."""
    found = session.execute(_rows().where(CardHold.id == hold_id)).one_or_none()
    if found is None:
        raise NotFound("card_hold")
    return _row(*found)


def unwatched(session: Session, *, after: UUID, limit: int = 500) -> tuple[UUID, ...]:
    """Return captured charges whose limit nobody has written down yet, after this id, in order of id."""
    found = (
        sa.select(CardCharge.id)
        .join(Payment, sa.and_(Payment.subject_id == CardCharge.subject_id, Payment.rail == Rail.CARD))
        .where(
            CardCharge.state == CardState.CAPTURED,
            CardCharge.id > after,
            ~sa.exists().where(CardHold.charge_id == CardCharge.id),
        )
        .distinct()
        .order_by(CardCharge.id)
        .limit(limit)
    )
    return tuple(session.scalars(found))


def emptied(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return what is about to be told of though nothing of it waits any more, after this id, in order of id."""
    found = (
        sa.select(CardHold.id)
        .join(CardCharge, CardCharge.id == CardHold.charge_id)
        .where(CardHold.state == HoldState.WAITING, CardHold.act_by <= now, CardHold.id > after, ~_waits())
        .order_by(CardHold.id)
        .limit(limit)
    )
    return tuple(session.scalars(found))


def _waits() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Milestone.subject_id == CardCharge.subject_id,
        Milestone.subject_kind == CardCharge.subject_kind,
        Milestone.state == MilestoneState.HELD,
        Milestone.amount_minor > 0,
    )


def _held() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0))
        .where(
            Milestone.subject_id == CardCharge.subject_id,
            Milestone.subject_kind == CardCharge.subject_kind,
            Milestone.state == MilestoneState.HELD,
        )
        .scalar_subquery()
    )


def _rows() -> sa.Select[CardHold, CardCharge, int]:
    return sa.select(CardHold, CardCharge, _held()).join(CardCharge, CardCharge.id == CardHold.charge_id)


def _row(found: CardHold, charge: CardCharge, held: int) -> HoldRow:
    return HoldRow(
        id=found.id,
        reference=found.reference,
        subject=Subject(charge.subject_kind, charge.subject_id),
        held=Money(int(held), found.currency),
        state=found.state,
        way=found.way,
        first_by=found.first_by,
        captured_at=found.captured_at,
        hold_until=found.hold_until,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
    )
