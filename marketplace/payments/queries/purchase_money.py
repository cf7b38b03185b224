"""What of a merchant's purchases the trading company has paid: payouts are of a balance, the oldest due goes first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import ledger
from marketplace.payments.queries.payments import MilestoneRow, TermsRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.standing import Bill
from marketplace.payments.rules.terms import SubjectKind

_PURCHASE: Final = (
    PaymentTerms.subject_id == Milestone.subject_id,
    PaymentTerms.subject_kind == Milestone.subject_kind,
    Milestone.subject_kind == SubjectKind.PURCHASE,
    Milestone.state == MilestoneState.RELEASED,
)


@dataclass(frozen=True, slots=True)
class PaidPurchase:
    """A purchase's milestones as its merchant sees them, due until a payout is settled; and what is owed of them."""

    milestones: tuple[MilestoneRow, ...]
    owed: tuple[Bill, ...]


def as_paid(session: Session, *, terms: TermsRow, milestones: Sequence[MilestoneRow]) -> PaidPurchase:
    """Tell of each share that fell due whether a payout has paid it; shares of other subjects are left as they are."""
    left = _left(session, terms)
    rows = tuple(replace(row, state=_state(row, left[row.id])) if row.id in left else row for row in milestones)
    owed = tuple(Bill(row.event, left[row.id], row.due_at) for row in milestones if row.id in left)
    return PaidPurchase(rows, owed)


def _state(row: MilestoneRow, left: Money) -> MilestoneState:
    if not left:
        return MilestoneState.PAID
    return MilestoneState.DUE if left == row.amount else MilestoneState.PART_PAID


def _left(session: Session, terms: TermsRow) -> dict[UUID, Money]:
    """Return what is still to be paid of each share of a purchase that fell due: of all that are owed, the newest."""
    unpaid = _unpaid(session, terms.payee_id, terms.amount.currency)
    newest_first = (Milestone.due_at.desc(), Milestone.id.desc())
    upto = sa.func.sum(Milestone.amount_minor).over(order_by=newest_first, rows=(None, 0)).label("upto")
    due = (
        sa.select(Milestone.id, Milestone.subject_id, Milestone.amount_minor, upto)
        .join(PaymentTerms, sa.and_(*_PURCHASE))
        .where(PaymentTerms.payee_id == terms.payee_id, Milestone.currency == terms.amount.currency)
        .subquery()
    )
    found = session.execute(
        sa.select(due.c.id, due.c.amount_minor, due.c.upto).where(due.c.subject_id == terms.subject.id)
    )
    return {
        row.id: Money(max(0, min(row.amount_minor, unpaid - int(row.upto) + row.amount_minor)), terms.amount.currency)
        for row in found
    }


def _unpaid(session: Session, merchant_id: UUID, currency: str) -> int:
    """Return what the trading company owes a merchant, also what is on its way and not settled."""
    owed = -ledger.balance(session, account=AccountRef(AccountKind.TRADE_PAYABLE, merchant_id, currency)).minor
    on_the_way = sa.select(sa.func.coalesce(sa.func.sum(Payout.amount_minor), 0)).where(
        Payout.company_id == merchant_id,
        Payout.currency == currency,
        Payout.source == AccountKind.TRADE_PAYABLE,
        Payout.state == PayoutState.SENT,
    )
    return max(0, owed + int(session.scalars(on_the_way).one()))
