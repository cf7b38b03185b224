"""Returns of card money whose refund failed: opened at once, agreed to by two people, sent on by card or by bank."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.outbox import services as outbox
from marketplace.payments import events
from marketplace.payments.models.cards import CardRefund, CardReturn
from marketplace.payments.queries import cards
from marketplace.payments.rules import card_returns as rules
from marketplace.payments.rules.card_returns import RETURNS, ReturnState, Way
from marketplace.payments.rules.cards import BY_PROVIDER
from marketplace.payments.services import card_entries, holding, treasury
from marketplace.reference.rules import Setting

# The job that sends a return to the card once more.
SEND: Final = "send_card_return"


def on_refund_failed(session: Session, event: events.CardRefundFailed) -> None:
    """Open a return for a refund that failed, or send the return that made it back to its people.

    A refund that somebody made on the provider's own pages is his to follow, unless its subject is cancelled.
    """
    refund = session.get_one(CardRefund, event.refund_id)
    made_by = rules.return_of(refund.key)
    if made_by is not None:
        row = _locked(session, made_by)
        row.way = row.first_by = row.second_by = None
        row.attempt += 1
        _move(session, row, "fail", actor=SYSTEM, now=event.at)
    elif refund.reason != BY_PROVIDER or _is_cancelled(session, event):
        row_id = new_id()
        insert_if_new(
            session,
            CardReturn,
            id=row_id,
            reference=new_reference(rules.PREFIX),
            refund_id=refund.id,
            charge_id=refund.charge_id,
            currency=event.amount.currency,
            amount_minor=event.amount.minor,
            state=ReturnState.DUE,
            attempt=1,
            act_by=_act_by(session, event.at),
            created_at=event.at,
            changed_at=event.at,
        )
        row = session.scalars(sa.select(CardReturn).where(CardReturn.refund_id == refund.id)).one()
        _audit(session, row, "open", actor=SYSTEM, now=event.at)
    else:
        return
    treasury.tell(
        session,
        template="card_return_due",
        context={"reference": row.reference, "amount": str(event.amount)},
        now=event.at,
    )


def on_refunded(session: Session, event: events.CardRefunded) -> None:
    """Settle the return that made a refund."""
    made_by = rules.return_of(session.get_one(CardRefund, event.refund_id).key)
    if made_by is not None:
        row = _locked(session, made_by)
        if row.state is ReturnState.APPROVED:
            _move(session, row, "settle", actor=SYSTEM, now=event.at)


def approve(session: Session, *, return_id: UUID, way: str, actor: Actor, now: datetime) -> ReturnState:
    """Agree to send money back this way and return where the return stands then; it takes two people.

    NotAllowed ``own_return`` for whoever is of the company that is paid back, ``same_person`` for a second yes of one
    person, Conflict ``way_chosen`` for another way than the first person chose.
    """
    row = _locked(session, return_id)
    RETURNS.apply(row.state, "approve")
    charge = cards.charge_by_id(session, charge_id=row.charge_id)
    terms = holding.terms_of(session, charge.subject)
    if terms is not None and terms.payer_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_return")
    chosen = rules.way_of(way)
    agreed = [person for person in (row.first_by, row.second_by) if person]
    rules.check_approver(person_id=actor.person, way=chosen, chosen=row.way, approved_by=agreed)
    if not agreed:
        row.way, row.first_by = chosen, actor.person
        session.flush()
        _audit(session, row, "first_approval", actor=actor, now=now)
        return row.state
    row.second_by = actor.person
    _move(session, row, "approve", actor=actor, now=now)
    if chosen is Way.CARD:
        outbox.enqueue(session, SEND, {"return": str(row.id)}, key=f"{SEND}:{row.id}:{row.attempt}", now=now)
    return row.state


def record_sent(session: Session, *, return_id: UUID, bank_reference: str, actor: Actor, now: datetime) -> None:
    """Note that the provider's bank has sent a return that two people agreed to, and under which reference.

    The same reference again changes nothing. Conflict ``way_chosen`` for one that goes to the card.
    """
    row = _locked(session, return_id)
    if not bank_reference.strip():
        raise Refused.field("bank_reference", "required", "the bank's reference of the transfer")
    if row.state is ReturnState.SETTLED and row.bank_reference == bank_reference:
        return
    if row.way is Way.CARD:
        raise Conflict("way_chosen", way=str(row.way))
    row.bank_reference = bank_reference
    _move(session, row, "settle", actor=actor, now=now)
    charge = cards.charge_by_id(session, charge_id=row.charge_id)
    amount = Money(row.amount_minor, row.currency)
    card_entries.returned(session, charge=charge, return_id=row.id, amount=amount, now=now)
    holding.follow(session, charge_id=row.charge_id, now=now)


def _is_cancelled(session: Session, event: events.CardEvent) -> bool:
    charge = cards.charge_by_id(session, charge_id=event.charge_id)
    terms = holding.terms_of(session, charge.subject)
    return terms is not None and terms.cancelled_at is not None


def _move(session: Session, row: CardReturn, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn step: the one place that writes a return's state, audited."""
    row.state = RETURNS.apply(row.state, action)
    row.changed_at = now
    is_ours = row.state is ReturnState.DUE or (row.state is ReturnState.APPROVED and row.way is Way.BANK)
    row.act_by, row.escalated_at = _act_by(session, now) if is_ours else None, None
    session.flush()
    _audit(session, row, action, actor=actor, now=now)


def _act_by(session: Session, now: datetime) -> datetime | None:
    """Return until when the operator's people must act on a return that waits for them from now on."""
    return accounts.house_days(session, setting=Setting.CARD_RETURN_WORKING_DAYS, now=now)


def _locked(session: Session, return_id: UUID) -> CardReturn:
    statement = sa.select(CardReturn).where(CardReturn.id == return_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("card_return")
    return found


def _audit(session: Session, row: CardReturn, action: str, *, actor: Actor, now: datetime) -> None:
    facts: dict[str, Any] = {"minor": row.amount_minor, "currency": row.currency, "way": row.way and str(row.way)}
    if row.bank_reference:
        facts["bank_reference"] = digest(row.bank_reference)
    audit.record(
        session, actor=actor, action=f"card_return.{action}", subject="card_return", subject_id=row.id, facts=facts,
        now=now,
    )  # fmt: skip
