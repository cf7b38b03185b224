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
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.payees import PayeeAccount, check_account
from marketplace.outbox import services as outbox
from marketplace.payments import events
from marketplace.payments.models.cards import CardRefund, CardReturn
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries import card_returns as queries
from marketplace.payments.queries import cards, disputes
from marketplace.payments.rules import card_returns as rules
from marketplace.payments.rules.card_returns import RETURNS, ReturnState, Way
from marketplace.payments.rules.cards import BY_PROVIDER, RefundState
from marketplace.payments.services import card_entries, holding, treasury
from marketplace.payments.services.splitting import locked
from marketplace.payments.services.terms import terms_of
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
        _due_again(session, row, actor=SYSTEM, now=event.at)
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
    fit(session, charge_id=refund.charge_id, now=event.at)
    if row.state is not ReturnState.DUE:
        return
    treasury.tell(
        session,
        template="card_return_due",
        context={"reference": row.reference, "amount": str(Money(row.amount_minor, row.currency))},
        now=event.at,
    )


def fit(session: Session, *, charge_id: UUID, now: datetime) -> None:
    """Let no more go back of a charge than is left of it: what its payer got another way he does not get twice."""
    charge = cards.charge_by_id(session, charge_id=charge_id)
    refunds = cards.refunds_of(session, charge_id=charge_id)
    going = {refund.key for refund in refunds if refund.state is RefundState.ASKED}
    locked(session, charge.subject)
    left = queries.left_of(session, charge=charge).minor
    wanted = sa.select(CardReturn).where(CardReturn.charge_id == charge_id, CardReturn.state.in_(rules.OPEN))
    for row in session.scalars(wanted.order_by(CardReturn.id).with_for_update()).all():
        if rules.refund_key(row.id, row.attempt) in going:
            continue  # it is on its way, and counted as such
        if left <= 0:
            _move(session, row, "cover", actor=SYSTEM, now=now)
        elif left < row.amount_minor:
            row.amount_minor = left
            session.flush()
            _audit(session, row, "lessen", actor=SYSTEM, now=now)
        left -= row.amount_minor


def on_refunded(session: Session, event: events.CardRefunded) -> None:
    """Settle the return that made a refund, and let the others not send the same money again."""
    made_by = rules.return_of(session.get_one(CardRefund, event.refund_id).key)
    if made_by is not None:
        row = _locked(session, made_by)
        if row.state is ReturnState.APPROVED:
            _move(session, row, "settle", actor=SYSTEM, now=event.at)
    fit(session, charge_id=event.charge_id, now=event.at)


def put_back(session: Session, *, return_id: UUID, now: datetime) -> None:
    """Let a return that its card cannot take, because less is left of the charge, wait for its people again."""
    row = _locked(session, return_id)
    if row.state is ReturnState.APPROVED:
        _due_again(session, row, actor=SYSTEM, now=now)
        fit(session, charge_id=row.charge_id, now=now)


def approve(
    session: Session,
    *,
    return_id: UUID,
    way: str,
    account: PayeeAccount | None = None,
    actor: Actor,
    now: datetime,
) -> ReturnState:
    """Agree to send money back this way and return where the return stands then; it takes two people.

    By bank it goes to the account that its payer named for the currency; where it named none, to the one that the first
    person tells. The second person agrees to that account and to no other.

    A return of more than is left of its charge becomes less instead, and this yes to another amount does not count.
    NotAllowed ``own_return`` for whoever is of the company that is paid back, ``same_person`` for a second yes of one
    person, Conflict ``way_chosen`` for another way than the first person chose, ``card_disputed`` meanwhile.
    """
    row = _locked(session, return_id)
    RETURNS.apply(row.state, "approve")
    charge = cards.charge_by_id(session, charge_id=row.charge_id)
    if disputes.is_pending(session, charge_id=row.charge_id):
        raise Conflict("card_disputed", key=charge.key)
    terms = _terms_for(session, row, actor)
    asked = row.amount_minor
    fit(session, charge_id=row.charge_id, now=now)
    if (row.state, row.amount_minor) != (ReturnState.DUE, asked):
        return row.state
    chosen = rules.way_of(way)
    agreed = [person for person in (row.first_by, row.second_by) if person]
    rules.check_approver(person_id=actor.person, way=chosen, chosen=row.way, approved_by=agreed)
    if not agreed:
        row.way, row.first_by = chosen, actor.person
        row.account = _account(session, row, terms, account).as_json() if chosen is Way.BANK else None
        session.flush()
        _audit(session, row, "first_approval", actor=actor, now=now)
        return row.state
    if account is not None and row.account is not None:
        rules.account_for(named=PayeeAccount(**row.account), told=account)
    row.second_by = actor.person
    _move(session, row, "approve", actor=actor, now=now)
    if chosen is Way.CARD:
        outbox.enqueue(session, SEND, {"return": str(row.id)}, key=f"{SEND}:{row.id}:{row.attempt}", now=now)
    return row.state


def decline(session: Session, *, return_id: UUID, actor: Actor, now: datetime) -> None:
    """Put aside the way and account that the first person chose, as the second or as the first: both are open anew.

    Conflict ``nothing_chosen`` while nobody has chosen, NotAllowed ``own_return`` as for an approval.
    """
    row = _locked(session, return_id)
    RETURNS.apply(row.state, "approve")
    if row.first_by is None:
        raise Conflict("nothing_chosen")
    _terms_for(session, row, actor)
    _audit(session, row, "declined", actor=actor, now=now)
    row.way, row.first_by, row.account, row.changed_at = None, None, None, now
    session.flush()


def record_sent(session: Session, *, return_id: UUID, bank_reference: str, actor: Actor, now: datetime) -> None:
    """Note that the provider's bank has sent a return that two people agreed to, and under which reference.

    The same reference again changes nothing. Conflict ``way_chosen`` for one that goes to the card, NotAllowed
    ``own_return`` for whoever is of the company that is paid back.
    """
    row = _locked(session, return_id)
    _terms_for(session, row, actor)
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
    card_entries.returned(session, charge=charge, return_id=row.id, attempt=row.attempt, amount=amount, now=now)
    holding.follow(session, charge_id=row.charge_id, now=now)


def bounce(session: Session, *, return_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that the bank did not send a return, or sent it back: two people choose its way and account anew.

    NotAllowed ``own_return`` for whoever is of the company that is paid back, Conflict ``state`` for one that is not on
    its way by bank.
    """
    row = _locked(session, return_id)
    if row.way is not Way.BANK or row.state not in (ReturnState.APPROVED, ReturnState.SETTLED):
        raise Conflict("state", thing="card_return", state=str(row.state), action="bounce", possible=[])
    _terms_for(session, row, actor)
    was_sent, attempt = row.state is ReturnState.SETTLED, row.attempt
    _due_again(session, row, actor=actor, now=now)
    if was_sent:
        charge = cards.charge_by_id(session, charge_id=row.charge_id)
        amount = Money(row.amount_minor, row.currency)
        card_entries.bounced(session, charge=charge, return_id=row.id, attempt=attempt, amount=amount, now=now)
        holding.follow(session, charge_id=row.charge_id, now=now)
    fit(session, charge_id=row.charge_id, now=now)


def _account(session: Session, row: CardReturn, terms: PaymentTerms | None, told: PayeeAccount | None) -> PayeeAccount:
    """Return the account that money goes back to by bank: the payer's own word, else the first person's."""
    named = merchants.payee(session, company_id=terms.payer_id, currency=row.currency) if terms else None
    checked = check_account(told, currency=row.currency) if told else None
    return rules.account_for(named=named, told=checked)


def _terms_for(session: Session, row: CardReturn, actor: Actor) -> PaymentTerms | None:
    """Return the terms of what goes back; NotAllowed ``own_return`` for whoever is of the company that is paid back."""
    charge = cards.charge_by_id(session, charge_id=row.charge_id)
    terms = terms_of(session, charge.subject)
    if terms is not None and terms.payer_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_return")
    return terms


def _is_cancelled(session: Session, event: events.CardEvent) -> bool:
    charge = cards.charge_by_id(session, charge_id=event.charge_id)
    terms = terms_of(session, charge.subject)
    return terms is not None and terms.cancelled_at is not None


def _due_again(session: Session, row: CardReturn, *, actor: Actor, now: datetime) -> None:
    """Let a return wait for two people anew, who choose its way anew."""
    row.way = row.first_by = row.second_by = row.account = row.bank_reference = None
    row.attempt += 1
    _move(session, row, "fail", actor=actor, now=now)


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
