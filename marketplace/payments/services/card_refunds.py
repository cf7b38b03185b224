"""Claim refunds of a card charge and record what the provider made of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.cards import CardCharge, CardRefund
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries import disputes
from marketplace.payments.queries.cards import ChargeRow, RefundRow, refund_row
from marketplace.payments.rules import cards as rules
from marketplace.payments.rules.card_returns import return_of
from marketplace.payments.rules.cards import CardState, RefundState
from marketplace.payments.rules.provider import ProviderRefundState, RefundSeen
from marketplace.payments.services import card_entries

_SUM: Final = sa.select(sa.func.coalesce(sa.func.sum(CardRefund.amount_minor), 0)).where(
    CardRefund.charge_id == sa.bindparam("charge_id"), CardRefund.state.in_(sa.bindparam("states", expanding=True))
)


def claim(session: Session, *, key: str, refund_key: str, amount: Money, reason: str, now: datetime) -> RefundRow:
    """Write down that this much of a captured charge will be sent back; a known refund key returns its refund."""
    statement = sa.select(CardCharge).where(CardCharge.key == key).with_for_update()
    charge = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if charge is None:
        raise NotFound("card_charge")
    known = session.scalars(sa.select(CardRefund).where(CardRefund.key == refund_key)).one_or_none()
    if known is not None:
        rules.check_same(asked=amount, known=Money(known.amount_minor, charge.currency), key=refund_key)
        if known.charge_id != charge.id:
            raise Conflict("key_reused", key=refund_key)
        if known.state is RefundState.ASKED:
            # Whoever asks again is asking now: the reconciler need not ask beside him.
            known.asked_at = now
            session.flush()
        return refund_row(known, charge.currency)
    if charge.state not in (CardState.CAPTURED, CardState.REFUNDED):
        raise Conflict("state", thing="card_charge", state=str(charge.state), action="refund", possible=[])
    if disputes.is_pending(session, charge_id=charge.id):
        # The card's bank has the money; once it has decided, what waits is done.
        raise Conflict("card_disputed", key=key)
    sent = queries.sent_by_bank(session, charge_id=charge.id) + disputes.lost(session, charge_id=charge.id)
    # What the card's bank sent back goes on by its return alone.
    sent += queries.returning(session, charge_id=charge.id, but=return_of(refund_key))
    rules.check_refund(
        amount,
        captured=Money(charge.captured_minor - sent, charge.currency),
        refunding=_sum(session, charge.id, charge.currency, RefundState.ASKED, RefundState.DONE),
    )
    refund = CardRefund(
        id=new_id(),
        key=refund_key,
        charge_id=charge.id,
        amount_minor=amount.minor,
        reason=reason,
        state=RefundState.ASKED,
        attempt=1,
        created_at=now,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    return refund_row(refund, charge.currency)


def claim_new_attempt(session: Session, *, refund_id: UUID, failed: int, now: datetime) -> RefundRow:
    """Take a new key for a refund that the provider is known not to have made, the same for all who found so."""
    statement = sa.select(CardRefund).where(CardRefund.id == refund_id).with_for_update()
    refund = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if refund is None:
        raise NotFound("card_refund")
    attempt = rules.attempt_after(failed, current=refund.attempt)
    if attempt != refund.attempt:
        refund.attempt, refund.asked_at = attempt, now
    session.flush()
    currency = session.scalars(sa.select(CardCharge.currency).where(CardCharge.id == refund.charge_id)).one()
    return refund_row(refund, currency)


def fail(session: Session, *, charge: ChargeRow, refund_id: UUID, now: datetime) -> None:
    """Record that the provider refused a refund."""
    refund = _get(session, refund_id)
    if refund.state is RefundState.ASKED:
        _move(session, charge, refund, "fail", now=now)


def apply(session: Session, *, charge: ChargeRow, seen: tuple[RefundSeen, ...], now: datetime) -> Money:
    """Bring the refunds of a locked charge to what the provider shows; return how much is refunded in all.

    Where it shows none, that stays as it was: only what it shows moves a refund that counts.
    """
    if not seen:
        return charge.refunded
    for one in seen:
        refund = _recorded(session, charge, one, now=now)
        is_failed = one.state is ProviderRefundState.FAILED
        if is_failed and rules.REFUNDS.allows(refund.state, "fail"):
            _move(session, charge, refund, "fail", now=now)
        elif not is_failed and rules.REFUNDS.allows(refund.state, "finish"):
            # Pending counts: the money has left the provider's balance for us.
            _move(session, charge, refund, "finish", now=now)
    session.flush()
    return _sum(session, charge.id, charge.amount.currency, RefundState.DONE)


def _recorded(session: Session, charge: ChargeRow, seen: RefundSeen, *, now: datetime) -> CardRefund:
    """Return our row of a refund, made now for one that began on the provider's own pages.

    A second refund that the provider made for one of ours has a row of its own, too: the money left twice.
    """
    of_charge = sa.select(CardRefund).where(CardRefund.charge_id == charge.id)
    found = session.scalars(of_charge.where(CardRefund.provider_id == seen.provider_id)).one_or_none()
    if found is None and seen.refund_id is not None:
        unseen = of_charge.where(CardRefund.id == seen.refund_id, CardRefund.provider_id.is_(None))
        found = session.scalars(unseen).one_or_none()
    if found is None:
        found = CardRefund(
            id=new_id(),
            key=f"provider:{seen.provider_id}",
            charge_id=charge.id,
            amount_minor=seen.amount.minor,
            reason=rules.BY_PROVIDER,
            state=RefundState.ASKED,
            attempt=1,
            created_at=now,
            asked_at=now,
        )
        session.add(found)
    found.provider_id = seen.provider_id
    session.flush()
    return found


def _move(session: Session, charge: ChargeRow, refund: CardRefund, action: str, *, now: datetime) -> None:
    """Take a drawn step: the one place that writes a refund's state, with its audit row, entries and event."""
    was_done = refund.state is RefundState.DONE
    refund.state = rules.REFUNDS.apply(refund.state, action)
    session.flush()
    amount = Money(refund.amount_minor, charge.amount.currency)
    audit.record(
        session,
        actor=SYSTEM,
        action=f"card_refund.{action}",
        subject="card_refund",
        subject_id=refund.id,
        facts={"minor": amount.minor, "currency": amount.currency, "charge": str(charge.id)},
        now=now,
    )
    if action == "finish":
        card_entries.refund(session, charge=charge, refund_id=refund.id, amount=amount, now=now)
    elif was_done:
        card_entries.refund_failed(session, charge=charge, refund_id=refund.id, amount=amount, now=now)
    kind = events.CardRefunded if action == "finish" else events.CardRefundFailed
    record(
        session,
        kind(
            key=charge.key,
            charge_id=charge.id,
            subject_kind=str(charge.subject.kind),
            subject_id=charge.subject.id,
            amount=amount,
            refund_id=refund.id,
            at=now,
        ),
    )


def _sum(session: Session, charge_id: UUID, currency: str, *states: RefundState) -> Money:
    return Money(int(session.execute(_SUM, {"charge_id": charge_id, "states": states}).scalar_one()), currency)


def _get(session: Session, refund_id: UUID) -> CardRefund:
    found = session.get(CardRefund, refund_id)
    if found is None:
        raise NotFound("card_refund")
    return found
