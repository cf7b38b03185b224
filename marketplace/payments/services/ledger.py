"""Post to the ledger: the one way in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_new, write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.rules.ledger import CASH, AccountRef, Entry, TransferKind, check_entries, turn_key
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.services.terms import settlements

_ACCOUNTS: Final = sa.select(LedgerAccount.key, LedgerAccount.id).where(
    LedgerAccount.key.in_(sa.bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A balanced transfer that is to be posted, once under its key."""

    kind: TransferKind
    key: str
    entries: Sequence[Entry]


def post(
    session: Session,
    *,
    kind: TransferKind | str,
    key: str,
    entries: Sequence[Entry],
    subject: Subject | None,
    now: datetime,
    payment_id: UUID | None = None,
) -> UUID:
    """Write one balanced transfer and return its id; under a key that was posted before, return that one's id.

    ValueError for a transfer that does not balance, touches accounts its kind may not, or would move cash for a
    subject that is settled directly. Conflict ``ledger_key`` when the key stands for another transfer.
    """
    postings = [Posting(kind=TransferKind(kind), key=key, entries=entries)]
    (posted,) = post_all(session, postings=postings, subject=subject, now=now, payment_id=payment_id)
    return posted


def post_all(
    session: Session,
    *,
    postings: Sequence[Posting],
    subject: Subject | None,
    now: datetime,
    payment_id: UUID | None = None,
) -> list[UUID]:
    """Write several transfers as ``post`` writes one, in as many statements, and return their ids."""
    for one in postings:
        check_entries(one.kind, one.entries)
        _check_cash(session, one.kind, one.entries, subject)
    transfers = [
        {
            "id": new_id(),
            "key": one.key,
            "kind": one.kind,
            "subject_kind": subject.kind if subject else None,
            "subject_id": subject.id if subject else None,
            "payment_id": payment_id,
            "at": now,
        }
        for one in postings
    ]
    new = insert_new(session, LedgerTransfer, transfers)
    ids = [
        row["id"] if row["id"] in new else _same(session, one.kind, one.key, one.entries)
        for one, row in zip(postings, transfers, strict=True)
    ]
    entries = [
        (transfer_id, ref, amount)
        for one, transfer_id in zip(postings, ids, strict=True)
        if transfer_id in new
        for ref, amount in one.entries
    ]
    accounts = _accounts(session, {ref.key: ref for _id, ref, _amount in entries})
    rows = [
        {
            "id": new_id(),
            "transfer_id": transfer_id,
            "account_id": accounts[ref.key],
            "currency": amount.currency,
            "minor": amount.minor,
        }
        for transfer_id, ref, amount in entries
    ]
    write(session, LedgerEntry, rows)
    return ids


def next_key(session: Session, kind: TransferKind, thing_id: UUID) -> str:
    """Return the key of the next time that something goes a way; whoever asks has locked it, and moved its state."""
    first = turn_key(kind, thing_id, before=0)
    before = (
        sa.select(sa.func.count())
        .select_from(LedgerTransfer)
        .where(sa.or_(LedgerTransfer.key == first, LedgerTransfer.key.between(f"{first}:", f"{first};")))
    )
    return turn_key(kind, thing_id, before=int(session.scalars(before).one()))


def mirror(session: Session, *, transfer_id: UUID, kind: TransferKind, key: str, now: datetime) -> UUID:
    """Post the entries of a transfer the other way round, once under this key; the first one stays as it is."""
    found = session.execute(
        sa.select(LedgerAccount, LedgerEntry.minor)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.transfer_id == transfer_id)
        .order_by(LedgerEntry.id)
    )
    entries: list[Entry] = []
    for account, minor in found:
        kept = account.subject_kind
        subject = Subject(kept, account.subject_id) if kept is not None and account.subject_id is not None else None
        ref = AccountRef(account.kind, account.owner_id, account.currency, subject)
        entries.append((ref, Money(-minor, account.currency)))
    return post(session, kind=kind, key=key, entries=entries, subject=None, now=now)


def _check_cash(session: Session, kind: TransferKind, entries: Sequence[Entry], subject: Subject | None) -> None:
    """Refuse to move cash for a subject whose payer pays the payee: the city never has that money."""
    subjects = {ref.subject for ref, _amount in entries if ref.subject} | ({subject} if subject else set[Subject]())
    if not subjects or CASH.isdisjoint(ref.kind for ref, _amount in entries):
        return
    if any(found.mode is Mode.DIRECT for found in settlements(session, subjects)):
        msg = f"{kind}: a direct settlement moves no cash of the city"
        raise ValueError(msg)


def _same(session: Session, kind: TransferKind, key: str, entries: Sequence[Entry]) -> UUID:
    transfer = session.execute(sa.select(LedgerTransfer.id, LedgerTransfer.kind).where(LedgerTransfer.key == key)).one()
    posted = session.execute(
        sa.select(LedgerAccount.key, LedgerEntry.minor)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.transfer_id == transfer.id)
    ).all()
    asked = sorted((ref.key, amount.minor) for ref, amount in entries)
    if transfer.kind is not kind or sorted((row.key, row.minor) for row in posted) != asked:
        raise Conflict("ledger_key", key=key)
    return transfer.id


def _accounts(session: Session, refs: dict[str, AccountRef]) -> dict[str, UUID]:
    """Return the accounts' ids by key, opening those that are new."""
    if not refs:
        return {}
    found = _opened(session, refs)
    missing = [
        {
            "id": new_id(),
            "key": key,
            "kind": refs[key].kind,
            "owner_id": refs[key].owner_id,
            "currency": refs[key].currency,
            "subject_kind": subject.kind if (subject := refs[key].subject) else None,
            "subject_id": subject.id if subject else None,
        }
        for key in sorted(refs.keys() - found.keys())  # in one order, so that two openers do not wait for each other
    ]
    mine = insert_new(session, LedgerAccount, missing)
    found |= {row["key"]: row["id"] for row in missing if row["id"] in mine}
    # Whoever opened one meanwhile has committed it by now.
    return found if found.keys() == refs.keys() else _opened(session, refs)


def _opened(session: Session, refs: Collection[str]) -> dict[str, UUID]:
    return {row.key: row.id for row in session.execute(_ACCOUNTS, {"keys": list(refs)})}
