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
from marketplace.payments.queries import house_bank
from marketplace.payments.queries.tolerance import equivalent
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import (
    ENTRIES,
    EntryState,
    MatchState,
    Part,
    Purpose,
    ReturnState,
)
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.references import outgoing_in
from marketplace.payments.rules.statements import compact
from marketplace.payments.rules.terms import PayeeAccount
from marketplace.payments.services import ledger, sender_returns
from marketplace.payments.services.house_placing import Placing, check_targets, post
from marketplace.reference.rules import Setting


def book(
    session: Session,
    *,
    account: BankAccount,
    statement: BankStatement,
    entries: Sequence[BankEntry],
    actor: Actor,
    now: datetime,
) -> None:
    """Book new entries of the house's account, and place those whose reference says what they are."""
    for entry in entries:
        kind = TransferKind.BANK_BOOKED
        amount = Money(entry.minor, entry.currency)
        ledger.post(session, kind=kind, key=f"{kind}:{entry.id}", entries=rules.booked(amount), subject=None, now=now)
    _open_books(session, account.currency, cause_id=statement.id, now=now)
    for entry in entries:
        part = _told(session, entry, actor=actor, now=now)
        if part is not None:
            match = _match(session, entry, [part], person_id=None, needs_two=False, sender=None, now=now)
            _place(session, entry, match, actor=actor, now=now)
        else:
            entry.act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
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
    entry = _locked(session, entry_id)
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
        entry.state = ENTRIES.apply(entry.state, "propose")
        entry.act_by = accounts.house_days(session, setting=Setting.PAYOUT_APPROVAL_WORKING_DAYS, now=now)
        entry.escalated_at = None
        session.flush()
        _audit(session, entry, "bank_entry.proposed", {"match": match.id}, actor=actor, now=now)
    else:
        _place(session, entry, match, actor=actor, now=now)
    return entry.state


def approve(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Agree to what another person said of an entry, which is placed then.

    Conflict ``same_person`` for whoever said it, NotAllowed ``own_money`` for whoever's company it concerns.
    """
    entry = _locked(session, entry_id)
    match = _proposed(session, entry)
    rules.check_second(person_id=actor.person, first_by=match.first_by)
    check_targets(session, entry, [Part.read(part) for part in match.parts], actor=actor)
    match.second_by = actor.person
    _place(session, entry, match, actor=actor, now=now)


def decline(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Put aside what was said of an entry, as the second person or as the first who thinks better of it."""
    entry = _locked(session, entry_id)
    match = _proposed(session, entry)
    match.state, match.decided_at = MatchState.DECLINED, now
    if actor.person != match.first_by:
        match.second_by = actor.person
    entry.state = ENTRIES.apply(entry.state, "decline")
    entry.act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
    entry.escalated_at = None
    session.flush()
    _audit(session, entry, "bank_entry.declined", {"match": match.id}, actor=actor, now=now)


def _open_books(session: Session, currency: str, *, cause_id: UUID, now: datetime) -> None:
    """Let the books begin where the bank's accounts do, also when an earlier statement comes later."""
    difference = house_bank.at_bank(session, currency=currency) - house_bank.in_books(session, currency=currency)
    if difference:
        kind = TransferKind.BANK_OPENED
        entries = rules.opened(difference)
        ledger.post(session, kind=kind, key=f"{kind}:{cause_id}", entries=entries, subject=None, now=now)


def _told(session: Session, entry: BankEntry, *, actor: Actor, now: datetime) -> Part | None:
    """Return what an entry is by an exact reference and an exact amount, or by the one account that it came from."""
    minor = abs(entry.minor)
    for reference in outgoing_in(entry.text):
        found = session.scalars(sa.select(Payout).where(Payout.reference == reference)).one_or_none()
        if found is not None and (found.amount_minor, found.currency) == (minor, entry.currency):
            purpose = rules.said_by_reference(
                found.state, is_credit=entry.minor > 0, is_linked=house_bank.is_taken(session, found.id, Purpose.PAYOUT)
            )
            return Part(purpose, found.id, minor) if purpose else None
        back = session.scalars(sa.select(SenderReturn).where(SenderReturn.reference == reference)).one_or_none()
        if back is not None and (back.amount_minor, back.currency) == (minor, entry.currency):
            return _told_back(session, entry, back, actor=actor, now=now)
    return _told_commission(session, entry) if entry.minor > 0 else None


def _told_back(session: Session, entry: BankEntry, back: SenderReturn, *, actor: Actor, now: datetime) -> Part | None:
    """Return that money which was to go back left the account; where it bounced, people look at it again."""
    if entry.minor < 0 and back.state is ReturnState.SENT:
        return Part(Purpose.SENDER_SENT, back.id, abs(entry.minor))
    if entry.minor > 0 and back.state is ReturnState.SETTLED:
        sender_returns.move(session, back, "return", actor=actor, now=now)
    return None


def _told_commission(session: Session, entry: BankEntry) -> Part | None:
    receipts = house_bank.receipts(session, currency=entry.currency, minor=entry.minor)
    own = compact(entry.bank_reference)
    written = [row for row in receipts if own and compact(row.bank_reference) == own]
    if len(written) == 1:
        return Part(Purpose.RECEIPT, written[0].id, entry.minor)
    if receipts:  # it may be one of these, which a person says
        return None
    paid_into = merchants.paid_into(session, number=entry.party_account, currency=entry.currency)
    owing = house_bank.owing(session, currency=entry.currency)
    exact = [company_id for company_id in paid_into if owing.get(company_id) == entry.minor]
    return Part(Purpose.COMMISSION, exact[0], entry.minor) if len(exact) == len(paid_into) == 1 else None


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


def _place(session: Session, entry: BankEntry, match: HouseMatch, *, actor: Actor, now: datetime) -> None:
    """Write down for good what a locked entry is for, each part in the books."""
    for part in (Part.read(kept) for kept in match.parts):
        part_id = new_id()
        placing = Placing(session=session, entry=entry, match=match, part=part, part_id=part_id, actor=actor, now=now)
        transfer_id = post(placing)
        session.add(
            HousePart(
                id=part_id,
                match_id=match.id,
                entry_id=entry.id,
                purpose=part.purpose,
                target_id=part.target_id,
                minor=part.minor,
                transfer_id=transfer_id,
                at=now,
            )
        )
    match.state, match.decided_at = MatchState.DONE, now
    entry.state = ENTRIES.apply(entry.state, "match")
    entry.act_by = entry.escalated_at = None
    session.flush()
    _audit(session, entry, "bank_entry.matched", {"match": match.id}, actor=actor, now=now)


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


def _locked(session: Session, entry_id: UUID) -> BankEntry:
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


def _audit(
    session: Session, entry: BankEntry, action: str, facts: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    told = {"minor": entry.minor, "currency": entry.currency, "state": str(entry.state), **facts}
    audit.record(session, actor=actor, action=action, subject="bank_entry", subject_id=entry.id, facts=told, now=now)
