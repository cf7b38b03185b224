"""What companies owe after a payout and somebody wants to write off, or two people did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.remitting import WriteOff
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.write_offs import WriteOffState


@dataclass(frozen=True, slots=True)
class WriteOffRow:
    """A proposal to write off, and what became of it."""

    id: UUID
    reference: str
    company_id: UUID
    amount: Money
    reason: str
    state: WriteOffState
    first_by: UUID
    second_by: UUID | None
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime
    decided_at: datetime | None


def write_offs(session: Session, *, cursor: str | None = None) -> Page[WriteOffRow]:
    """Return all of them, newest first."""
    found = sa.select(WriteOff).order_by(WriteOff.id.desc()).limit(PAGE + 1)
    if cursor:
        found = found.where(WriteOff.id < cursor_id(cursor))
    return page_of([_row(one) for one in session.scalars(found)], PAGE, lambda row: (str(row.id),))


def write_off(session: Session, *, write_off_id: UUID) -> WriteOffRow:
    """Return one; NotFound."""
    found = session.get(WriteOff, write_off_id)
    if found is None:
        raise NotFound("receivable_write_off")
    return _row(found)


def _row(found: WriteOff) -> WriteOffRow:
    return WriteOffRow(
        id=found.id,
        reference=found.reference,
        company_id=found.company_id,
        amount=Money(found.amount_minor, found.currency),
        reason=found.reason,
        state=found.state,
        first_by=found.first_by,
        second_by=found.second_by,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        decided_at=found.decided_at,
    )
