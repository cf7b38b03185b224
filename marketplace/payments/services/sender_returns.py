"""Money that goes back to the account it came from: never without two people, and nowhere else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.payees import check_account
from marketplace.payments.models.bank import BankEntry, HouseMatch, SenderReturn
from marketplace.payments.rules.house_money import (
    RETURN_PREFIX,
    RETURNS,
    ReturnState,
    check_not_own,
    check_second,
)
from marketplace.payments.rules.statements import compact
from marketplace.payments.rules.terms import PayeeAccount
from marketplace.reference.rules import Setting

_PATIENCE: Final = {
    ReturnState.APPROVED: Setting.PAYOUT_APPROVAL_WORKING_DAYS,
    ReturnState.SENT: Setting.PAYOUT_RESULT_WORKING_DAYS,
    ReturnState.FAILED: Setting.TRANSFER_MATCH_WORKING_DAYS,
}


def sending(session: Session) -> Sequence[SenderReturn]:
    """Return what two people agreed to send back and no file has yet, locked."""
    return session.scalars(
        sa.select(SenderReturn)
        .where(SenderReturn.state == ReturnState.APPROVED)
        .order_by(SenderReturn.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def move(session: Session, found: SenderReturn, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn step of money that goes back: the one place that writes its state."""
    found.state = RETURNS.apply(found.state, action)
    found.changed_at = now
    setting = _PATIENCE.get(found.state)
    found.act_by = accounts.house_days(session, setting=setting, now=now) if setting else None
    found.escalated_at = None
    if found.state is ReturnState.SENT:
        found.failed_by = None
    session.flush()
    _audit(session, found, action, actor=actor, now=now)


def fail(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnState:
    """Say that the bank did not take what was to go back, and return where it stands then; it takes two people.

    The line that it came with can be taken back then, and is said anew. NotFound, Conflict ``state`` for one that is
    not on its way, ``same_person`` for a second word of one person, NotAllowed ``own_money`` for whoever's account it
    goes to.
    """
    found = session.get(SenderReturn, return_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("sender_return")
    RETURNS.apply(found.state, "fail")
    paid = merchants.paid_into(session, number=found.account.get("account_number", ""), currency=found.currency)
    check_not_own(accounts.companies_of(session, actor=actor), paid)
    if found.failed_by is not None:
        check_second(person_id=actor.person, first_by=found.failed_by)
        move(session, found, "fail", actor=actor, now=now)
        return found.state
    found.failed_by = actor.person
    found.act_by = accounts.house_days(session, setting=Setting.PAYOUT_APPROVAL_WORKING_DAYS, now=now)
    found.escalated_at = None
    session.flush()
    _audit(session, found, "first_failure", actor=actor, now=now)
    return found.state


def source(entry: BankEntry, told: Mapping[str, str]) -> PayeeAccount:
    """Return the account that money came from; its number is the bank's word and nobody's else."""
    if not entry.party_account:
        raise Refused.field("parts", "no_source", "a way that the bank itself offers")
    code = entry.party_bic or compact(told.get("bic", ""))
    account = PayeeAccount(
        account_name=entry.party_name or told.get("account_name", ""),
        bank_name=told.get("bank_name", "") or code,
        account_number=entry.party_account,
        bic=code,
        country=code[4:6],
    )
    return check_account(account, currency=entry.currency)


def send_back(
    session: Session, entry: BankEntry, match: HouseMatch, amount: Money, *, actor: Actor, now: datetime
) -> None:
    """Let money go out with the next file of payouts, to where two people said that it came from."""
    back = SenderReturn(
        id=new_id(),
        reference=new_reference(RETURN_PREFIX),
        entry_id=entry.id,
        currency=amount.currency,
        amount_minor=amount.minor,
        account=match.sender or {},
        state=ReturnState.APPROVED,
        act_by=accounts.house_days(session, setting=_PATIENCE[ReturnState.APPROVED], now=now),
        created_at=now,
        changed_at=now,
    )
    session.add(back)
    session.flush()
    facts = {"minor": amount.minor, "currency": amount.currency, "entry": entry.id}
    audit.record(
        session, actor=actor, action="sender_return.approved", subject="sender_return", subject_id=back.id,
        facts=facts, now=now,
    )  # fmt: skip


def _audit(session: Session, found: SenderReturn, action: str, *, actor: Actor, now: datetime) -> None:
    facts = {"minor": found.amount_minor, "currency": found.currency, "state": str(found.state)}
    audit.record(
        session, actor=actor, action=f"sender_return.{action}", subject="sender_return", subject_id=found.id,
        facts=facts, now=now,
    )  # fmt: skip
