"""What must hold of the money after every step, asked of the books themselves."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.models import OrderLine
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.rules.ledger import CASH, AccountKind
from marketplace.payments.rules.terms import Mode, SubjectKind
from marketplace.stripe_double.double import Double


def broken(session: Session) -> list[str]:
    """Return what does not hold; quick enough to be asked after each step."""
    return [
        *_unbalanced(session),
        *_cash_of_direct(session),
        *_below_nothing(session),
        *_shares_of_lines(session),
        *_charges(session),
    ]


def _unbalanced(session: Session) -> list[str]:
    sums = sa.select(LedgerEntry.currency, sa.func.sum(LedgerEntry.minor)).group_by(LedgerEntry.currency)
    return [f"the books are off by {minor} {currency}" for currency, minor in session.execute(sums) if minor]


def _cash_of_direct(session: Session) -> list[str]:
    """No payment of a direct order or freight contract moves money of the city or its provider."""
    same = sa.and_(
        PaymentTerms.subject_id == LedgerTransfer.subject_id, PaymentTerms.subject_kind == LedgerTransfer.subject_kind
    )
    found = session.scalars(
        sa.select(LedgerTransfer.key)
        .join(PaymentTerms, same)
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(PaymentTerms.mode == Mode.DIRECT, LedgerAccount.kind.in_(CASH))
    )
    return [f"{key} moves cash of a direct deal" for key in found]


def _below_nothing(session: Session) -> list[str]:
    """What is held for a subject, or on its way to a bank, is never less than nothing."""
    balance = sa.func.sum(LedgerEntry.minor)
    found = session.execute(
        sa.select(LedgerAccount.key, balance)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind.in_((AccountKind.HELD, AccountKind.PAYOUT_IN_TRANSIT)))
        .group_by(LedgerAccount.key)
        .having(balance > 0)
    )
    return [f"{key} is overdrawn by {minor}" for key, minor in found]


def _shares_of_lines(session: Session) -> list[str]:
    """The milestones of an order line add up to its price."""
    total = sa.func.sum(Milestone.amount_minor)
    found = session.execute(
        sa.select(OrderLine.id, OrderLine.amount_minor, total)
        .join(Milestone, sa.and_(Milestone.line_id == OrderLine.id, Milestone.subject_kind == SubjectKind.ORDER))
        .group_by(OrderLine.id, OrderLine.amount_minor)
        .having(total != OrderLine.amount_minor)
    )
    return [f"line {line_id} costs {price}, its milestones {shares}" for line_id, price, shares in found]


def _charges(session: Session) -> list[str]:
    """A payment by card has what its charge has; nobody is refunded more than was taken."""
    found = session.scalars(sa.select(CardCharge).where(CardCharge.refunded_minor > CardCharge.captured_minor))
    return [f"charge {one.key} gave back more than it took" for one in found]


def provider_agrees(session: Session, double: Double) -> list[str]:
    """Return where the provider's own figures differ from the books, once nothing is under way any more."""
    told: dict[str, int] = {}
    for intent in double.all("payment_intent"):
        currency = intent["currency"].upper()
        taken = intent.get("amount_received", 0)
        told[currency] = told.get(currency, 0) + taken
    for refund in double.all("refund"):
        if refund["status"] in ("succeeded", "pending"):
            currency = refund["currency"].upper()
            told[currency] = told.get(currency, 0) - refund["amount"]
    kept = sa.select(CardCharge.currency, sa.func.sum(CardCharge.captured_minor - CardCharge.refunded_minor))
    books = {row[0]: int(row[1]) for row in session.execute(kept.group_by(CardCharge.currency))}
    return [
        f"the provider has {told.get(code, 0)} {code}, the books say {books.get(code, 0)}"
        for code in told.keys() | books.keys()
        if told.get(code, 0) != books.get(code, 0)
    ]
