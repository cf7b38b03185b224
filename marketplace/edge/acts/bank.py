"""Import bank statements and place the house's money, by whoever asks."""

from collections.abc import Collection, Sequence
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.edge.acts.imports import mapping_of
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import bank as requests
from marketplace.edge.requests.payments import money
from marketplace.kernel import clock
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page
from marketplace.payments.bank_files import LARGEST
from marketplace.payments.flows import statements as flows
from marketplace.payments.queries import bank, house_bank
from marketplace.payments.queries.bank import EntryRow
from marketplace.payments.queries.house_bank import QueueRow, SenderReturnRow
from marketplace.payments.rules.house_money import BY_HAND, EntryState, Part, Purpose
from marketplace.payments.services import house_money, house_reversing, sender_returns
from marketplace.payments.services.statements import Imported


def take_in(body: requests.Statement) -> tuple[Imported, ...]:
    """Import the file of a multipart request into the accounts of the asker's company."""
    actor = require_actor()
    is_house = actor.company_kind == CompanyKind.OPERATOR
    if is_house:
        actor.must(Permission.OPERATOR_PAYOUT_APPROVE)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused.field("file", "required", "a file, sent as multipart/form-data")
    content = upload.stream.read(LARGEST + 1)
    upload.close()  # a large one lies in a file
    return flows.take_in(
        content,
        actor=actor,
        is_house=is_house,
        account=body.account or "",
        currency=body.currency or "",
        mapping=mapping_of(body.mapping),
        opening=body.opening,
        now=clock.now(),
    )


def house_entries(session: Session, search: requests.HouseEntriesQuery) -> tuple[tuple[QueueRow, ...], str | None]:
    """Return a page of the house's entries with what they may be, and where the list goes on."""
    state = EntryState(search.state) if search.state else None
    page: Page[EntryRow] = bank.entries(session, company_id=require_actor().company, state=state, cursor=search.cursor)
    return house_bank.queue(session, page.items), page.next


def house_entry(session: Session, entry_id: UUID) -> QueueRow:
    """Return one entry of the house's accounts; NotFound for any other."""
    found = bank.entry(session, company_id=require_actor().company, entry_id=entry_id)
    return house_bank.queue(session, [found])[0]


def match(session: Session, entry_id: UUID, body: requests.HouseMatch) -> QueueRow:
    """Say what an entry of the house's account is for."""
    found = bank.entry(session, company_id=require_actor().company, entry_id=entry_id)
    house_money.propose(
        session,
        actor=require_actor(),
        entry_id=entry_id,
        parts=_parts(body.parts, house_bank.queue(session, [found])[0]),
        sender={name: getattr(body, name) or "" for name in ("bic", "bank_name", "account_name")},
        now=clock.now(),
    )
    return house_entry(session, entry_id)


def approve(session: Session, entry_id: UUID) -> QueueRow:
    """Agree to what another person said of an entry."""
    house_money.approve(session, actor=require_actor(), entry_id=entry_id, now=clock.now())
    return house_entry(session, entry_id)


def decline(session: Session, entry_id: UUID) -> QueueRow:
    """Put aside what was said of an entry."""
    house_money.decline(session, actor=require_actor(), entry_id=entry_id, now=clock.now())
    return house_entry(session, entry_id)


def doubt(session: Session, entry_id: UUID, body: requests.HouseReversal) -> QueueRow:
    """Say that an entry of the house's account was placed wrongly."""
    house_reversing.doubt(session, actor=require_actor(), entry_id=entry_id, reason=body.reason, now=clock.now())
    return house_entry(session, entry_id)


def agree_to_reversal(session: Session, entry_id: UUID) -> QueueRow:
    """Agree that an entry was placed wrongly."""
    house_reversing.agree(session, actor=require_actor(), entry_id=entry_id, now=clock.now())
    return house_entry(session, entry_id)


def keep(session: Session, entry_id: UUID) -> QueueRow:
    """Let an entry stay as it is placed."""
    house_reversing.keep(session, actor=require_actor(), entry_id=entry_id, now=clock.now())
    return house_entry(session, entry_id)


def fail_return(session: Session, return_id: UUID) -> SenderReturnRow:
    """Say that the bank did not take what was to go back to its sender."""
    sender_returns.fail(session, actor=require_actor(), return_id=return_id, now=clock.now())
    return house_bank.sender_return(session, return_id=return_id)


def part_of(what: str, amount: object) -> dict[str, object]:
    """Return a row of the page's form, ``purpose:id``, as the API is sent it."""
    purpose, _colon, target = what.partition(":")
    name = BY_HAND.get(Purpose(purpose), "") if purpose in set(Purpose) else ""
    return {"purpose": purpose, "amount": amount, **({name: target} if name else {})}


def _parts(given: Sequence[requests.Part], row: QueueRow) -> list[Part]:
    """Return what an entry is said to be for; a receipt written down by hand has its own amount where none is said."""
    entry = row.entry
    currency, parts, whole = entry.amount.currency, list[Part](), abs(entry.amount.minor)
    written = {
        (each.purpose, each.target_id): Part(each.purpose, each.target_id, each.amount.minor)
        for each in row.suggestions
        if each.amount is not None
    }
    for place, part in enumerate(given):
        if part.currency not in (None, currency):
            raise Refused.field(f"parts.{place}.currency", "currency", currency)
        said = None if part.amount is None else money(part.amount, currency, field=f"parts.{place}.amount")
        minor = whole if said is None else said.minor
        target: dict[str, UUID | None] = {name: getattr(part, name) for name in BY_HAND.values() if name}
        wanted = BY_HAND.get(Purpose(part.purpose), "")
        surplus = [name for name, value in target.items() if value is not None and name != wanted]
        if surplus:
            raise Refused.field(f"parts.{place}.{surplus[0]}", "choice", "only the documented fields")
        meant = Part(Purpose(part.purpose), target.get(wanted), minor)
        parts.append(written.get((meant.purpose, meant.target_id), meant) if part.amount is None else meant)
    return parts


def owing(session: Session, currencies: Collection[str]) -> list[tuple[UUID, str, Purpose]]:
    """Return company, currency and purpose of everything that companies owe the operator in these currencies."""
    return [
        (company_id, currency, purpose)
        for currency in sorted(currencies)
        for purpose, kind in house_bank.OWED.items()
        for company_id in house_bank.owing(session, currency=currency, kind=kind)
    ]
