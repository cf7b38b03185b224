"""What must hold of the money: after each step of what it touched, and from time to time of everything, reckoned anew.

Nothing here asks the product's own checks: sums are taken from the rows themselves.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.orders.models import LinePart, Order, OrderLine
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms, TransferMatch, TransferWithdrawal
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.cards import RefundState
from marketplace.payments.rules.ledger import CASH, AccountKind, TransferKind
from marketplace.payments.rules.paying import UNPAID, MilestoneState, PaymentState
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind
from marketplace.stripe_double.double import Double
from tests.integration.model import trade_truths

_NOTHING = UUID(int=0)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Of a liability there is never more gone than came, of an asset never less than nothing.
_CREDITS = (
    AccountKind.HELD,
    AccountKind.PAYOUT_IN_TRANSIT,
    AccountKind.MERCHANT_PAYABLE,
    AccountKind.CARRIER_PAYABLE,
    AccountKind.TRADE_PAYABLE,
    AccountKind.TRADE_REFUND,
)
_DEBITS = (
    AccountKind.DISPUTED,
    AccountKind.MERCHANT_RECEIVABLE,
    AccountKind.OBLIGATION_PAYEE,
    AccountKind.RETURN_PAYER,
    AccountKind.TRADE_RECEIVABLE,
    AccountKind.TRADE_PURCHASES,
)
_RELEASES = (TransferKind.RELEASED, TransferKind.RELEASE_REVERSED)
_SINCE = sa.bindparam("since", type_=sa.Uuid())
_AMONG = sa.bindparam("among", expanding=True, type_=sa.Uuid())
# Asked after each step, and so written once.
_ENTRIES = (
    sa.select(
        LedgerTransfer.id, LedgerTransfer.key, LedgerTransfer.subject_id, LedgerTransfer.payment_id,
        LedgerEntry.account_id, LedgerEntry.currency, LedgerEntry.minor,
    )
    .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
    .where(LedgerTransfer.id > _SINCE)
    .order_by(LedgerTransfer.id)
)  # fmt: skip
_ROWS = sa.select(AuditRow.id, AuditRow.subject_id).where(AuditRow.id > _SINCE).order_by(AuditRow.id)
_ORDERS = sa.union_all(
    sa.select(sa.true().label("is_order"), Order.id.label("subject_id")).where(Order.id.in_(_AMONG)),
    sa.select(sa.true(), OrderLine.order_id).where(OrderLine.id.in_(_AMONG)),
    sa.select(sa.false(), Payment.subject_id).where(Payment.id.in_(_AMONG)),
).subquery()
_CONCERNED = sa.select(_ORDERS.c.is_order, _ORDERS.c.subject_id)
_SHARES_OF = sa.func.sum(Milestone.amount_minor)
_LINES = (
    sa.select(OrderLine.id, OrderLine.amount_minor, _SHARES_OF)
    .join(Milestone, sa.and_(Milestone.line_id == OrderLine.id, Milestone.subject_kind == SubjectKind.ORDER))
    .group_by(OrderLine.id, OrderLine.amount_minor)
    .having(OrderLine.amount_minor != _SHARES_OF)
)
_UNITS = sa.func.coalesce(sa.func.sum(LinePart.quantity), 0)
_PARTS = (
    sa.select(OrderLine.id, OrderLine.quantity, _UNITS)
    .outerjoin(LinePart, LinePart.line_id == OrderLine.id)
    .group_by(OrderLine.id, OrderLine.quantity)
    .having(OrderLine.quantity != _UNITS)
)
_CHARGES = sa.select(CardCharge.key).where(
    sa.or_(
        CardCharge.refunded_minor < 0,
        CardCharge.refunded_minor > CardCharge.captured_minor,
        CardCharge.captured_minor > CardCharge.authorised_minor,
        CardCharge.captured_minor > CardCharge.amount_minor,
    )
)
_LINES_AMONG, _PARTS_AMONG = (one.where(OrderLine.order_id.in_(_AMONG)) for one in (_LINES, _PARTS))
_CHARGES_AMONG = _CHARGES.where(CardCharge.subject_id.in_(_AMONG))


class Books:
    """The balances as the model keeps them itself, entry by entry, beside those of the city."""

    def __init__(self) -> None:
        """Begin before the first entry."""
        self._balances = Counter[UUID]()
        self._accounts: dict[UUID, Any] = {}
        self._by_kind: dict[AccountKind, Counter[Any]] = {}
        self._modes: dict[UUID, Mode] = {}
        self._last_transfer = _NOTHING
        self._last_row = _NOTHING

    def after_step(self, session: Session) -> list[str]:
        """Return what does not hold of what happened since the last time."""
        touched = self._touched(session)
        entries = session.execute(_ENTRIES, {"since": self._last_transfer}).all()
        if entries:
            self._last_transfer = entries[-1].id
        self._learn(session, entries)
        touched |= {entry.subject_id for entry in entries if entry.subject_id}
        accounts = [self._accounts[account_id] for account_id in {entry.account_id for entry in entries}]
        touched |= {account.subject_id for account in accounts} - {None}
        if not touched:
            return []
        held = {account.subject_id for account in accounts if account.kind is AccountKind.HELD}
        payments = {entry.payment_id for entry in entries if entry.payment_id} | touched
        return [
            *self._new_entries(session, entries),
            *self._overdrawn({account.id for account in accounts}),
            *_of_orders(session, touched),
            *(_held_and_released(session, self.balances(AccountKind.HELD), held) if held else ()),
            *_by_bank(session, payments),
            *trade_truths.two_contracts(session, self, touched),
        ]

    def all_of(self, session: Session) -> list[str]:
        """Return what does not hold of everything."""
        sums = session.execute(
            sa.select(LedgerEntry.account_id, sa.func.sum(LedgerEntry.minor)).group_by(LedgerEntry.account_id)
        )
        theirs = {account_id: int(minor) for account_id, minor in sums}
        ours = dict(self._balances)
        differing = [key for key in theirs.keys() | ours.keys() if theirs.get(key, 0) != ours.get(key, 0)]
        totals = Counter[str]()
        for account_id, minor in theirs.items():
            totals[self._accounts[account_id].currency] += minor
        return [
            *(
                f"{self._accounts[key].key} has {theirs.get(key)}, its entries make {ours.get(key)}"
                for key in differing
            ),
            *(f"the books are off by {minor} {currency}" for currency, minor in totals.items() if minor),
            *self._overdrawn(self._accounts),
            *_of_orders(session, None),
            *_held_and_released(session, self.balances(AccountKind.HELD), None),
            *_by_bank(session, None),
            *trade_truths.two_contracts(session, self, None),
            *trade_truths.payouts_agree(session, self),
        ]

    def balances(self, kind: AccountKind) -> Mapping[Any, int]:
        """Return the balances of a kind of account, by subject where it has one, else by owner and currency."""
        return self._by_kind.get(kind, {})

    def totals(self) -> dict[tuple[AccountKind, str], int]:
        """Return the sums by kind of account and currency."""
        found = Counter[tuple[AccountKind, str]]()
        for account_id, minor in self._balances.items():
            account = self._accounts[account_id]
            found[account.kind, account.currency] += minor
        return dict(found)

    def owned_by(self, company_id: UUID, currency: str) -> dict[AccountKind, int]:
        """Return what a company's accounts in a currency have, by kind."""
        found = Counter[AccountKind]()
        for account_id, minor in self._balances.items():
            account = self._accounts[account_id]
            if (account.owner_id, account.currency) == (company_id, currency):
                found[account.kind] += minor
        return dict(found)

    def _touched(self, session: Session) -> set[UUID]:
        rows = session.execute(_ROWS, {"since": self._last_row}).all()
        if rows:
            self._last_row = rows[-1].id
        return {row.subject_id for row in rows}

    def _learn(self, session: Session, entries: Sequence[Any]) -> None:
        new = {entry.account_id for entry in entries} - self._accounts.keys()
        if new:
            for account in session.scalars(sa.select(LedgerAccount).where(LedgerAccount.id.in_(new))):
                session.expunge(account)
                self._accounts[account.id] = account
        for entry in entries:
            self._balances[entry.account_id] += entry.minor
            account = self._accounts[entry.account_id]
            same = self._by_kind.setdefault(account.kind, Counter())
            same[account.subject_id or (account.owner_id, account.currency)] += entry.minor

    def _new_entries(self, session: Session, entries: Sequence[Any]) -> list[str]:
        sums = Counter[tuple[str, str]]()
        wrong: list[str] = []
        for entry in entries:
            account = self._accounts[entry.account_id]
            sums[entry.key, entry.currency] += entry.minor
            if entry.currency != account.currency:
                wrong.append(f"{entry.key} moves {entry.currency} on {account.key}")
            subjects = {entry.subject_id, account.subject_id} - {None}
            if account.kind in CASH and Mode.DIRECT in {self._mode(session, one) for one in subjects}:
                wrong.append(f"{entry.key} moves cash of a direct deal")
        return wrong + [f"{key} is off by {minor} {currency}" for (key, currency), minor in sums.items() if minor]

    def _mode(self, session: Session, subject_id: UUID) -> Mode | None:
        if subject_id not in self._modes:
            found = session.scalar(sa.select(PaymentTerms.mode).where(PaymentTerms.subject_id == subject_id))
            if found is None:  # not placed yet
                return None
            self._modes[subject_id] = found
        return self._modes[subject_id]

    def _overdrawn(self, account_ids: Iterable[UUID]) -> list[str]:
        wrong: list[str] = []
        for account_id in account_ids:
            account, minor = self._accounts[account_id], self._balances[account_id]
            if (account.kind in _CREDITS and minor > 0) or (account.kind in _DEBITS and minor < 0):
                wrong.append(f"{account.key} is overdrawn by {abs(minor)}")
        return wrong


def _of_orders(session: Session, touched: set[UUID] | None) -> list[str]:
    """Look at orders, those that any of these ids is about, or all."""
    if touched is None:
        return [*_lines(session, None), *_parts(session, None), *_charges(session, None)]
    found = session.execute(_CONCERNED, {"among": list(touched)}).all()
    wrong = _charges(session, {row.subject_id for row in found} | touched)
    if orders := {row.subject_id for row in found if row.is_order}:
        wrong += _lines(session, orders) + _parts(session, orders)
    return wrong


def _asked(session: Session, everything: Any, among: Any, which: set[UUID] | None) -> Any:
    return session.execute(everything) if which is None else session.execute(among, {"among": list(which)})


def _lines(session: Session, which: set[UUID] | None) -> list[str]:
    """The milestones of an order line add up to its price."""
    found = _asked(session, _LINES, _LINES_AMONG, which)
    return [f"line {line_id} costs {price}, its milestones {shares}" for line_id, price, shares in found]


def _parts(session: Session, which: set[UUID] | None) -> list[str]:
    """The parts of an order line add up to what was ordered."""
    found = _asked(session, _PARTS, _PARTS_AMONG, which)
    return [f"line {line_id} has {ordered} units, its parts {units}" for line_id, ordered, units in found]


def _charges(session: Session, which: set[UUID] | None) -> list[str]:
    """Nobody is refunded more than was taken, and no more is taken than was reserved."""
    found = _asked(session, _CHARGES, _CHARGES_AMONG, which)
    return [f"charge {key} gave back or took too much" for key in found.scalars()]


def _held_and_released(session: Session, held: Mapping[Any, int], which: set[UUID] | None) -> list[str]:
    """Of each subject paid to a provider: paid - gone back by card, by bank or in disputes = held + released."""
    of_charges = sa.true() if which is None else CardCharge.subject_id.in_(which)
    paid, gone, wrong = Counter[UUID](), Counter[UUID](), list[str]()
    sums = sa.select(CardCharge.subject_id, CardCharge.captured_minor, CardCharge.refunded_minor)
    for charge in session.execute(sums.where(of_charges)):
        paid[charge.subject_id] += charge.captured_minor
        gone[charge.subject_id] += charge.refunded_minor
    refunds = sa.select(CardCharge.subject_id, CardCharge.refunded_minor, sa.func.sum(CardRefund.amount_minor)).join(
        CardRefund, sa.and_(CardRefund.charge_id == CardCharge.id, CardRefund.state == RefundState.DONE)
    )
    for subject_id, said, made in session.execute(refunds.where(of_charges).group_by(CardCharge.id)):
        if said != made:
            wrong.append(f"{subject_id}: {said} refunded, its refunds make {made}")
    is_by_bank = sa.and_(
        CardReturn.charge_id == CardCharge.id, CardReturn.state == ReturnState.SETTLED, CardReturn.way == Way.BANK
    )
    for amount, has in (
        (CardReturn.amount_minor, is_by_bank),
        (CardDispute.taken_minor, CardDispute.charge_id == CardCharge.id),
    ):
        others = sa.select(CardCharge.subject_id, sa.func.sum(amount)).join(amount.class_, has)
        for subject_id, minor in session.execute(others.where(of_charges).group_by(CardCharge.subject_id)):
            gone[subject_id] += int(minor)
    released, shares = _released(session, which), _shares(session, which)
    for subject_id in which or (paid.keys() | held.keys()):
        left = paid[subject_id] - gone[subject_id]
        there, out = -held.get(subject_id, 0), released[subject_id]
        if left != there + out:
            wrong.append(f"{subject_id}: {left} is left of what was paid, {there} held and {out} released")
        for state, in_books in ((MilestoneState.RELEASED, out), (MilestoneState.HELD, there)):
            if (shown := shares[subject_id, state]) > in_books:
                wrong.append(f"{subject_id}: its milestones say that {shown} is {state}, the books {in_books}")
    return wrong


def _released(session: Session, which: set[UUID] | None) -> Counter[UUID]:
    """Return by subject how much of what was held the books say is released."""
    found = session.execute(
        sa.select(LedgerAccount.subject_id, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(LedgerAccount.kind == AccountKind.HELD, LedgerTransfer.kind.in_(_RELEASES))
        .where(sa.true() if which is None else LedgerAccount.subject_id.in_(which))
        .group_by(LedgerAccount.subject_id),
    )
    return Counter({subject_id: int(minor) for subject_id, minor in found})


def _shares(session: Session, which: set[UUID] | None) -> Counter[tuple[UUID, MilestoneState]]:
    """Return by subject how much of it its milestones say is held, and how much is released."""
    found = session.execute(
        sa.select(Milestone.subject_id, Milestone.state, sa.func.sum(Milestone.amount_minor))
        .where(Milestone.state.in_((MilestoneState.RELEASED, MilestoneState.HELD)))
        .where(sa.true() if which is None else Milestone.subject_id.in_(which))
        .group_by(Milestone.subject_id, Milestone.state),
    )
    return Counter({(subject_id, state): int(minor) for subject_id, state, minor in found})


def _by_bank(session: Session, which: set[UUID] | None) -> list[str]:
    """Of each payment by bank: what came is what the receipts that count say; payer and payee see the same open."""
    wanted = sa.select(Payment).where(Payment.rail == Rail.BANK)
    payments = list(session.scalars(wanted if which is None else wanted.where(Payment.id.in_(which))))
    if not payments:
        return []
    of_matches = sa.true() if which is None else TransferMatch.payment_id.in_(which)
    came = dict(
        session.execute(
            sa.select(TransferMatch.payment_id, sa.func.sum(TransferMatch.minor))
            .where(of_matches, TransferMatch.transfer_id.not_in(sa.select(TransferWithdrawal.transfer_id)))
            .group_by(TransferMatch.payment_id),
        ).all()
    )
    sides = (AccountKind.OBLIGATION_PAYEE, AccountKind.OBLIGATION_PAYER)
    rows = session.execute(
        sa.select(LedgerTransfer.payment_id, LedgerAccount.kind, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.kind.in_(sides))
        .where(sa.true() if which is None else LedgerTransfer.payment_id.in_(which))
        .group_by(LedgerTransfer.payment_id, LedgerAccount.kind),
    )
    open_of = {(payment_id, kind): int(minor) for payment_id, kind, minor in rows}
    wrong: list[str] = []
    for payment in payments:
        received = int(came.get(payment.id, 0))
        left = payment.amount_minor - payment.paid_minor if payment.state in UNPAID else 0
        owed, owing = (open_of.get((payment.id, kind), 0) for kind in sides)
        if received != payment.paid_minor:
            wrong.append(f"payment {payment.reference} says {payment.paid_minor}, {received} came")
        if (owed, owing) != (left, -left):
            wrong.append(f"payment {payment.reference} has {left} open, its books {owed} and {owing}")
        settled = payment.amount_minor + payment.surplus_minor - payment.charges_minor
        if payment.state is PaymentState.PAID and received != settled:
            wrong.append(f"payment {payment.reference} is paid with {received} of {settled}")
    return wrong


def told_of(session: Session, text: str) -> list[str]:
    """Return what the books have of the subjects that a text names, for whoever has to find out why."""
    session.rollback()
    subjects = [UUID(found) for found in _ID.findall(text)]
    rows = session.execute(
        sa.select(LedgerTransfer.at, LedgerTransfer.key, LedgerAccount.kind, LedgerEntry.minor)
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(sa.or_(LedgerTransfer.subject_id.in_(subjects), LedgerAccount.subject_id.in_(subjects)))
        .order_by(LedgerTransfer.id),
    )
    acts = session.execute(
        sa.select(AuditRow.at, AuditRow.action, AuditRow.subject_id, AuditRow.facts)
        .where(sa.cast(AuditRow.facts, sa.Text).contains(str(subjects[0]) if subjects else "?"))
        .order_by(AuditRow.id),
    )
    return [f"  {' '.join(map(str, row))}" for row in (*rows, *acts)]


def provider_agrees(session: Session, double: Double) -> list[str]:
    """Return where the provider's own figures differ from the books, once nothing is under way any more."""
    told = Counter[str]()
    for intent in double.all("payment_intent"):
        told[intent["currency"].upper()] += intent.get("amount_received", 0)
    for refund in double.all("refund"):
        if refund["status"] in ("succeeded", "pending"):
            told[refund["currency"].upper()] -= refund["amount"]
    kept = sa.select(CardCharge.currency, sa.func.sum(CardCharge.captured_minor - CardCharge.refunded_minor))
    books = {row[0]: int(row[1]) for row in session.execute(kept.group_by(CardCharge.currency))}
    return [
        f"the provider has {told[code]} {code}, the books say {books.get(code, 0)}"
        for code in told.keys() | books.keys()
        if told[code] != books.get(code, 0)
    ]
