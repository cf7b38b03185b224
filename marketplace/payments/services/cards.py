"""Claim what will be asked of the card provider, and record what it shows: once, in whatever order it is shown."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.outbox import services as outbox
from marketplace.payments import events
from marketplace.payments.models.cards import CardCharge, CardRefund, WebhookEvent
from marketplace.payments.queries.cards import ChargeRow, charge_row
from marketplace.payments.rules import cards as rules
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.provider import EventSeen, IntentSeen, PageSeen
from marketplace.payments.services import card_entries, card_refunds, disputes

_TAKEN: Final = (CardState.CAPTURED, CardState.REFUNDED)
# What the provider calls a charge that was never sent, or that it refused to look at.
NOT_SENT: Final = "not_sent"
_LOCKED: Final = sa.select(CardCharge).with_for_update().execution_options(populate_existing=True)
_BY_ID: Final = _LOCKED.where(CardCharge.id == sa.bindparam("asked"))
_BY_KEY: Final = _LOCKED.where(CardCharge.key == sa.bindparam("asked"))


def claim(
    session: Session,
    *,
    key: str,
    amount: Money,
    payment_method: str | None,
    local_method: LocalMethod | None = None,
    subject_ids: Mapping[str, UUID],
    return_url: str | None,
    title: str,
    now: datetime,
) -> ChargeRow:
    """Write down that this will be asked of the provider; a key that is known returns its charge.

    Conflict ``key_reused`` for another amount, ``card_cancelled`` for a charge that is being given up.
    """
    subject = rules.subject_of(subject_ids)
    row = {
        "id": new_id(),
        "key": key,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "subject_ids": {name: str(value) for name, value in subject_ids.items()},
        "currency": amount.currency,
        "amount_minor": amount.minor,
        "authorised_minor": 0,
        "captured_minor": 0,
        "refunded_minor": 0,
        "state": CardState.CREATED,
        "payment_method": payment_method,
        "local_method": local_method,
        "return_url": return_url,
        "title": title,
        "attempt": 1,
        "created_at": now,
        "asked_at": now,
        "capture_attempt": 1,
        "cancel_attempt": 1,
        "changed_at": now,
    }
    if insert_if_new(session, CardCharge, **row):
        # Nobody else sees it before this transaction ends.
        return charge_row(CardCharge(**row))
    charge = _locked(session, _BY_KEY, key)
    rules.check_same(asked=amount, known=Money(charge.amount_minor, charge.currency), key=key)
    if charge.state is CardState.CREATED:
        if charge.cancel_asked_at:
            raise Conflict("card_cancelled", key=key)
        # Whoever asks again is asking now: the reconciler must not take the charge for one that was never sent.
        charge.asked_at = now
    session.flush()
    return charge_row(charge)


def claim_new_attempt(session: Session, *, charge_id: UUID, act: str, failed: int) -> ChargeRow:
    """Take a new key for ``authorise``, ``capture`` or ``cancel``, which the provider is known not to have done.

    It is the same for all who found so of the ``failed`` attempt.
    """
    charge = _locked(session, _BY_ID, charge_id)
    column = {"authorise": "attempt", "capture": "capture_attempt", "cancel": "cancel_attempt"}[act]
    setattr(charge, column, rules.attempt_after(failed, current=getattr(charge, column)))
    session.flush()
    return charge_row(charge)


def claim_capture(session: Session, *, key: str, now: datetime) -> ChargeRow:
    """Decide that an authorised charge is taken; from now on it can no longer be cancelled."""
    charge = _locked(session, _BY_KEY, key)
    if charge.state in _TAKEN:
        return charge_row(charge)
    if charge.state is not CardState.AUTHORISED or charge.cancel_asked_at:
        raise Conflict("state", thing="card_charge", state=str(charge.state), action="capture", possible=[])
    charge.capture_asked_at = charge.capture_asked_at or now
    session.flush()
    return charge_row(charge)


def claim_cancel(session: Session, *, key: str, now: datetime) -> ChargeRow:
    """Decide that a charge that is not taken is given back; from now on it can no longer be captured."""
    charge = _locked(session, _BY_KEY, key)
    if charge.state in _TAKEN or charge.capture_asked_at:
        raise Conflict("state", thing="card_charge", state=str(charge.state), action="cancel", possible=["refund"])
    charge.cancel_asked_at = charge.cancel_asked_at or now
    session.flush()
    return charge_row(charge)


def show_page(session: Session, *, charge_id: UUID, page: PageSeen, now: datetime) -> ChargeRow:
    """Record the page that was opened for a charge."""
    charge = _locked(session, _BY_ID, charge_id)
    if charge.state is CardState.CREATED:
        charge.page_id = page.page_id
        charge.page_url = page.url
        _move(session, charge, "show_page", now=now)
    return charge_row(charge)


def close_page(session: Session, *, charge_id: UUID, now: datetime) -> ChargeRow:
    """Record that a page ended unpaid."""
    charge = _locked(session, _BY_ID, charge_id)
    if charge.state in (CardState.CREATED, CardState.NEEDS_PAGE) and charge.intent_id is None:
        _move(session, charge, "cancel", now=now)
    return charge_row(charge)


def give_up(session: Session, *, charge_id: UUID, code: str, asked_before: datetime, now: datetime) -> ChargeRow:
    """Record that the provider never made this charge, unless somebody has asked again since."""
    charge = _locked(session, _BY_ID, charge_id)
    if charge.state is CardState.CREATED and charge.intent_id is None and charge.asked_at <= asked_before:
        charge.decline_code = code[:64]
        _move(session, charge, "cancel" if charge.cancel_asked_at else "decline", now=now)
    return charge_row(charge)


def apply(session: Session, *, charge_id: UUID, seen: IntentSeen, now: datetime) -> ChargeRow:
    """Bring a charge to what the provider shows: state, ledger, events; a second or an older view does nothing."""
    charge = _locked(session, _BY_ID, charge_id)
    if charge.intent_id not in (None, seen.intent_id):
        return charge_row(charge)
    if charge.state in (CardState.DECLINED, CardState.CANCELLED) and charge.intent_id is None:
        # Given up before the provider made it after all; the flow gives it back.
        return charge_row(charge)
    charge.intent_id = seen.intent_id
    shown = rules.view(seen, by_page=charge.payment_method is None)
    for action in rules.actions_towards(charge.state, shown):
        _take(session, charge, action, seen, now=now)
    is_over = seen.is_final or charge.page_id is None
    if charge.state is CardState.NEEDS_PAGE and rules.is_with_bank(shown, page_is_over=is_over):
        charge.page_url = None
    if charge.state in _TAKEN:
        if seen.fee is not None and charge.fee_minor is None:
            # Told later: what is told with the capture is booked with it. Each fee is booked once.
            _note_fee(charge, seen.fee)
            card_entries.fee(session, charge=charge_row(charge), fee=seen.fee, now=now)
        refunded = card_refunds.apply(session, charge=charge_row(charge), seen=seen.refunds, now=now)
        _note_refunded(session, charge, refunded, now=now)
        disputes.apply(session, charge=charge_row(charge), seen=seen.disputes, now=now)
    session.flush()
    return charge_row(charge)


def note_look(session: Session, *, charge_ids: Collection[UUID], refund_ids: Collection[UUID], now: datetime) -> None:
    """Note that the reconciler asks about these now, whatever comes of it: others have their turn next."""
    for table, ids in ((CardCharge, charge_ids), (CardRefund, refund_ids)):
        session.execute(
            sa.update(table).where(table.id.in_(ids)).values(looked_at=now),
            execution_options={"synchronize_session": False},
        )


def take_event(session: Session, *, event: EventSeen, charge_id: UUID | None, now: datetime) -> bool:
    """Write down a notice beside its effect; False when it was taken before."""
    return insert_if_new(
        session,
        WebhookEvent,
        event_id=event.event_id,
        kind=event.kind,
        charge_id=charge_id,
        received_at=now,
    )


def _take(session: Session, charge: CardCharge, action: str, seen: IntentSeen, *, now: datetime) -> None:
    if action == "show_page":
        charge.page_url = seen.page_url or charge.page_url
    if action == "authorise":
        charge.authorised_minor = seen.amount.minor
        charge.decline_code = None
    if action == "decline":
        charge.decline_code = (seen.decline_code or "declined")[:64]
    if action == "capture":
        charge.captured_minor = seen.captured.minor
        if seen.fee is not None:
            # When the row is written anyway.
            _note_fee(charge, seen.fee)
    _move(session, charge, action, fee=seen.fee, now=now)


def _note_fee(charge: CardCharge, fee: Money) -> None:
    """Write down what the provider kept."""
    charge.fee_minor, charge.fee_currency = fee.minor, fee.currency


def _note_refunded(session: Session, charge: CardCharge, refunded: Money, *, now: datetime) -> None:
    charge.refunded_minor = refunded.minor
    is_all = charge.refunded_minor == charge.captured_minor
    if is_all and charge.state is CardState.CAPTURED:
        _move(session, charge, "refund", now=now)
    elif not is_all and charge.state is CardState.REFUNDED:
        _move(session, charge, "refund_failed", now=now)


def _move(session: Session, charge: CardCharge, action: str, *, fee: Money | None = None, now: datetime) -> None:
    """Take a drawn step: the one place that writes a charge's state, with its audit row, entries and event."""
    charge.state = rules.LIFECYCLE.apply(charge.state, action)
    charge.changed_at = now
    session.flush()
    audit.record(
        session,
        actor=SYSTEM,
        action=f"card.{action}",
        subject="card_charge",
        subject_id=charge.id,
        facts={"minor": charge.amount_minor, "currency": charge.currency, "state": str(charge.state)},
        now=now,
    )
    if action == "capture":
        card_entries.capture(session, charge=charge_row(charge), fee=fee, now=now)
        _return_late(session, charge, now=now)
    if news := _news(charge, action, now=now):
        record(session, news)


def _return_late(session: Session, charge: CardCharge, *, now: datetime) -> None:
    """Have a job send back what was taken of a charge after it was given up: nothing is there that it could pay."""
    if charge.cancel_asked_at:
        subject = {"subject_kind": str(charge.subject_kind), "subject_id": str(charge.subject_id)}
        outbox.enqueue(session, rules.GIVE_BACK, subject, key=f"{rules.GIVE_BACK}:late:{charge.id}", now=now)


def _news(charge: CardCharge, action: str, *, now: datetime) -> events.CardEvent | None:
    facts = {
        "key": charge.key,
        "charge_id": charge.id,
        "subject_kind": str(charge.subject_kind),
        "subject_id": charge.subject_id,
        "at": now,
    }
    amount = Money(charge.amount_minor, charge.currency)
    match action:
        case "authorise":
            return events.CardAuthorised(**facts, amount=amount)
        case "capture":
            return events.CardCaptured(**facts, amount=Money(charge.captured_minor, charge.currency))
        case "decline":
            return events.CardDeclined(**facts, amount=amount, decline_code=charge.decline_code or "declined")
        case "cancel":
            return events.CardCancelled(**facts, amount=amount)
        case _:
            return None


def _locked(session: Session, by: sa.Select[CardCharge], asked: UUID | str) -> CardCharge:
    """Return a charge that nobody else changes until this transaction ends."""
    found = session.scalars(by, {"asked": asked}).one_or_none()
    if found is None:
        raise NotFound("card_charge")
    return found
