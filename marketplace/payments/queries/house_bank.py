"""The operator's own bank account: what is written down of its money, and what may be meant by a line there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts import queries as accounts
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.payments.models.bank import (
    BankAccount,
    BankEntry,
    HouseMatch,
    HousePart,
    HousePartReversal,
    HouseReversal,
    SenderReturn,
)
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import CommissionReceipt, CommissionWithdrawal, Payout
from marketplace.payments.queries import trade_due
from marketplace.payments.queries.bank import EntryRow
from marketplace.payments.queries.house_parts import counts
from marketplace.payments.rules.house_money import (
    RETURNS,
    EntryState,
    MatchState,
    Part,
    Purpose,
    ReturnState,
    ReversalState,
    is_provider,
    said_by_reference,
)
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.references import doubtful_in, outgoing_in, references_in
from marketplace.payments.rules.statements import compact

WAITING = (EntryState.UNMATCHED, EntryState.PROPOSED)

# What companies owe the operator: what money is for that pays it, and the account that says how much it is.
OWED: Final = {
    Purpose.COMMISSION: AccountKind.COMMISSION_RECEIVABLE,
    Purpose.RECEIVABLE: AccountKind.MERCHANT_RECEIVABLE,
}


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """Commission whose receipt was written down by hand, and that no line of a statement is for yet."""

    id: UUID
    company_id: UUID
    amount: Money
    bank_reference: str
    at: datetime
    act_by: datetime | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an entry may be: the purpose, the company, payout or receipt, and why.

    ``part`` is a receipt written down by hand of less than the entry, which may be of several: its ``amount``.
    """

    purpose: Purpose
    target_id: UUID | None
    name: str
    why: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What one person said of an entry, which waits for another."""

    parts: tuple[Part, ...]
    first_by: UUID | None
    at: datetime
    sender: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """What one person said against the placing of an entry, which waits for another."""

    reason: str
    first_by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An entry: what was said of it, or what may be meant; what it is placed for, and what is said against that."""

    entry: EntryRow
    proposal: ProposalRow | None
    suggestions: tuple[Suggestion, ...]
    placed: tuple[Part, ...] = ()
    doubt: DoubtRow | None = None


@dataclass(frozen=True, slots=True)
class SenderReturnRow:
    """Money that goes back to the account it came from."""

    id: UUID
    reference: str
    amount: Money
    account_name: str
    state: ReturnState
    file_id: UUID | None
    failed_by: UUID | None
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime

    @property
    def may_fail(self) -> bool:
        """Tell whether people may still say that the bank did not take it."""
        return RETURNS.allows(self.state, "fail")


def owing(session: Session, *, currency: str, kind: AccountKind = AccountKind.COMMISSION_RECEIVABLE) -> dict[UUID, int]:
    """Return what companies owe in a currency, in commission or of another kind, those that owe something."""
    balance = sa.func.sum(LedgerEntry.minor)
    found = session.execute(
        sa.select(LedgerAccount.owner_id, balance.label("minor"))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == kind, LedgerAccount.currency == currency)
        .group_by(LedgerAccount.id)
        .having(balance > 0)
    )
    return {row.owner_id: int(row.minor) for row in found}


def receipts(session: Session, *, currency: str | None = None) -> tuple[ReceiptRow, ...]:
    """Return the receipts of commission that were written down by hand and that no entry is for, the oldest first."""
    amount = LedgerEntry.minor
    wanted = (
        sa.select(CommissionReceipt, LedgerAccount.owner_id, amount, LedgerEntry.currency)
        .join(LedgerEntry, LedgerEntry.transfer_id == CommissionReceipt.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.kind == AccountKind.COMMISSION_RECEIVABLE, lineless())
        .order_by(CommissionReceipt.transfer_id)
    )
    if currency is not None:
        wanted = wanted.where(LedgerAccount.currency == currency)
    return tuple(
        ReceiptRow(row.transfer_id, owner_id, Money(-minor, code), row.bank_reference, row.at, row.act_by)
        for row, owner_id, minor, code in session.execute(wanted)
        if owner_id is not None
    )


def lineless() -> sa.ColumnElement[bool]:
    """Tell of a receipt of commission whether it was written down by hand, stands, and no entry is for it."""
    return sa.and_(
        # What a line wrote down is that line's, also after it was found to be wrong.
        ~sa.exists().where(HousePart.transfer_id == CommissionReceipt.transfer_id),
        ~sa.exists().where(HousePart.target_id == CommissionReceipt.transfer_id, counts()),
        ~sa.exists().where(CommissionWithdrawal.receipt_id == CommissionReceipt.transfer_id),
    )


def receipt(session: Session, *, receipt_id: UUID) -> ReceiptRow | None:
    """Return one receipt that no entry is for, None when one is."""
    currency = session.scalars(
        sa.select(LedgerEntry.currency).where(LedgerEntry.transfer_id == receipt_id).limit(1)
    ).first()
    found = receipts(session, currency=currency) if currency else ()
    return next((row for row in found if row.id == receipt_id), None)


def is_in_suspense(transfer_id: Any) -> sa.ColumnElement[bool]:
    """Tell of a transfer of the ledger whether it moved money that the bank's line clears."""
    entry, account = aliased(LedgerEntry), aliased(LedgerAccount)
    return sa.exists().where(
        entry.transfer_id == transfer_id, entry.account_id == account.id, account.kind == AccountKind.SUSPENSE
    )


def waits_for_line(session: Session, *, receipt_id: UUID) -> bool:
    """Tell whether a receipt was booked against the line that tells of it, and not on the bank itself."""
    found = (
        sa.select(LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.transfer_id == receipt_id, LedgerAccount.kind == AccountKind.SUSPENSE)
    )
    return session.scalars(found).first() is not None


def reversed_before(session: Session, target_id: UUID, purpose: Purpose) -> int:
    """Count the lines that were said to be for this, and were another's."""
    found = (
        sa.select(sa.func.count())
        .select_from(HousePartReversal)
        .join(HousePart, HousePart.id == HousePartReversal.part_id)
        .where(HousePart.target_id == target_id, HousePart.purpose == purpose)
    )
    return session.scalars(found).one()


def owners_of(session: Session, *, transfer_id: UUID) -> set[UUID]:
    """Return the companies whose accounts a transfer of the ledger moved."""
    found = (
        sa.select(LedgerAccount.owner_id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.transfer_id == transfer_id, LedgerAccount.owner_id.is_not(None))
    )
    return {owner for owner in session.scalars(found) if owner is not None}


def queue(session: Session, rows: Sequence[EntryRow]) -> tuple[QueueRow, ...]:
    """Return what was said of these entries, or what they may be; few questions, however many entries."""
    ids = [row.id for row in rows]
    said = {
        found.entry_id: ProposalRow(
            tuple(Part.read(part) for part in found.parts), found.first_by, found.at, found.sender
        )
        for found in session.scalars(
            sa.select(HouseMatch).where(HouseMatch.entry_id.in_(ids), HouseMatch.state == MatchState.PROPOSED)
        )
    }
    placed: dict[UUID, list[Part]] = {}
    for part in session.scalars(
        sa.select(HousePart).where(HousePart.entry_id.in_(ids), counts()).order_by(HousePart.id)
    ):
        placed.setdefault(part.entry_id, []).append(Part(part.purpose, part.target_id, part.minor))
    doubts = {
        found.entry_id: DoubtRow(found.reason, found.first_by, found.at)
        for found in session.scalars(
            sa.select(HouseReversal).where(
                HouseReversal.entry_id.in_(ids), HouseReversal.state == ReversalState.PROPOSED
            )
        )
    }
    waits = [row for row in rows if row.id not in said and row.id not in placed]
    meant = _Meant(session, {row.amount.currency for row in waits}, ids) if waits else None
    return tuple(
        QueueRow(
            row,
            said.get(row.id),
            meant.by(row) if meant is not None and row in waits else (),
            tuple(placed.get(row.id, ())),
            doubts.get(row.id),
        )
        for row in rows
    )


def sender_returns(session: Session, *, limit: int = 50) -> tuple[SenderReturnRow, ...]:
    """Return the newest of what goes back to its senders."""
    found = session.scalars(sa.select(SenderReturn).order_by(SenderReturn.id.desc()).limit(limit))
    return tuple(_sender_return(row) for row in found)


def sender_return(session: Session, *, return_id: UUID) -> SenderReturnRow:
    """Return one of what goes back to its senders; it is there."""
    return _sender_return(session.get_one(SenderReturn, return_id))


def _sender_return(row: SenderReturn) -> SenderReturnRow:
    return SenderReturnRow(
        id=row.id,
        reference=row.reference,
        amount=Money(row.amount_minor, row.currency),
        account_name=row.account.get("account_name", ""),
        state=row.state,
        file_id=row.file_id,
        failed_by=row.failed_by,
        act_by=row.act_by,
        escalated_at=row.escalated_at,
        created_at=row.created_at,
    )


def waiting(session: Session) -> int:
    """Count the entries of the house's accounts that wait for people."""
    return session.scalar(sa.select(sa.func.count()).where(BankEntry.state.in_((*WAITING, EntryState.REVERSING)))) or 0


_PART: Final = "part"
_MOST_PARTS: Final = 40


class _Meant:
    """What entries may be, over all bills, receipts and payouts that are open."""

    def __init__(self, session: Session, currencies: set[str], entry_ids: Collection[UUID]) -> None:
        self.owing = {
            (currency, purpose): owing(session, currency=currency, kind=kind)
            for currency in currencies
            for purpose, kind in OWED.items()
        }
        self.receipts = {currency: receipts(session, currency=currency) for currency in currencies}
        companies = {company for owed in self.owing.values() for company in owed}
        companies |= {row.company_id for found in self.receipts.values() for row in found}
        linked = sa.exists().where(HousePart.target_id == Payout.id, HousePart.purpose == Purpose.PAYOUT, counts())
        open_ones = sa.or_(
            Payout.state == PayoutState.SENT,
            sa.and_(Payout.state == PayoutState.SETTLED, Payout.currency.in_(currencies)),
        )
        self.payouts: Sequence[Any] = session.execute(
            sa.select(
                Payout.id, Payout.reference, Payout.currency, Payout.amount_minor, Payout.state, linked.label("linked")
            )
            .where(open_ones)
            .order_by(Payout.id.desc())
            .limit(500)
        ).all()
        found = accounts.get_companies(session, company_ids=companies)
        self.names = {company_id: row.name for company_id, row in found.items()}
        self.numbers = merchants.account_numbers(session, company_ids=companies)
        self.trade = trade_due.meant(session, currencies=currencies)
        accounts_of = sa.select(BankEntry.id, BankAccount.number).join(BankAccount).where(BankEntry.id.in_(entry_ids))
        self.into = {row.id: row.number for row in session.execute(accounts_of)}

    def by(self, row: EntryRow) -> tuple[Suggestion, ...]:
        """Return what an entry may be, the likeliest first."""
        found = [*self._by_payout(row)]
        if row.amount.minor > 0:
            found += self._by_receipt(row)
            found += self._by_bill(row)
        found += self._by_trade(row)
        if row.amount.minor > 0 and is_provider(f"{row.text} {row.party_name}"):
            found.append(Suggestion(Purpose.PROVIDER, None, "", "reference"))
        order = {"reference": 0, "other_account": 0, "check_digits": 0, "amount_and_payer": 1, "payer": 2, "amount": 3}
        whole = [each for each in found if each.why != _PART]
        parts = [each for each in found if each.why == _PART][:_MOST_PARTS]
        return (*sorted(whole, key=lambda each: order[each.why])[:5], *parts)

    def _by_payout(self, row: EntryRow) -> list[Suggestion]:
        named = set(outgoing_in(row.text))
        found: list[Suggestion] = []
        for payout in self.payouts:
            is_amount = (payout.amount_minor, payout.currency) == (abs(row.amount.minor), row.amount.currency)
            if not is_amount:
                continue
            purpose = said_by_reference(payout.state, is_credit=row.amount.minor > 0, is_linked=payout.linked)
            # A credit of the same amount is no bounced payout unless something says so.
            if purpose and (payout.reference in named or row.amount.minor < 0 or row.is_return):
                why = "reference" if payout.reference in named else "amount"
                found.append(Suggestion(purpose, payout.id, payout.reference, why))
        return found

    def _by_trade(self, row: EntryRow) -> list[Suggestion]:
        """Return what buyers of the trading company may mean by it, or may have been paid back by it."""
        named = {*references_in(row.text), *doubtful_in(row.text)}
        of_some = [
            Suggestion(one.purpose, one.id, one.name, _PART, Money(one.minor, one.currency))
            for one in self.trade
            if one.purpose is Purpose.SALE_RECEIPT
            and one.currency == row.amount.currency
            and one.minor < row.amount.minor
        ]
        return of_some + [
            Suggestion(one.purpose, one.id, one.name, self._why(one, row) if one.reference in named else "amount")
            for one in self.trade
            if one.currency == row.amount.currency
            and (one.minor == row.amount.minor or (one.reference in named and row.amount.minor > 0))
        ]

    def _why(self, one: trade_due.Meant, row: EntryRow) -> str:
        """Return why a payment is suggested that the text names: also mistyped, or to come into another account."""
        if one.reference in doubtful_in(row.text):
            return "check_digits"
        is_elsewhere = one.number and compact(one.number) != compact(self.into[row.id])
        return "other_account" if is_elsewhere else "reference"

    def _by_receipt(self, row: EntryRow) -> list[Suggestion]:
        return [
            Suggestion(Purpose.RECEIPT, one.id, f"{self.names.get(one.company_id, '')} {one.bank_reference}", "amount")
            for one in self.receipts[row.amount.currency]
            if one.amount == row.amount
        ] + [
            Suggestion(
                Purpose.RECEIPT, one.id, f"{self.names.get(one.company_id, '')} {one.bank_reference}", _PART, one.amount
            )
            for one in self.receipts[row.amount.currency]
            if one.amount < row.amount
        ]

    def _by_bill(self, row: EntryRow) -> list[Suggestion]:
        found: list[Suggestion] = []
        of_all = [
            (purpose, company_id, owed)
            for purpose in OWED
            for company_id, owed in self.owing[row.amount.currency, purpose].items()
        ]
        for purpose, company_id, owed in of_all:
            name = self.names.get(company_id, "")
            is_payer = row.party_account in self.numbers.get(company_id, ()) if row.party_account else False
            is_payer = is_payer or (bool(name) and name.casefold() == row.party_name.casefold())
            is_amount = owed == row.amount.minor
            if is_payer or is_amount:
                why = "amount_and_payer" if is_payer and is_amount else ("payer" if is_payer else "amount")
                found.append(Suggestion(purpose, company_id, name, why))
        return found
