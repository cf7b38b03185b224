"""Returns of card money as rows, and how the refund for a claim stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.cards import RefundState
from marketplace.payments.rules.terms import Mode, Subject


class RefundStanding(StrEnum):
    """How far the money is that a claim sends back to a card."""

    ASKED = "asked"
    REFUNDED = "refunded"
    RETURN_DUE = "return_due"  # the card's bank did not take it: the operator sends it another way
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class CardReturnRow:
    """Money of a failed refund; ``approved_by`` are the people who agreed to its way so far."""

    id: UUID
    reference: str
    charge_id: UUID
    subject: Subject
    amount: Money
    state: ReturnState
    way: Way | None
    attempt: int
    approved_by: tuple[UUID, ...]
    bank_reference: str | None
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime
    changed_at: datetime


def card_returns(
    session: Session, *, state: ReturnState | None = None, overdue: bool | None = None, cursor: str | None = None
) -> Page[CardReturnRow]:
    """Return the returns, newest first; ``overdue`` ones, or the rest."""
    statement = _rows().order_by(CardReturn.id.desc()).limit(PAGE + 1)
    if state is not None:
        statement = statement.where(CardReturn.state == state)
    if overdue is not None:
        statement = statement.where(is_overdue(CardReturn, overdue=overdue))
    if cursor:
        statement = statement.where(CardReturn.id < cursor_id(cursor))
    return page_of([_row(*found) for found in session.execute(statement)], PAGE, lambda row: (str(row.id),))


def card_return(session: Session, *, return_id: UUID) -> CardReturnRow:
    """Return one; NotFound."""
    found = session.execute(_rows().where(CardReturn.id == return_id)).one_or_none()
    if found is None:
        raise NotFound("card_return")
    return _row(*found)


def refunds_for(session: Session, *, causes: Collection[UUID]) -> dict[UUID, RefundStanding]:
    """Return how the refunds stand that were made for these causes; those without one are left out."""
    keys = {allowance_key(cause): cause for cause in causes}
    found = session.execute(
        sa.select(CardRefund.key, CardRefund.state, CardReturn.state)
        .outerjoin(CardReturn, CardReturn.refund_id == CardRefund.id)
        .where(CardRefund.key.in_(keys))
    )
    return {keys[key]: _standing(refund, sent_on) for key, refund, sent_on in found}


def unrefunded(session: Session, *, subject: Subject) -> tuple[tuple[UUID, Money], ...]:
    """Return cause and amount of what was let off held money and of which no refund was asked for yet."""
    found = session.scalars(
        sa.select(Allowance)
        .join(PaymentTerms, PaymentTerms.subject_id == Allowance.subject_id)
        .where(
            Allowance.subject_kind == subject.kind,
            Allowance.subject_id == subject.id,
            Allowance.waived_minor > 0,
            PaymentTerms.mode == Mode.PROVIDER_HELD,
        )
        .order_by(Allowance.id)
    ).all()
    asked = set(
        session.scalars(sa.select(CardRefund.key).where(CardRefund.key.in_([allowance_key(x.cause_id) for x in found])))
    )
    return tuple(
        (one.cause_id, Money(one.waived_minor, one.currency))
        for one in found
        if allowance_key(one.cause_id) not in asked
    )


def approved_of(session: Session, *, charge_id: UUID) -> tuple[UUID, ...]:
    """Return the returns of a charge that two people agreed to send to its card."""
    agreed = sa.select(CardReturn.id).where(
        CardReturn.charge_id == charge_id, CardReturn.state == ReturnState.APPROVED, CardReturn.way == Way.CARD
    )
    return tuple(session.scalars(agreed.order_by(CardReturn.id)))


def allowance_key(cause: UUID | str) -> str:
    """Return the key of the refund that is made for a cause."""
    return f"allowance:{cause}"


def _standing(refund: RefundState, sent_on: ReturnState | None) -> RefundStanding:
    if refund is RefundState.FAILED:
        return RefundStanding.RETURNED if sent_on is ReturnState.SETTLED else RefundStanding.RETURN_DUE
    return RefundStanding.ASKED if refund is RefundState.ASKED else RefundStanding.REFUNDED


def _rows() -> sa.Select[CardReturn, CardCharge]:
    return sa.select(CardReturn, CardCharge).join(CardCharge, CardCharge.id == CardReturn.charge_id)


def _row(found: CardReturn, charge: CardCharge) -> CardReturnRow:
    return CardReturnRow(
        id=found.id,
        reference=found.reference,
        charge_id=found.charge_id,
        subject=Subject(charge.subject_kind, charge.subject_id),
        amount=Money(found.amount_minor, found.currency),
        state=found.state,
        way=found.way,
        attempt=found.attempt,
        approved_by=tuple(person for person in (found.first_by, found.second_by) if person),
        bank_reference=found.bank_reference,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )
