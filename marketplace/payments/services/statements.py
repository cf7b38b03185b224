"""Take in a bank's statement: each entry once, however often and in whichever form it is told.

A company's credits become incoming transfers; what the operator's own account shows is placed by ``house_money``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.bank import BankAccount, BankEntry, BankStatement
from marketplace.payments.models.plans import IncomingTransfer, Payment, TransferMatch
from marketplace.payments.queries import bank
from marketplace.payments.rules.house_money import EntryState
from marketplace.payments.rules.paying import TransferState
from marketplace.payments.rules.references import doubtful_in, references_in, subjects_in
from marketplace.payments.rules.statements import (
    NEAR,
    Line,
    Statement,
    check_statement,
    compact,
    news,
    occurrence_keys,
)
from marketplace.payments.services import house_money, transfers

_OLDEST: Final = timedelta(days=730)
_AHEAD: Final = timedelta(days=1)
# A payee who looks at his account writes down what the statement of these days tells again.
_TYPED_WITHIN: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one statement: how many entries it has, and how many of them were news."""

    statement_id: UUID
    entries: int
    new_entries: int


def take_in(
    session: Session,
    *,
    actor: Actor,
    statement: Statement,
    number: str,
    mapping: Mapping[str, str] | None,
    is_house: bool,
    now: datetime,
) -> Imported:
    """Import a statement of the actor's account with this number; told before, it is what it was then.

    Refused ``file`` for one that does not add up or has entries that cannot be, ``opening`` for one of the house's
    without balances: its books must show what its bank does.
    """
    check_statement(statement, first=now.date() - _OLDEST, last=now.date() + _AHEAD)
    if is_house and (statement.opening is None or statement.closing is None):
        raise Refused.field("opening", "required", "the balance before the first entry")
    account = _account(session, actor.company, compact(number), statement.currency, is_house=is_house, now=now)
    before = session.execute(
        sa.select(BankStatement.id, BankStatement.entries).where(
            BankStatement.account_id == account.id, BankStatement.digest == statement.digest
        )
    ).one_or_none()
    if before is not None:
        return Imported(before.id, before.entries, 0)
    about = {"since": statement.since, "until": statement.until}
    fresh = news(statement, bank.known(session, account_id=account.id, **about, near=NEAR)) if statement.lines else ()
    imported = BankStatement(
        id=new_id(),
        account_id=account.id,
        digest=statement.digest,
        number=statement.number[:40],
        **about,
        opening_minor=statement.opening,
        closing_minor=statement.closing,
        entries=len(statement.lines),
        new_entries=len(fresh),
        mapping=dict(mapping) if mapping else None,
        person_id=actor.person,
        created_at=now,
    )
    session.add(imported)
    session.flush()
    facts = {"account": account.id, "entries": imported.entries, "new": imported.new_entries}
    audit.record(
        session, actor=actor, action="statement.imported", subject="bank_statement", subject_id=imported.id,
        facts=facts, now=now,
    )  # fmt: skip
    entries = _entries(session, account, imported, fresh, now=now)
    if is_house:
        house_money.book(
            session, account=account, statement=imported, entries=entries, is_table=statement.is_table, actor=actor,
            now=now,
        )  # fmt: skip
    else:
        _take_money(session, entries, into=account.number, actor=actor, now=now)
    return Imported(imported.id, imported.entries, imported.new_entries)


def _account(
    session: Session, company_id: UUID, number: str, currency: str, *, is_house: bool, now: datetime
) -> BankAccount:
    """Return the account, locked: two imports of one statement take turns."""
    known = {"company_id": company_id, "number": number, "currency": currency}
    insert_if_new(session, BankAccount, id=new_id(), **known, is_house=is_house, created_at=now)
    wanted = sa.select(BankAccount).filter_by(**known).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _entries(
    session: Session, account: BankAccount, statement: BankStatement, lines: Sequence[Line], *, now: datetime
) -> list[BankEntry]:
    """Write new entries, in the order of their days; what went stands before what came of one day."""
    ordered = sorted(lines, key=lambda line: (line.booked_on, line.minor > 0))
    days = {line.booked_on for line in ordered}
    taken = session.scalars(
        sa.select(BankEntry.key).where(BankEntry.account_id == account.id, BankEntry.booked_on.in_(days))
    )
    entries: list[BankEntry] = []
    for line, key in zip(ordered, occurrence_keys(ordered, list(taken)), strict=True):
        entry = BankEntry(
            id=new_id(),
            account_id=account.id,
            statement_id=statement.id,
            key=key,
            currency=account.currency,
            minor=line.minor,
            booked_on=line.booked_on,
            bank_reference=line.bank_reference,
            text=" ".join(filter(None, (line.end_to_end, line.text)))[:1_500],
            party_name=line.party_name,
            party_account=compact(line.party_account),
            party_bic=compact(line.party_bic),
            is_return=line.is_return,
            state=EntryState.UNMATCHED if account.is_house else EntryState.KEPT,
            created_at=now,
        )
        session.add(entry)
        entries.append(entry)
    session.flush()
    return entries


def _take_money(session: Session, entries: Sequence[BankEntry], *, into: str, actor: Actor, now: datetime) -> None:
    """Let credits be incoming transfers: those that were typed in before, or new ones."""
    came = [entry for entry in entries if entry.minor > 0]
    typed = _typed(session, came, actor) if came else []
    for entry in came:
        before = _same(entry, typed)
        if before is not None:
            typed.remove(before)
            transfers.match_named(session, actor=actor, transfer_id=before.id, text=entry.text, into=into, now=now)
        entry.transfer_id = (
            before.id
            if before
            else transfers.record_transfer(
                session,
                actor=actor,
                amount=Money(entry.minor, entry.currency),
                received_on=entry.booked_on,
                reference=_shown(entry.text),
                note=entry.party_name,
                # The bank says so: however much it is, it came.
                confirmed=True,
                asks=False,
                into=into,
                now=now,
            )
        )
        entry.state = EntryState.TAKEN
    session.flush()


def _shown(text: str) -> str:
    """Return a bank's text as a transfer keeps it, the references of ours first where it is too long.

    One that was mistyped is not put right by that: it stays behind its wrong check digits.
    """
    if len(text) <= 200:
        return text
    mistyped = [f"RF00{compact(each)}" for each in doubtful_in(text)]
    return " ".join((*mistyped, *references_in(text), *subjects_in(text), text))[:200]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A transfer that a payee wrote down and no entry tells of yet, with the payments it is for."""

    id: UUID
    minor: int
    received_on: date
    payments: frozenset[str]


def _typed(session: Session, came: Sequence[BankEntry], actor: Actor) -> list[_Typed]:
    """Return what the payee wrote down about the days of these entries, oldest first."""
    days = [entry.booked_on for entry in came]
    found = session.execute(
        sa.select(IncomingTransfer.id, IncomingTransfer.amount_minor, IncomingTransfer.received_on)
        .where(
            IncomingTransfer.payee_id == actor.company,
            IncomingTransfer.currency == came[0].currency,
            IncomingTransfer.state != TransferState.WITHDRAWN,
            IncomingTransfer.received_on.between(min(days) - _TYPED_WITHIN, max(days) + _TYPED_WITHIN),
            ~sa.exists().where(BankEntry.transfer_id == IncomingTransfer.id),
        )
        .order_by(IncomingTransfer.id)
    ).all()
    matched: dict[UUID, set[str]] = {}
    for transfer_id, reference in session.execute(
        sa.select(TransferMatch.transfer_id, Payment.reference)
        .join(Payment, Payment.id == TransferMatch.payment_id)
        .where(TransferMatch.transfer_id.in_([row.id for row in found]))
    ):
        matched.setdefault(transfer_id, set()).add(reference)
    return [_Typed(row.id, row.amount_minor, row.received_on, frozenset(matched.get(row.id, ()))) for row in found]


def _same(entry: BankEntry, typed: Sequence[_Typed]) -> _Typed | None:
    """Return the transfer that was written down for the money of this entry, None where there is none.

    It has the amount and about the day, and is for no other payment than the text names.
    """
    named = set(references_in(entry.text))
    fitting = [
        each
        for each in typed
        if each.minor == entry.minor
        and abs(each.received_on - entry.booked_on) <= _TYPED_WITHIN
        and (not named or not each.payments or named & each.payments)
    ]
    fitting.sort(key=lambda each: (not named & each.payments, abs(each.received_on - entry.booked_on)))
    return fitting[0] if fitting else None
