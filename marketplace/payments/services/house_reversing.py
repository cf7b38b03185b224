"""Take back what a line of the operator's bank was said to be for: by two people, as new rows beside the old ones."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.payments.models.bank import (
    BankEntry,
    HouseMatch,
    HousePart,
    HousePartReversal,
    HouseReversal,
    SenderReturn,
)
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import trade_due
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import (
    ENTRIES,
    RETURNS,
    EntryState,
    MatchState,
    Part,
    Purpose,
    ReversalState,
)
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.services import ledger, payouts, returns, sender_returns, withdrawals
from marketplace.payments.services.house_money import locked_entry, note_entry
from marketplace.payments.services.house_placing import concerned, owed_back_of
from marketplace.reference.rules import Setting


def doubt(session: Session, *, actor: Actor, entry_id: UUID, reason: str, now: datetime) -> EntryState:
    """Say that a line was placed wrongly, and why; nothing moves before another person agrees.

    Refused ``reason`` without one, Conflict ``state`` for a line that is not placed, ``placement_followed`` where
    something came of it that cannot be undone here, ``later_receipt`` and ``receipt_counts`` for what paid a sale as
    for every other receipt, NotAllowed ``own_money`` about one's own company's.
    """
    if not reason.strip():
        raise Refused.field("reason", "required", "why it was placed wrongly")
    entry = locked_entry(session, entry_id)
    ENTRIES.apply(entry.state, "doubt")
    match = _placing(session, entry)
    parts = _parts(session, match)
    _check_not_own(session, entry, parts, actor)
    for part in parts:
        _check_unfollowed(session, part)
    session.add(
        HouseReversal(
            id=new_id(),
            match_id=match.id,
            entry_id=entry.id,
            reason=reason.strip(),
            state=ReversalState.PROPOSED,
            first_by=actor.person,
            at=now,
        )
    )
    entry.state = ENTRIES.apply(entry.state, "doubt")
    entry.act_by = accounts.house_days(session, setting=Setting.PAYOUT_APPROVAL_WORKING_DAYS, now=now)
    entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.doubted", {"match": match.id}, actor=actor, now=now)
    return entry.state


def agree(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> EntryState:
    """Agree, as another person, that a line was placed wrongly: what followed from it goes back, and it waits anew.

    Conflict ``same_person`` for whoever said so, ``placement_followed`` where something came of it meanwhile.
    """
    entry = locked_entry(session, entry_id)
    reversal = _open(session, entry, "reverse")
    rules.check_second(person_id=actor.person, first_by=reversal.first_by)
    match = _placing(session, entry)
    parts = _parts(session, match)
    _check_not_own(session, entry, parts, actor)
    for part in parts:
        _take_back(session, part, reversal, actor=actor, now=now)
    reversal.state, reversal.second_by, reversal.decided_at = ReversalState.DONE, actor.person, now
    match.state = MatchState.REVERSED
    entry.state = ENTRIES.apply(entry.state, "reverse")
    entry.act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
    entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.reversed", {"match": match.id}, actor=actor, now=now)
    return entry.state


def keep(session: Session, *, actor: Actor, entry_id: UUID, now: datetime) -> EntryState:
    """Let a line stay as it is placed, as the second person or as the first who thinks better of it.

    NotAllowed ``own_money`` for whoever's company it concerns.
    """
    entry = locked_entry(session, entry_id)
    reversal = _open(session, entry, "keep")
    _check_not_own(session, entry, _parts(session, _placing(session, entry)), actor)
    reversal.state, reversal.decided_at = ReversalState.DECLINED, now
    if actor.person != reversal.first_by:
        reversal.second_by = actor.person
    entry.state = ENTRIES.apply(entry.state, "keep")
    entry.act_by = entry.escalated_at = None
    session.flush()
    note_entry(session, entry, "bank_entry.kept", {"match": reversal.match_id}, actor=actor, now=now)
    return entry.state


def _take_back(session: Session, part: HousePart, reversal: HouseReversal, *, actor: Actor, now: datetime) -> None:
    _check_unfollowed(session, part)
    if act := _ACTS.get(part.purpose):
        act(session, part, actor, now)
    transfer_id = None
    if part.transfer_id is not None:
        kind = TransferKind.PLACEMENT_REVERSED
        key = f"{kind}:{part.id}"
        transfer_id = ledger.mirror(session, transfer_id=part.transfer_id, kind=kind, key=key, now=now)
    session.add(HousePartReversal(part_id=part.id, reversal_id=reversal.id, transfer_id=transfer_id, at=now))
    session.flush()


def _check_unfollowed(session: Session, part: HousePart) -> None:
    """Refuse to take back what something came of: a return to the sender that is in a file already.

    So is what paid a sale and more stands upon, and what a buyer says has come back to it.
    """
    if part.purpose is Purpose.SALE:
        withdrawals.check_taken_back(session, transfer_id=_receipt(session, part))
    if part.purpose is Purpose.SALE_RETURN and part.target_id is not None and _was_made_by(session, part):
        returns.check_unmade(session, return_id=part.target_id)
    if part.purpose is Purpose.SENDER:
        back = _return_of(session, part)
        if not RETURNS.allows(back.state, "withdraw"):
            raise Conflict("placement_followed")


def _unpay(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    """One that was settled by hand before stays so: the line only put right from which account."""
    kind = session.scalars(sa.select(LedgerTransfer.kind).where(LedgerTransfer.id == part.transfer_id)).one_or_none()
    if kind is TransferKind.PAYOUT_SETTLED and part.target_id is not None:
        payouts.unplace(session, payout_id=part.target_id, action="unsettle", actor=actor, now=now)


def _unbounce(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    if part.target_id is not None:
        payouts.unplace(session, payout_id=part.target_id, action="unbounce", actor=actor, now=now)


def _withdraw(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    sender_returns.move(session, _return_of(session, part), "withdraw", actor=actor, now=now)


def _unsend(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    back = session.get_one(SenderReturn, part.target_id, with_for_update=True, populate_existing=True)
    if not RETURNS.allows(back.state, "unsettle"):
        raise Conflict("placement_followed")
    sender_returns.move(session, back, "unsettle", actor=actor, now=now)


def _unreceive(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    withdrawals.take_back_by_statement(session, actor=actor, transfer_id=_receipt(session, part), now=now)


def _unrefund(session: Session, part: HousePart, actor: Actor, now: datetime) -> None:
    """One that was noted by hand before stays noted, and waits for another line."""
    if _was_made_by(session, part):
        returns.unmake(session, row=owed_back_of(session, part.target_id), actor=actor, now=now)


def _receipt(session: Session, part: HousePart) -> UUID:
    if part.target_id is None:
        raise AssertionError(part.id)
    return trade_due.receipt_by(session, entry_id=part.entry_id, payment_id=part.target_id)


def _was_made_by(session: Session, part: HousePart) -> bool:
    """Tell whether a line said itself that a buyer was paid back: the two were written in one moment."""
    return owed_back_of(session, part.target_id).made_at == part.at


def _return_of(session: Session, part: HousePart) -> SenderReturn:
    """Return the money that goes back because of a part: the newest of its entry, of its amount."""
    return session.scalars(
        sa.select(SenderReturn)
        .where(SenderReturn.entry_id == part.entry_id, SenderReturn.amount_minor == part.minor)
        .order_by(SenderReturn.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _placing(session: Session, entry: BankEntry) -> HouseMatch:
    wanted = sa.select(HouseMatch).where(HouseMatch.entry_id == entry.id, HouseMatch.state == MatchState.DONE)
    return session.scalars(wanted.with_for_update()).one()


def _parts(session: Session, match: HouseMatch) -> list[HousePart]:
    return list(session.scalars(sa.select(HousePart).where(HousePart.match_id == match.id).order_by(HousePart.id)))


def _open(session: Session, entry: BankEntry, action: str) -> HouseReversal:
    ENTRIES.apply(entry.state, action)
    wanted = sa.select(HouseReversal).where(
        HouseReversal.entry_id == entry.id, HouseReversal.state == ReversalState.PROPOSED
    )
    return session.scalars(wanted.with_for_update()).one()


def _check_not_own(session: Session, entry: BankEntry, parts: list[HousePart], actor: Actor) -> None:
    placed = [Part(part.purpose, part.target_id, part.minor) for part in parts]
    targets = {company for part in placed for company in concerned(session, entry, part)}
    rules.check_not_own(accounts.companies_of(session, actor=actor), targets)


_ACTS: Final[dict[Purpose, Callable[[Session, HousePart, Actor, datetime], None]]] = {
    Purpose.PAYOUT: _unpay,
    Purpose.PAYOUT_RETURN: _unbounce,
    Purpose.SENDER: _withdraw,
    Purpose.SENDER_SENT: _unsend,
    Purpose.SALE: _unreceive,
    Purpose.SALE_RETURN: _unrefund,
}
