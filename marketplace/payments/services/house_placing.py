"""What a part of a house entry does: pays a bill, settles a payout, goes back; and whom it concerns."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.payments.models.bank import BankEntry, HouseMatch, SenderReturn
from marketplace.payments.models.payouts import CommissionReceipt, Payout
from marketplace.payments.queries import house_bank
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import Part, Purpose
from marketplace.payments.rules.ledger import Entry, TransferKind
from marketplace.payments.services import commission, ledger, payouts, sender_returns


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


def _concerned(session: Session, entry: BankEntry, part: Part) -> Collection[UUID]:
    if part.purpose is Purpose.COMMISSION and part.target_id is not None:
        accounts.get_company(session, company_id=part.target_id)
        return {part.target_id}
    if part.purpose in (Purpose.PAYOUT, Purpose.PAYOUT_RETURN):
        payout = session.get(Payout, part.target_id, with_for_update=True, populate_existing=True)
        if payout is None:
            raise NotFound("payout")
        if (payout.amount_minor, payout.currency) != (part.minor, entry.currency):
            raise Refused.field("payout_id", "choice", f"{Money(payout.amount_minor, payout.currency)}")
        linked = house_bank.is_taken(session, payout.id, Purpose.PAYOUT)
        fitting = rules.said_by_reference(payout.state, is_credit=entry.minor > 0, is_linked=linked)
        if fitting is not part.purpose:
            raise Conflict("state", thing="payout", state=str(payout.state), action=str(part.purpose), possible=[])
        return {payout.company_id}
    if part.purpose is Purpose.RECEIPT:
        receipt = session.get(CommissionReceipt, part.target_id, with_for_update=True)
        if receipt is None:
            raise NotFound("commission_receipt")
        row = house_bank.receipt(session, receipt_id=receipt.transfer_id)
        if row is None or row.amount != Money(part.minor, entry.currency):
            raise Refused.field("receipt_id", "choice", "a receipt of this amount that no other entry is for")
        return {row.company_id}
    return ()


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
    Purpose.RECEIPT: _find_receipt,
    Purpose.PAYOUT: _settle,
    Purpose.PAYOUT_RETURN: _bounce,
    Purpose.PROVIDER: _place,
    Purpose.OWN: _place,
    Purpose.SENDER: _send_back,
    Purpose.SENDER_SENT: _sent_back,
}
