"""What must hold where the operator sells, and of payouts: two contracts in step, and books that say the same.

As in ``truths`` nothing here asks the product's own checks.
"""

from collections import Counter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Allowance, Payout
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms, TransferMatch, TransferWithdrawal
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.paying import UNPAID, MilestoneState
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import Rail, SubjectKind

_SALE, _PURCHASE = aliased(PaymentTerms), aliased(PaymentTerms)
_PAYABLE = (AccountKind.MERCHANT_PAYABLE, AccountKind.CARRIER_PAYABLE, AccountKind.TRADE_PAYABLE)
_GONE = (TransferKind.PAYOUT_SENT, TransferKind.PAYOUT_RETURNED, TransferKind.PLACEMENT_REVERSED)
_KEPT = (TransferKind.RECEIVABLE_BOOKED, TransferKind.RECEIVABLE_NETTED)
_WHOLE = 10_000
_AMONG = sa.bindparam("among", expanding=True, type_=sa.Uuid())
_PAIRS = sa.select(
    _SALE.subject_id.label("order"), _PURCHASE.subject_id.label("purchase"), _SALE.rail, _PURCHASE.margin_bp,
    _SALE.cancelled_at.label("sale_ended"), _PURCHASE.cancelled_at.label("purchase_ended"),
).join(
    _PURCHASE, sa.and_(_PURCHASE.sale_id == _SALE.subject_id, _SALE.subject_kind == SubjectKind.ORDER)
)  # fmt: skip
_PAIRS_AMONG = _PAIRS.where(
    sa.or_(*(one.in_(_AMONG) for one in (_SALE.subject_id, _PURCHASE.subject_id, _SALE.id, _PURCHASE.id)))
)
_MADE = (
    sa.select(
        Milestone.subject_id, Milestone.state, sa.func.sum(Milestone.amount_minor),
        sa.func.sum(Milestone.commission_minor),
    )
    .where(Milestone.subject_id.in_(_AMONG))
    .group_by(Milestone.subject_id, Milestone.state)
)  # fmt: skip
_PRICES = (
    sa.select(Milestone.subject_id, Milestone.line_id, sa.func.sum(Milestone.amount_minor))
    .where(Milestone.subject_id.in_(_AMONG))
    .group_by(Milestone.subject_id, Milestone.line_id)
)
_OFF = (
    sa.select(Allowance.subject_id, Allowance.line_id, sa.func.sum(Allowance.amount_minor), sa.func.count())
    .where(Allowance.subject_id.in_(_AMONG))
    .group_by(Allowance.subject_id, Allowance.line_id)
)


def two_contracts(session: Session, books: Any, which: set[UUID] | None) -> list[str]:
    """Of each sale that any of these ids is about, or of all: sale = purchase + margin, by line and in the books."""
    found = (session.execute(_PAIRS) if which is None else session.execute(_PAIRS_AMONG, {"among": list(which)})).all()
    if not found:
        return []
    balances = {kind: books.balances(kind) for kind in _BOOKED}
    subjects = [one for row in found for one in (row.order, row.purchase)]
    shares, left = _shares(session, subjects), _left(session, subjects)
    wrong: list[str] = []
    for row in found:
        if (row.sale_ended is None) is not (row.purchase_ended is None):
            wrong.append(f"order {row.order}: sale and purchase did not end together")
        wrong += _lines(row, left)
        if shares[row.order, "commission"]:
            wrong.append(f"order {row.order}: the trading company is charged a commission")
        bought = balances[AccountKind.TRADE_PURCHASES].get(row.purchase, 0)
        if bought != shares[row.purchase, "released"]:
            wrong.append(f"order {row.order}: {bought} bought, {shares[row.purchase, 'released']} fell due")
    by_bank = [row.order for row in found if row.rail is Rail.BANK]
    return wrong + _sold_by_bank(session, balances, by_bank) + _sold_by_card(session, balances, found)


_BOOKED = (
    AccountKind.TRADE_SALES, AccountKind.TRADE_PURCHASES, AccountKind.TRADE_RECEIVABLE, AccountKind.TRADE_REFUND,
)  # fmt: skip


def _shares(session: Session, subjects: list[UUID]) -> Counter[tuple[UUID, str]]:
    """Return what milestones of subjects make: released, and commission."""
    found = Counter[tuple[UUID, str]]()
    for subject_id, state, amount, commission in session.execute(_MADE, {"among": subjects}):
        found[subject_id, "commission"] += int(commission)
        if state is MilestoneState.RELEASED:
            found[subject_id, "released"] += int(amount)
    return found


def _left(session: Session, subjects: list[UUID]) -> dict[UUID, dict[UUID, tuple[int, int]]]:
    """Return by subject and line what is left of its price, and how often something was let off."""
    off = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in session.execute(_OFF, {"among": subjects})}
    found: dict[UUID, dict[UUID, tuple[int, int]]] = {}
    for subject_id, line_id, price in session.execute(_PRICES, {"among": subjects}):
        minor, times = off.get((subject_id, line_id), (0, 0))
        found.setdefault(subject_id, {})[line_id] = (int(price) - minor, times)
    return found


def _lines(row: Any, left: dict[UUID, dict[UUID, tuple[int, int]]]) -> list[str]:
    """A line is bought for what it is sold for less the margin, but for what rounding makes of each change."""
    sold, bought = left.get(row.order, {}), left.get(row.purchase, {})
    if sold.keys() != bought.keys():
        return [f"order {row.order}: sold are {sorted(sold)}, bought {sorted(bought)}"]
    wrong: list[str] = []
    for line_id, (sale, times) in sold.items():
        purchase = bought[line_id][0]
        off = abs(purchase * _WHOLE - sale * (_WHOLE - row.margin_bp))
        if not 0 <= purchase <= sale or (sale == 0 and purchase) or off > (times + 2) * _WHOLE:
            wrong.append(f"order {row.order}: line {line_id} is sold for {sale}, bought for {purchase}")
    return wrong


def _sold_by_bank(session: Session, balances: Any, orders: list[UUID]) -> list[str]:
    """Sold = what came + what banks kept + what is open - all that was ever owed back."""
    if not orders:
        return []
    said = Counter[UUID]()
    open_parts = Counter[UUID]()
    for payment in session.scalars(sa.select(Payment).where(Payment.subject_id.in_(orders))):
        is_open = payment.state in UNPAID
        open_parts[payment.subject_id] += payment.amount_minor - payment.paid_minor if is_open else 0
        said[payment.subject_id] += payment.charges_minor
    came = (
        sa.select(Payment.subject_id, sa.func.sum(TransferMatch.minor))
        .join(TransferMatch, TransferMatch.payment_id == Payment.id)
        .where(
            Payment.subject_id.in_(orders),
            TransferMatch.transfer_id.not_in(sa.select(TransferWithdrawal.transfer_id)),
        )
        .group_by(Payment.subject_id)
    )
    for order, minor in session.execute(came):
        said[order] += int(minor)
    # The fee of an inspection is owed by others.
    back = (
        sa.select(LedgerAccount.subject_id, LedgerTransfer.kind, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(
            LedgerAccount.subject_id.in_(orders),
            LedgerAccount.kind == AccountKind.RETURN_PAYEE,
            LedgerAccount.owner_id.in_(sa.select(_SALE.payee_id).where(_SALE.subject_id.in_(orders))),
        )
        .group_by(LedgerAccount.subject_id, LedgerTransfer.kind)
    )
    owed_back, unsent = Counter[UUID](), Counter[UUID]()
    for order, kind, minor in session.execute(back):
        unsent[order] += int(minor)
        owed_back[order] -= 0 if kind is TransferKind.RETURN_MADE else int(minor)
    wrong: list[str] = []
    for order in orders:
        sold = said[order] + open_parts[order] - owed_back[order]
        figures = {
            AccountKind.TRADE_SALES: -sold,
            AccountKind.TRADE_RECEIVABLE: open_parts[order],
            AccountKind.TRADE_REFUND: unsent[order],
        }
        wrong += [
            f"order {order}: {kind} is {balances[kind].get(order, 0)}, should be {minor}"
            for kind, minor in figures.items()
            if balances[kind].get(order, 0) != minor
        ]
    return wrong


def _sold_by_card(session: Session, balances: Any, found: Any) -> list[str]:
    """Sold by card is what milestones released."""
    orders = [row.order for row in found if row.rail is Rail.CARD]
    released = _shares(session, orders) if orders else Counter[tuple[UUID, str]]()
    return [
        f"order {order}: {-sold} sold by card, {released[order, 'released']} released"
        for order in orders
        if -(sold := balances[AccountKind.TRADE_SALES].get(order, 0)) != released[order, "released"]
    ]


def payouts_agree(session: Session, books: Any) -> list[str]:
    """What left what is payable is what payouts say; what merchants are owed for purchases is what was not paid."""
    paid, sent = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for row in session.execute(
        sa.select(Payout.source, Payout.company_id, Payout.currency, Payout.state, Payout.amount_minor).where(
            Payout.state.in_((PayoutState.SENT, PayoutState.SETTLED))
        ),
    ):
        paid[row.source, row.company_id, row.currency] += row.amount_minor
        sent[row.company_id, row.currency] += row.amount_minor if row.state is PayoutState.SENT else 0
    moved = {True: Counter[tuple[Any, ...]](), False: Counter[tuple[Any, ...]]()}
    for row in session.execute(
        sa.select(
            LedgerAccount.kind,
            LedgerAccount.owner_id,
            LedgerAccount.currency,
            LedgerTransfer.kind.label("why"),
            sa.func.sum(LedgerEntry.minor).label("minor"),
        )
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(LedgerAccount.kind.in_(_PAYABLE), LedgerTransfer.kind.in_((*_GONE, *_KEPT)))
        .group_by(LedgerAccount.kind, LedgerAccount.owner_id, LedgerAccount.currency, LedgerTransfer.kind)
    ):
        moved[row.why in _GONE][row.kind, row.owner_id, row.currency] += int(row.minor)
    gone = moved[True]
    wrong = [
        f"{key} has sent {gone[key]}, its payouts make {paid[key]}"
        for key in gone.keys() | paid.keys()
        if gone[key] != paid[key]
    ]
    transit = books.balances(AccountKind.PAYOUT_IN_TRANSIT)
    wrong += [
        f"{key} has {-transit.get(key, 0)} under way, its payouts make {sent[key]}"
        for key in transit.keys() | sent.keys()
        if -transit.get(key, 0) != sent[key]
    ]
    purchases = books.balances(AccountKind.TRADE_PURCHASES)
    owed = Counter[tuple[Any, ...]]()
    bought = sa.select(_PURCHASE.subject_id, _PURCHASE.payee_id, _PURCHASE.currency)
    for row in session.execute(bought.where(_PURCHASE.subject_kind == SubjectKind.PURCHASE)):
        owed[row.payee_id, row.currency] += purchases.get(row.subject_id, 0)
    payable = books.balances(AccountKind.TRADE_PAYABLE)
    for company_id, currency in owed.keys() | payable.keys():
        key = (AccountKind.TRADE_PAYABLE, company_id, currency)
        should = owed[company_id, currency] - paid[key] - moved[False][key]
        if -payable.get((company_id, currency), 0) != should:
            wrong.append(f"{company_id} is owed {should} {currency} for purchases, the books {payable}")
    return wrong
