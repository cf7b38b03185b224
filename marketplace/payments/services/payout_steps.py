"""The steps of a payout: the one place that writes its state, with its entries and its audit row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.money import Money
from marketplace.payments.models.payouts import Payout
from marketplace.payments.rules.house_money import suspense
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.payouts import PAYOUTS, RESERVING, Failure, PayoutState
from marketplace.payments.services import ledger
from marketplace.reference.rules import Setting

_PATIENCE: Final = {
    PayoutState.DUE: Setting.PAYOUT_APPROVAL_WORKING_DAYS,
    PayoutState.SENT: Setting.PAYOUT_RESULT_WORKING_DAYS,
}


def promised_of(session: Session, account: AccountRef) -> Sequence[Payout]:
    """Return the payouts that the money of a payable account is promised to, locked: before the account is."""
    return session.scalars(
        sa.select(Payout)
        .where(
            Payout.company_id == account.owner_id,
            Payout.currency == account.currency,
            Payout.source == account.kind,
            Payout.state.in_(RESERVING),
        )
        .order_by(Payout.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def fail(session: Session, payout: Payout, failure: Failure, *, now: datetime) -> None:
    """End a payout that was not sent for a reason of ours: its money is payable as it was."""
    payout.failure = str(failure)
    move(session, payout, "fail", actor=SYSTEM, now=now)


def move(
    session: Session, payout: Payout, action: str, *, actor: Actor, now: datetime, by_statement: bool = False
) -> UUID | None:
    """Take a drawn step and return the transfer of the ledger that it made, if any."""
    was = payout.state
    payout.state = PAYOUTS.apply(was, action)
    payout.changed_at = now
    payout.act_by, payout.escalated_at = act_by(session, payout.state, now), None
    session.flush()
    note(session, payout, f"payout.{action}", actor=actor, now=now)
    books = _books(payout, action, was, by_statement=by_statement)
    if books is None:
        return None
    kind, sides = books
    entries = pair(*sides, Money(payout.amount_minor, payout.currency))
    key = ledger.next_key(session, kind, payout.id)
    return ledger.post(session, kind=kind, key=key, entries=entries, subject=None, now=now)


def _books(
    payout: Payout, action: str, was: PayoutState, *, by_statement: bool
) -> tuple[TransferKind, tuple[AccountRef, AccountRef]] | None:
    """Return what the books say of a step: the account that is debited, then the credited one."""
    transit = AccountRef(AccountKind.PAYOUT_IN_TRANSIT, payout.company_id, payout.currency)
    clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, payout.currency)
    waiting = suspense(payout.currency)
    if payout.source is AccountKind.TRADE_PAYABLE:
        clearing = AccountRef(AccountKind.HOUSE_BANK, None, payout.currency)
    if action == "settle":
        return TransferKind.PAYOUT_SETTLED, (transit, waiting if by_statement else clearing)
    if action == "bounce":
        return TransferKind.PAYOUT_RETURNED, (waiting if by_statement else clearing, source(payout))
    if action in ("send", "find"):
        return TransferKind.PAYOUT_SENT, (source(payout), transit)
    if was is PayoutState.SENT:
        return TransferKind.PAYOUT_RETURNED, (transit, source(payout))
    return None


def act_by(session: Session, state: PayoutState, now: datetime) -> datetime | None:
    """Return until when the operator's people must act on a payout that came into this state now."""
    setting = _PATIENCE.get(state)
    return accounts.house_days(session, setting=setting, now=now) if setting else None


def source(payout: Payout) -> AccountRef:
    """Return the account that a payout is made from."""
    return AccountRef(payout.source, payout.company_id, payout.currency)


def note(session: Session, payout: Payout, action: str, *, actor: Actor, now: datetime) -> None:
    """Write down who did what to a payout."""
    facts: dict[str, Any] = {
        "minor": payout.amount_minor,
        "currency": payout.currency,
        "company": payout.company_id,
        "state": str(payout.state),
    }
    audit.record(session, actor=actor, action=action, subject="payout", subject_id=payout.id, facts=facts, now=now)
