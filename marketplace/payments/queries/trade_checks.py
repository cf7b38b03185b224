"""Where the operator sells: purchase and sale stay in step, and its books say what buyers and merchants are owed."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.kernel.checks import Promise
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind

_SALE, _PURCHASE = aliased(PaymentTerms), aliased(PaymentTerms)
_SOLD, _BOUGHT = aliased(Milestone), aliased(Milestone)


def _alone() -> sa.Select[UUID]:
    """Find sales of the trading company without a purchase, and purchases that are sold on by none."""
    behind = sa.exists().where(_PURCHASE.sale_id == _SALE.subject_id)
    sold = sa.exists().where(
        _SALE.subject_id == _PURCHASE.sale_id,
        _SALE.subject_kind == SubjectKind.ORDER,
        _SALE.mode == Mode.OPERATOR_SELLS,
        _SALE.payee_id == _PURCHASE.payer_id,
        _SALE.currency == _PURCHASE.currency,
    )
    sales = sa.select(_SALE.id).where(
        _SALE.mode == Mode.OPERATOR_SELLS, _SALE.subject_kind == SubjectKind.ORDER, ~behind
    )
    purchases = sa.select(_PURCHASE.id).where(_PURCHASE.subject_kind == SubjectKind.PURCHASE, ~sold)
    found = sa.union(sales, purchases).subquery()
    return sa.select(found.c.id)


def _out_of_step() -> sa.Select[UUID]:
    """Find lines of which more is bought than sold, or that only one side ended."""
    sold, bought = (
        _left(SubjectKind.ORDER, _SALE.subject_id, _BOUGHT.line_id),
        _left(SubjectKind.PURCHASE, _PURCHASE.subject_id, _BOUGHT.line_id),
    )
    ended = _SALE.cancelled_at.is_not(None) != _PURCHASE.cancelled_at.is_not(None)
    return (
        sa.select(_BOUGHT.line_id)
        .join(
            _PURCHASE,
            sa.and_(_PURCHASE.subject_id == _BOUGHT.subject_id, _PURCHASE.subject_kind == SubjectKind.PURCHASE),
        )
        .join(_SALE, sa.and_(_SALE.subject_id == _PURCHASE.sale_id, _SALE.subject_kind == SubjectKind.ORDER))
        .where(sa.or_(bought < 0, bought > sold, sa.and_(sold == 0, bought != 0), ended))
        .distinct()
    )


def _left(kind: SubjectKind, subject_id: Any, line_id: Any) -> Any:
    """Return what is left of a line's amount on one side."""
    shares = (
        sa.select(sa.func.coalesce(sa.func.sum(_SOLD.amount_minor), 0))
        .where(_SOLD.subject_kind == kind, _SOLD.subject_id == subject_id, _SOLD.line_id == line_id)
        .scalar_subquery()
    )
    gone = (
        sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0))
        .where(Allowance.subject_kind == kind, Allowance.subject_id == subject_id, Allowance.line_id == line_id)
        .scalar_subquery()
    )
    return shares - gone


def _purchases() -> sa.Select[UUID]:
    """Find purchases of which the books say something else than what fell due and was not taken back."""
    due = (
        sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0))
        .where(Milestone.subject_id == PaymentTerms.subject_id, Milestone.state == MilestoneState.RELEASED)
        .scalar_subquery()
    )
    return sa.select(PaymentTerms.id).where(
        PaymentTerms.subject_kind == SubjectKind.PURCHASE, _balance(AccountKind.TRADE_PURCHASES) != due
    )


def _receivables() -> sa.Select[UUID]:
    """Find sales by bank of which the books say something else than what buyer and trading company owe each other."""
    owed = _balance(AccountKind.TRADE_RECEIVABLE) != _balance(AccountKind.OBLIGATION_PAYEE)
    # What others owe each other for a sale, as the fee of an inspection, is not the trading company's.
    back = _balance(AccountKind.TRADE_REFUND) != _balance(AccountKind.RETURN_PAYEE, owner=PaymentTerms.payee_id)
    return sa.select(PaymentTerms.id).where(
        PaymentTerms.mode == Mode.OPERATOR_SELLS,
        PaymentTerms.subject_kind == SubjectKind.ORDER,
        PaymentTerms.rail == Rail.BANK,
        sa.or_(owed, back),
    )


def _balance(kind: AccountKind, *, owner: Any = None) -> Any:
    of_owner = sa.true() if owner is None else LedgerAccount.owner_id == owner
    return (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.subject_id == PaymentTerms.subject_id, LedgerAccount.kind == kind, of_owner)
        .correlate(PaymentTerms)
        .scalar_subquery()
    )


PROMISES: Final = (
    Promise("payment_terms", "sale and purchase of the trading company are not two", _alone),
    Promise("order_line", "is bought for more than it is sold for", _out_of_step),
    Promise("payment_terms", "the books bought something else than fell due", _purchases),
    Promise("payment_terms", "the trading company's books are not what its buyer owes", _receivables),
)
