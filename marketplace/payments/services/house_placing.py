"""What a part of a house entry does: pays a bill, settles a payout, goes back; and whom it concerns."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.payments.models.bank import BankEntry, HouseMatch, SenderReturn
from marketplace.payments.models.payouts import CommissionReceipt, Payout
from marketplace.payments.models.plans import Payment, TransferMatch
from marketplace.payments.queries import house_bank, house_parts, trade_due, trading
from marketplace.payments.queries import payouts as owed_back
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import Part, Purpose
from marketplace.payments.rules.ledger import Entry, TransferKind
from marketplace.payments.rules.paying import PAYMENTS
from marketplace.payments.rules.terms import Mode, Rail
from marketplace.payments.services import (
    commission,
    ledger,
    obligations,
    payouts,
    receivables,
    returns,
    sender_returns,
    trade_books,
    transfers,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A part at work: of which locked entry, by whose word, under which id."""

    session: Session
    entry: BankEntry
    match: HouseMatch
    part: Part
    part_id: UUID
    actor: Actor
    now: datetime

    @property
    def amount(self) -> Money:
        """How much of the entry it is."""
        return Money(self.part.minor, self.entry.currency)

    @property
    def target(self) -> Any:
        """The company, payout, receipt or return that it is for."""
        return self.part.target_id


def post(placing: Placing) -> UUID | None:
    """Do what a part means, and return the transfer of the ledger that says so, None where the books say nothing."""
    return _ACTS[placing.part.purpose](placing)


def check_targets(session: Session, entry: BankEntry, parts: Sequence[Part], *, actor: Actor) -> None:
    """Refuse parts whose bill, payout or receipt is none or not of this money, and whoever it is his own money of."""
    companies: set[UUID] = set()
    for part in parts:
        companies.update(_concerned(session, entry, part))
    rules.check_not_own(accounts.companies_of(session, actor=actor), companies)


def concerned(session: Session, entry: BankEntry, part: Part) -> Collection[UUID]:
    """Return the companies whose money a part of an entry is, whatever became of it since."""
    if part.purpose in rules.OF_COMPANY and part.target_id is not None:
        return {part.target_id}
    if part.purpose in (Purpose.PAYOUT, Purpose.PAYOUT_RETURN):
        return {session.get_one(Payout, part.target_id).company_id}
    if part.purpose is Purpose.RECEIPT and part.target_id is not None:
        return house_bank.owners_of(session, transfer_id=part.target_id)
    return _of_sender(session, entry) if part.purpose is Purpose.SENDER else _of_sale(session, part)


def _of_sale(session: Session, part: Part) -> Collection[UUID]:
    """Return the buyer whose money a part of a sale is; nobody for every other part."""
    if part.purpose is Purpose.SALE:
        return {session.get_one(Payment, part.target_id).payer_id}
    if part.purpose is Purpose.SALE_RECEIPT and part.target_id is not None:
        return {trade_due.sale_payer(session, transfer_id=part.target_id)}
    return {owed_back_of(session, part.target_id).payer_id} if part.purpose is Purpose.SALE_RETURN else ()


def _concerned(session: Session, entry: BankEntry, part: Part) -> Collection[UUID]:
    if part.purpose in rules.OF_COMPANY and part.target_id is not None:
        accounts.get_company(session, company_id=part.target_id)
        if part.purpose is Purpose.RECEIVABLE:
            receivables.check(session, company_id=part.target_id, amount=Money(part.minor, entry.currency))
        return {part.target_id}
    if part.purpose in (Purpose.PAYOUT, Purpose.PAYOUT_RETURN):
        return _of_payout(session, entry, part)
    if part.purpose is Purpose.RECEIPT:
        receipt = session.get(CommissionReceipt, part.target_id, with_for_update=True)
        if receipt is None:
            raise NotFound("commission_receipt")
        row = house_bank.receipt(session, receipt_id=receipt.transfer_id)
        if row is None or row.amount != Money(part.minor, entry.currency):
            raise Refused.field("receipt_id", "choice", "a receipt of this amount that no other entry is for")
        return {row.company_id}
    if part.purpose is Purpose.SENDER:
        return _of_sender(session, entry)
    return _of_trade(session, entry, part) if part.purpose in rules.TRADE and part.target_id else ()


def _of_payout(session: Session, entry: BankEntry, part: Part) -> Collection[UUID]:
    payout = session.get(Payout, part.target_id, with_for_update=True, populate_existing=True)
    if payout is None:
        raise NotFound("payout")
    if (payout.amount_minor, payout.currency) != (part.minor, entry.currency):
        raise Refused.field("payout_id", "choice", f"{Money(payout.amount_minor, payout.currency)}")
    linked = house_parts.is_taken(session, payout.id, Purpose.PAYOUT)
    fitting = rules.said_by_reference(payout.state, is_credit=entry.minor > 0, is_linked=linked)
    if fitting is not part.purpose:
        raise Conflict("state", thing="payout", state=str(payout.state), action=str(part.purpose), possible=[])
    return {payout.company_id}


def _of_sender(session: Session, entry: BankEntry) -> Collection[UUID]:
    """Return the companies whose account it is that money came from and goes back to."""
    return merchants.paid_into(session, number=entry.party_account, currency=entry.currency)


def _of_trade(session: Session, entry: BankEntry, part: Part) -> Collection[UUID]:
    """Return the buyer that money of the trading company is of, or refuse what does not fit."""
    amount, target_id = Money(part.minor, entry.currency), part.target_id
    if part.purpose is Purpose.SALE:
        payment = session.get(Payment, target_id, with_for_update=True, populate_existing=True)
        if payment is None or (payment.mode, payment.rail) != (Mode.OPERATOR_SELLS, Rail.BANK):
            raise NotFound("payment")
        if payment.currency != entry.currency:
            raise Refused.field("payment_id", "currency", entry.currency)
        PAYMENTS.apply(payment.state, "settle")
        return {payment.payer_id}
    if part.purpose is Purpose.SALE_RECEIPT and target_id:
        receipt = trade_due.sale_receipt(session, transfer_id=target_id)
        if receipt is None or (receipt.amount_minor, receipt.currency) != (part.minor, entry.currency):
            raise Refused.field("transfer_id", "choice", "a receipt of this amount that no other entry is for")
        return {trade_due.sale_payer(session, transfer_id=receipt.id)}
    owed = owed_back_of(session, target_id)
    if owed.amount != amount or house_parts.is_taken(session, owed.id, Purpose.SALE_RETURN):
        raise Refused.field("return_id", "choice", "a return of this amount that no other entry is for")
    return {owed.payer_id}


def owed_back_of(session: Session, return_id: UUID | None) -> ReturnRow:
    """Return what the trading company owes a buyer back; NotFound for anything else."""
    for company_id in trading.was_trading(session) if return_id else ():
        found = owed_back.returns(session, company_id=company_id, transfer_id=return_id)
        if found and found[0].payee_id == company_id:
            return found[0]
    raise NotFound("return")


def _receive(placing: Placing) -> UUID | None:
    transfers.take_by_statement(
        placing.session,
        actor=_of_the_house(placing.actor),
        payment_id=placing.target,
        entry_id=placing.entry.id,
        amount=placing.amount,
        received_on=placing.entry.booked_on,
        now=placing.now,
    )
    return None


def _find_sale(placing: Placing) -> UUID | None:
    matches = sa.select(TransferMatch.id).where(TransferMatch.transfer_id == placing.target)
    keys = [
        trade_books.key_of(key(match_id))
        for match_id in placing.session.scalars(matches)
        for key in (obligations.paid_key, obligations.surplus_key)
    ]
    if not trade_due.is_booked_on_bank(placing.session, keys=keys):
        return None
    return _book(placing, TransferKind.BANK_OPENED, rules.found_again(placing.amount))


def _send_refund(placing: Placing) -> UUID | None:
    """Note that a buyer was paid back; what was noted by hand before the statements began is no new money."""
    owed = owed_back_of(placing.session, placing.target)
    actor = replace(_of_the_house(placing.actor), company_id=owed.payee_id)
    if owed.made_at is None:
        returns.record_made(placing.session, actor=actor, return_id=owed.id, now=placing.now)
    keys = [trade_books.key_of(owed_back.current_key(placing.session, return_id=owed.id))]
    if not trade_due.is_booked_on_bank(placing.session, keys=keys):
        return None
    return _book(placing, TransferKind.BANK_OPENED, rules.found_again(-placing.amount))


def _of_the_house(actor: Actor) -> Actor:
    return replace(actor, company_kind=CompanyKind.OPERATOR)


def _pay_bill(placing: Placing) -> UUID | None:
    entry = placing.entry
    return commission.receive(
        placing.session,
        company_id=placing.target,
        amount=placing.amount,
        bank_reference=(entry.bank_reference or entry.text or str(entry.booked_on))[:100],
        actor=placing.actor,
        now=placing.now,
        by_statement=True,
    )


def _pay_owed(placing: Placing) -> UUID | None:
    return receivables.receive(
        placing.session,
        company_id=placing.target,
        amount=placing.amount,
        key=f"{TransferKind.RECEIVABLE_PAID}:{placing.part_id}",
        actor=placing.actor,
        now=placing.now,
    )


def _find_receipt(placing: Placing) -> UUID | None:
    # One that was written down before the statements began was booked on the bank itself.
    if house_bank.waits_for_line(placing.session, receipt_id=placing.target):
        return None
    return _book(placing, TransferKind.BANK_OPENED, rules.found_again(placing.amount))


def _settle(placing: Placing) -> UUID | None:
    return payouts.settle_by_statement(placing.session, payout_id=placing.target, actor=placing.actor, now=placing.now)


def _bounce(placing: Placing) -> UUID | None:
    return payouts.return_by_statement(placing.session, payout_id=placing.target, actor=placing.actor, now=placing.now)


def _send_back(placing: Placing) -> UUID | None:
    sender_returns.send_back(
        placing.session, placing.entry, placing.match, placing.amount, actor=placing.actor, now=placing.now
    )
    return None


def _sent_back(placing: Placing) -> UUID | None:
    back = placing.session.get_one(SenderReturn, placing.target)
    sender_returns.move(placing.session, back, "settle", actor=placing.actor, now=placing.now)
    return None


def _place(placing: Placing) -> UUID | None:
    kind, entries = rules.placed(placing.part.purpose, placing.amount, is_credit=placing.entry.minor > 0)
    return _book(placing, kind, entries)


def _book(placing: Placing, kind: TransferKind, entries: Sequence[Entry]) -> UUID:
    key = f"{kind}:{placing.part_id}"
    return ledger.post(placing.session, kind=kind, key=key, entries=entries, subject=None, now=placing.now)


_ACTS: Final[dict[Purpose, Callable[[Placing], UUID | None]]] = {
    Purpose.COMMISSION: _pay_bill,
    Purpose.RECEIVABLE: _pay_owed,
    Purpose.RECEIPT: _find_receipt,
    Purpose.PAYOUT: _settle,
    Purpose.PAYOUT_RETURN: _bounce,
    Purpose.PROVIDER: _place,
    Purpose.OWN: _place,
    Purpose.SENDER: _send_back,
    Purpose.SENDER_SENT: _sent_back,
    Purpose.SALE: _receive,
    Purpose.SALE_RECEIPT: _find_sale,
    Purpose.SALE_RETURN: _send_refund,
}
