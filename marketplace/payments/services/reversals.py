"""Record what became of parts of transfers that were asked back."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.queries.remitting import ReversalRow, reversal_row
from marketplace.payments.rules.cards import attempt_after
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.provider import ReversalSeen
from marketplace.payments.rules.remitting import REVERSALS, ReversalState
from marketplace.payments.services import ledger


def claim(session: Session, *, reversal_id: UUID, now: datetime) -> ReversalRow:
    """Note that a reversal is asked for now; one that is over stays as it is."""
    found = _locked(session, reversal_id)
    if found.state is ReversalState.DUE:
        found.asked_at = found.asked_at or now
        session.flush()
    return reversal_row(found)


def claim_new_attempt(session: Session, *, reversal_id: UUID, failed: int, now: datetime) -> ReversalRow:
    """Take a new key for a reversal that the provider is known not to have made, the same for all who found so."""
    found = _locked(session, reversal_id)
    attempt = attempt_after(failed, current=found.attempt)
    if attempt != found.attempt:
        found.attempt, found.asked_at = attempt, now
    session.flush()
    return reversal_row(found)


def finish(session: Session, *, reversal_id: UUID, seen: ReversalSeen, now: datetime) -> None:
    """The provider has taken the money back: the company owes so much less. Again changes nothing."""
    found = _locked(session, reversal_id)
    if found.state is not ReversalState.DUE:
        return
    found.provider_id = seen.provider_id
    found.state = REVERSALS.apply(found.state, "finish")
    session.flush()
    amount = Money(found.amount_minor, found.currency)
    clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, found.currency)
    owed = AccountRef(AccountKind.MERCHANT_RECEIVABLE, found.company_id, found.currency)
    ledger.post(
        session,
        kind=TransferKind.TRANSFER_REVERSED,
        key=reversed_key(found.id),
        entries=pair(clearing, owed, amount),
        subject=None,
        now=now,
    )
    _audit(session, found, "finish", now=now)


def fail(session: Session, *, reversal_id: UUID, reason: str, now: datetime) -> None:
    """The provider took nothing back: the company goes on owing it, and it is kept back from later payouts."""
    found = _locked(session, reversal_id)
    if found.state is ReversalState.DUE:
        found.state = REVERSALS.apply(found.state, "fail")
        found.reason = reason[:64]
        session.flush()
        _audit(session, found, "fail", now=now)


def reversed_key(reversal_id: UUID) -> str:
    """Return the ledger key under which a reversal is booked: once."""
    return f"{TransferKind.TRANSFER_REVERSED}:{reversal_id}"


def _locked(session: Session, reversal_id: UUID) -> PayoutReversal:
    statement = sa.select(PayoutReversal).where(PayoutReversal.id == reversal_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("payout_reversal")
    return found


def _audit(session: Session, found: PayoutReversal, action: str, *, now: datetime) -> None:
    facts: dict[str, Any] = {"minor": found.amount_minor, "currency": found.currency, "payout": found.payout_id}
    if found.reason:
        facts["reason"] = found.reason
    audit.record(
        session,
        actor=SYSTEM,
        action=f"payout_reversal.{action}",
        subject="payout_reversal",
        subject_id=found.id,
        facts=facts,
        now=now,
    )
