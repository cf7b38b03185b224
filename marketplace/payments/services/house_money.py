"""Place the money of the operator's own bank account: by its reference, or by people, of whom the second agrees.

Every line of the bank moves ``house_bank`` against ``suspense`` when it is imported, so that the books show what the
bank shows; saying what it is for clears ``suspense``. What nobody can place goes back to the account it came from.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.payments.models.bank import (
    BankAccount,
    BankEntry,
    BankStatement,
    HouseMatch,
    HousePart,
    SenderReturn,
)
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries import house_bank, house_figures, house_parts, trading, transfers
from marketplace.payments.queries.tolerance import equivalent
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import (
    ENTRIES,
    RETURNS,
    EntryState,
    MatchState,
    Part,
    Purpose,
    ReturnState,
)
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.references import outgoing_in
from marketplace.payments.rules.statements import compact
from marketplace.payments.rules.terms import PayeeAccount, Rail
from marketplace.payments.services import ledger, sender_returns
from marketplace.payments.services.house_placing import Placing, check_targets, concerned, post
from marketplace.reference.rules import Setting


def book(
    session: Session,
    *,
    account: BankAccount,
    statement: BankStatement,
    entries: Sequence[BankEntry],
    is_table: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Book new entries of the house's account, and place those whose reference says what they are.

    What one person alone may not say by hand his file does not say either: from the threshold on, and whatever the
    reference of a table (CSV) says of money that came, another person agrees; of his own company's money others speak.
    """
    for entry in entries:
        kind = TransferKind.BANK_BOOKED
        amount = Money(entry.minor, entry.currency)
        ledger.post(session, kind=kind, key=f"{kind}:{entry.id}", entries=rules.booked(amount), subject=None, now=now)
    _open_books(session, account.currency, cause_id=statement.id, now=now)
    bills, own = _Bills(session, account.currency), accounts.companies_of(session, actor=actor)
    threshold = equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=account.currency, at=now)
    for entry in entries:
        part = _told(session, entry, bills, actor=actor, now=now)
        if part is None or own.intersection(concerned(session, entry, part)):
            entry.act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
            continue
        bills.take(part)
        if rules.told_needs_two(part.purpose, Money(part.minor, entry.currency), threshold, is_table=is_table):
            match = _match(session, entry, [part], person_id=actor.person, needs_two=True, sender=None, now=now)
            _wait(session, entry, match, actor=actor, now=now)
        else:
            match = _match(session, entry, [part], person_id=None, needs_two=False, sender=None, now=now)
            _place(session, entry, match, actor=actor, now=now)
    session.flush()


def propose(
    session: Session,
    *,
    actor: Actor,
    entry_id: UUID,
    parts: Sequence[Part],
    sender: Mapping[str, str] | None = None,
    now: datetime,
) -> EntryState:
    """Say what an entry is for, and return where it stands then: placed, or waiting for the second person.

    ``sender`` has bank and BIC of the account that money goes back to, where the statement does not. Conflict
    ``state`` for one that is placed or proposed already, NotAllowed ``own_money`` about one's own company's.
    """
    entry = locked_entry(session, entry_id)
    rules.check_parts(parts, minor=entry.minor, currency=entry.currency)
    ENTRIES.apply(entry.state, "match")
    check_targets(session, entry, parts, actor=actor)
    back = any(part.purpose is Purpose.SENDER for part in parts)
    source = sender_returns.source(entry, sender or {}) if back else None
    amount = Money(abs(entry.minor), entry.currency)
    threshold = equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=entry.currency, at=now)
    two = rules.needs_two(amount, threshold, sends_back=back)
    match = _match(session, entry, parts, person_id=actor.person, needs_two=two, sender=source, now=now)
    if two:
        _wait(session, entry, match, actor=actor, now=now)
    else:
        _place(session, entry, match, actor=actor, now=now)
    return entry.state


def approve(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Agree to what another person said of an entry, which is placed then.

    Conflict ``same_person`` for whoever said it, NotAllowed ``own_money`` for whoever's company it concerns.
    """
    entry = locked_entry(session, entry_id)
    match = _proposed(session, entry)
    rules.check_second(person_id=actor.person, first_by=match.first_by)
    check_targets(session, entry, [Part.read(part) for part in match.parts], actor=actor)
    match.second_by = actor.person
    _place(session, entry, match, actor=actor, now=now)


def decline(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Put aside what was said of an entry, as the second person or as the first who thinks better of it.

    NotAllowed ``own_money`` for whoever's company it concerns.
    """
    entry = locked_entry(session, entry_id)
    match = _proposed(session, entry)
    targets = {company for kept in match.parts for company in concerned(session, entry, Part.read(kept))}
    rules.check_not_own(accounts.companies_of(session, actor=actor), targets)
    match.state, match.decided_at = MatchState.DECLINED, now
    if actor.person != match.first_by:
        match.second_by = actor.person
    entry.state = ENTRIES.apply(entry.state, "decline")
    entry.act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
    entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.declined", {"match": match.id}, actor=actor, now=now)


def _open_books(session: Session, currency: str, *, cause_id: UUID, now: datetime) -> None:
    """Let the books begin where the bank's accounts do, also when an earlier statement comes later."""
    difference = house_figures.at_bank(session, currency=currency) - house_figures.in_books(session, currency=currency)
    if difference:
        kind = TransferKind.BANK_OPENED
        entries = rules.opened(difference)
        ledger.post(session, kind=kind, key=f"{kind}:{cause_id}", entries=entries, subject=None, now=now)


def _told(session: Session, entry: BankEntry, bills: "_Bills", *, actor: Actor, now: datetime) -> Part | None:
    """Return what an entry is by an exact reference and an exact amount, or by the one account that it came from."""
    minor = abs(entry.minor)
    for reference in outgoing_in(entry.text):
        found = session.scalars(sa.select(Payout).where(Payout.reference == reference)).one_or_none()
        if found is not None and (found.amount_minor, found.currency) == (minor, entry.currency):
            purpose = rules.said_by_reference(
                found.state,
                is_credit=entry.minor > 0,
                is_linked=house_parts.is_taken(session, found.id, Purpose.PAYOUT),
            )
            return Part(purpose, found.id, minor) if purpose else None
        back = session.scalars(sa.select(SenderReturn).where(SenderReturn.reference == reference)).one_or_none()
        if back is not None and (back.amount_minor, back.currency) == (minor, entry.currency):
            return _told_back(session, entry, back, actor=actor, now=now)
    if entry.minor < 0:
        return None
    return _told_sale(session, entry) or bills.told(entry)


def _told_back(session: Session, entry: BankEntry, back: SenderReturn, *, actor: Actor, now: datetime) -> Part | None:
    """Return that money which was to go back left the account; where it bounced, people look at it again."""
    if entry.minor < 0 and RETURNS.allows(back.state, "settle"):
        return Part(Purpose.SENDER_SENT, back.id, abs(entry.minor))
    if entry.minor > 0 and back.state is ReturnState.SETTLED:
        sender_returns.move(session, back, "return", actor=actor, now=now)
    return None


def _told_sale(session: Session, entry: BankEntry) -> Part | None:
    """Return the one open payment to the trading company that an entry names, where no likely sum is too much."""
    named = {
        payment_id
        for payee_id in trading.was_trading(session)
        for payment_id in transfers.named(session, payee_id=payee_id, currency=entry.currency, text=entry.text)
    }
    if len(named) != 1:
        return None
    payment = session.get_one(Payment, named.pop())
    # In another account than the contract names, or more than is open, it may be for something else: people say.
    number = session.get_one(BankAccount, entry.account_id).number
    is_likely = not transfers.goes_elsewhere(payment, number)
    is_likely = is_likely and payment.rail is Rail.BANK and entry.minor <= payment.amount_minor - payment.paid_minor
    return Part(Purpose.SALE, payment.id, entry.minor) if is_likely else None


class _Bills:
    """The bills and receipts of commission that are open, asked for once and kept up while a statement is booked."""

    def __init__(self, session: Session, currency: str) -> None:
        self.session = session
        self.owing = house_bank.owing(session, currency=currency)
        self.receipts = {row.id: row for row in house_bank.receipts(session, currency=currency)}

    def told(self, entry: BankEntry) -> Part | None:
        """Return the receipt that has the reference of an entry, or the one bill of its payer and its amount."""
        receipts = [row for row in self.receipts.values() if row.amount.minor == entry.minor]
        own = compact(entry.bank_reference)
        written = [row for row in receipts if own and compact(row.bank_reference) == own]
        if len(written) == 1:
            return Part(Purpose.RECEIPT, written[0].id, entry.minor)
        if receipts or entry.minor not in self.owing.values():  # it may be one of these, which a person says
            return None
        paid_into = merchants.paid_into(self.session, number=entry.party_account, currency=entry.currency)
        exact = [company_id for company_id in paid_into if self.owing.get(company_id) == entry.minor]
        return Part(Purpose.COMMISSION, exact[0], entry.minor) if len(exact) == len(paid_into) == 1 else None

    def take(self, part: Part) -> None:
        """Let a bill or a receipt be that of an entry, and of none behind it."""
        if part.target_id is None:
            return
        if part.purpose is Purpose.RECEIPT:
            self.receipts.pop(part.target_id, None)
        if part.purpose is Purpose.COMMISSION:
            self.owing.pop(part.target_id, None)


def _match(
    session: Session,
    entry: BankEntry,
    parts: Sequence[Part],
    *,
    person_id: UUID | None,
    needs_two: bool,
    sender: PayeeAccount | None,
    now: datetime,
) -> HouseMatch:
    match = HouseMatch(
        id=new_id(),
        entry_id=entry.id,
        parts=[part.as_json() for part in parts],
        sender=sender.as_json() if sender else None,
        state=MatchState.PROPOSED,
        first_by=person_id,
        needs_two=needs_two,
        at=now,
    )
    session.add(match)
    session.flush()
    return match


def _wait(session: Session, entry: BankEntry, match: HouseMatch, *, actor: Actor, now: datetime) -> None:
    """Let what was said of a locked entry wait for the second person."""
    entry.state = ENTRIES.apply(entry.state, "propose")
    entry.act_by = accounts.house_days(session, setting=Setting.PAYOUT_APPROVAL_WORKING_DAYS, now=now)
    entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.proposed", {"match": match.id}, actor=actor, now=now)


def _place(session: Session, entry: BankEntry, match: HouseMatch, *, actor: Actor, now: datetime) -> None:
    """Write down for good what a locked entry is for, each part in the books."""
    for part in (Part.read(kept) for kept in match.parts):
        part_id = new_id()
        placing = Placing(session=session, entry=entry, match=match, part=part, part_id=part_id, actor=actor, now=now)
        transfer_id = post(placing)
        turn = house_bank.reversed_before(session, part.target_id, part.purpose) if part.target_id else 0
        session.add(
            HousePart(
                id=part_id,
                match_id=match.id,
                entry_id=entry.id,
                purpose=part.purpose,
                target_id=part.target_id,
                minor=part.minor,
                transfer_id=transfer_id,
                turn=turn,
                at=now,
            )
        )
    match.state, match.decided_at = MatchState.DONE, now
    entry.state = ENTRIES.apply(entry.state, "match")
    entry.act_by = entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.matched", {"match": match.id}, actor=actor, now=now)


def _proposed(session: Session, entry: BankEntry) -> HouseMatch:
    """Return the word that waits for a second person; Conflict ``state`` where none does."""
    if entry.state is not EntryState.PROPOSED:
        possible = ENTRIES.actions(entry.state)
        raise Conflict("state", thing="bank_entry", state=str(entry.state), action="approve", possible=possible)
    return session.scalars(_open_match(entry.id)).one()


def _open_match(entry_id: UUID) -> sa.Select[HouseMatch]:
    return (
        sa.select(HouseMatch)
        .where(HouseMatch.entry_id == entry_id, HouseMatch.state == MatchState.PROPOSED)
        .with_for_update()
    )


def locked_entry(session: Session, entry_id: UUID) -> BankEntry:
    """Return a locked entry of the house's accounts; NotFound for any other."""
    found = session.scalars(
        sa.select(BankEntry)
        .join(BankAccount, BankAccount.id == BankEntry.account_id)
        .where(BankEntry.id == entry_id, BankAccount.is_house)
        .with_for_update(of=BankEntry)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("bank_entry")
    return found


def note_entry(
    session: Session, entry: BankEntry, action: str, facts: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Leave an audit row about an entry as it stands."""
    told = {"minor": entry.minor, "currency": entry.currency, "state": str(entry.state), **facts}
    audit.record(session, actor=actor, action=action, subject="bank_entry", subject_id=entry.id, facts=told, now=now)
