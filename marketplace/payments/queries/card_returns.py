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
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import cards, disputes, ledger, payments
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.card_returns import OPEN, ReturnState, Way, refund_key
from marketplace.payments.rules.cards import RefundState
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Rail, Subject


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
    account: PayeeAccount | None
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
            PaymentTerms.rail == Rail.CARD,
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


def left_of(session: Session, *, charge: ChargeRow) -> Money:
    """Return how much of a charge may still go back: neither back already, nor on its way, nor another's by now.

    Once a dispute was lost, what is held for milestones is the payee's until something of it is let off, or its subject
    ends.
    """
    currency = charge.captured.currency
    sums = {state: Money.zero(currency) for state in RefundState}
    for one in cards.refunds_of(session, charge_id=charge.id):
        sums[one.state] += one.amount
    lost = disputes.lost(session, charge_id=charge.id)
    gone = Money(cards.sent_by_bank(session, charge_id=charge.id) + lost, currency)
    there = charge.captured - sums[RefundState.DONE] - gone
    if not lost:
        return max(there - sums[RefundState.ASKED], Money.zero(currency))
    account = AccountRef(AccountKind.HELD, None, currency, charge.subject)
    held = -ledger.balance(session, account=account)
    if not payments.is_cancelled(session, subject=charge.subject):
        waiting = sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0)).where(
            Milestone.subject_kind == charge.subject.kind,
            Milestone.subject_id == charge.subject.id,
            Milestone.state == MilestoneState.HELD,
        )
        held -= Money(int(session.scalars(waiting).one()), currency)
    there = min(there, held)
    return max(there - sums[RefundState.ASKED], Money.zero(currency))


def unpromised(session: Session, *, charge: ChargeRow) -> Money:
    """Return how much of a charge may still go back beside what people send back of refunds that failed."""
    asked = {one.key for one in cards.refunds_of(session, charge_id=charge.id)}
    left = left_of(session, charge=charge)
    opened = sa.select(CardReturn).where(CardReturn.charge_id == charge.id, CardReturn.state.in_(OPEN))
    for row in session.scalars(opened):
        if refund_key(row.id, row.attempt) not in asked:
            left -= Money(row.amount_minor, row.currency)
    return max(left, Money.zero(left.currency))


def why_of(session: Session, *, cause_id: UUID) -> Why:
    """Return why something was let off; of before that was kept it is a claim, as its refund said then."""
    return session.scalars(sa.select(Allowance.why).where(Allowance.cause_id == cause_id)).one_or_none() or Why.CLAIM


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
        is_over = sent_on in (ReturnState.SETTLED, ReturnState.COVERED)
        return RefundStanding.RETURNED if is_over else RefundStanding.RETURN_DUE
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
        account=PayeeAccount(**found.account) if found.account else None,
        bank_reference=found.bank_reference,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )
