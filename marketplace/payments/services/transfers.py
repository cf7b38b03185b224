"""Money that came: recorded by the payee, matched to payments. It is never sent back from here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms, TransferMatch
from marketplace.payments.queries import transfers as queries
from marketplace.payments.queries.tolerance import tolerance
from marketplace.payments.rules.house_money import check_not_own
from marketplace.payments.rules.paying import (
    PAYMENTS,
    TRANSFERS,
    UNPAID,
    PaymentState,
    Standing,
    TransferState,
    allot,
    check_split,
    standing,
)
from marketplace.payments.rules.receipts import check_likely, check_receipt
from marketplace.payments.rules.references import doubtful_in, references_in, subjects_in
from marketplace.payments.rules.terms import Mode
from marketplace.payments.services import by_hand, payments
from marketplace.reference.rules import Setting


def confirm_payment(
    session: Session,
    *,
    actor: Actor,
    payment_id: UUID,
    amount: Money,
    received_on: date,
    confirmed: bool = False,
    now: datetime,
) -> None:
    """Record that this much of a payment came: all of it, a part, too much, or all but the bank's charges.

    Far too much is a Conflict ``amount_unlikely`` unless it is ``confirmed``: what is written down is owed back. So is
    the same amount of the same day a second time, a Conflict ``receipt_twice``: two people read one line of the bank.

    A paid payment confirmed with the same facts stays as it is; with others it is a Conflict ``state``. NotFound for
    another's payment, NotAllowed ``payee_only`` for the payer, Conflict ``hand_limit`` for what needs two people of the
    operator's.
    """
    (payment,) = payments.locked_of(session, company_id=actor.company, payment_ids=[payment_id])
    if payment.payee_id != actor.company:
        raise NotAllowed("payee_only")
    _check_currency(payment, amount)
    check_receipt(amount, received_on, now=now)
    is_known = _was_confirmed(session, payment, amount, received_on)
    if payment.state is PaymentState.PAID and is_known:
        return
    if payment.state not in UNPAID:
        raise Conflict(
            "state", thing="payment", state=str(payment.state), action="confirm", possible=_possible(payment)
        )
    if is_known and not confirmed:
        raise Conflict("receipt_twice", received=str(amount), received_on=received_on.isoformat())
    transfer = _write(
        session, actor=actor, amount=amount, received_on=received_on, reference=payment.reference, note="", now=now
    )
    _match(session, transfer, [payment], actor=actor, confirmed=confirmed, now=now)


def take_by_statement(
    session: Session,
    *,
    actor: Actor,
    payment_id: UUID,
    entry_id: UUID,
    amount: Money,
    received_on: date,
    now: datetime,
) -> UUID:
    """Record what a line of the operator's bank says came for a payment to its trading company; return the transfer.

    Conflict ``state`` for a payment that nobody owes any longer.
    """
    (payment,) = payments.locked(session, Payment.id == payment_id)
    PAYMENTS.apply(payment.state, "settle")
    payee = replace(actor, company_id=payment.payee_id)
    transfer = _write(
        session, actor=payee, amount=amount, received_on=received_on, reference=payment.reference, note="", now=now
    )
    transfer.house_entry_id = entry_id
    _match(session, transfer, [payment], actor=payee, confirmed=True, now=now)
    return transfer.id


def record_transfer(
    session: Session,
    *,
    actor: Actor,
    amount: Money,
    received_on: date,
    reference: str = "",
    note: str = "",
    confirmed: bool = False,
    asks: bool = True,
    into: str | None = None,
    now: datetime,
) -> UUID:
    """Record money that came to the actor's company and return the transfer's id.

    It is matched when its reference names exactly one open payment in its currency, by that payment's own reference or
    by what its papers print beside it; else it waits to be matched by hand. Far more than that payment lacks is a
    Conflict ``amount_unlikely`` unless it is ``confirmed``. Unless it ``asks``, nobody need say what money is for that
    names nothing of this city: a company has other business, too. ``into`` is the number of the account that it came
    into, where a bank tells: money in another account than the payment names waits for a person.
    """
    check_receipt(amount, received_on, now=now)
    transfer = _write(
        session, actor=actor, amount=amount, received_on=received_on, reference=reference, note=note, now=now
    )
    named = queries.named(session, payee_id=actor.company, currency=amount.currency, text=reference)
    if len(named) == 1:
        # Another receipt may have settled it meanwhile: then this one is looked at by hand.
        waiting = payments.locked(session, Payment.id.in_(named), Payment.state.in_(UNPAID))
        if waiting and not (into and queries.goes_elsewhere(waiting[0], into)):
            _match(session, transfer, waiting, actor=actor, confirmed=confirmed, now=now)
    names_some = doubtful_in(reference) or references_in(reference) or subjects_in(reference)
    if transfer.state is TransferState.UNMATCHED and (asks or names_some):
        transfer.act_by = accounts.days_of(
            session, company_id=actor.company, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now
        )
        session.flush()
    return transfer.id


def match_transfer(
    session: Session,
    *,
    actor: Actor,
    transfer_id: UUID,
    payment_ids: Sequence[UUID],
    amounts: Sequence[Money] = (),
    confirmed: bool = False,
    now: datetime,
) -> None:
    """Say which payments a transfer is for: each gets what it lacks, the last what is left; or each its ``amounts``.

    Matched to the same payments again it stays as it is; to others it is a Conflict ``state``. Far more than they
    lack is a Conflict ``amount_unlikely`` unless it is ``confirmed``. NotFound for another's transfer or payment.
    """
    wanted = list(dict.fromkeys(payment_ids))
    if not wanted:
        raise Refused.field("payment_ids", "required", "at least one payment")
    if amounts and len(wanted) != len(payment_ids):
        raise Refused.field("payment_ids", "parts_twice", "each once")
    transfer = locked_own(session, actor=actor, transfer_id=transfer_id)
    chosen = payments.locked_of(session, company_id=actor.company, payment_ids=wanted)
    if any(payment.payee_id != actor.company for payment in chosen):
        raise NotFound("payment")
    if transfer.state is TransferState.MATCHED and _matched_to(session, transfer) == set(wanted):
        return
    TRANSFERS.apply(transfer.state, "match")
    for payment in chosen:
        _check_currency(payment, _amount(transfer))
        PAYMENTS.apply(payment.state, "settle")
    if amounts:
        check_split(_amount(transfer), amounts, payments=len(chosen))
    _match(session, transfer, chosen, actor=actor, confirmed=confirmed, parts=amounts, now=now)


def dismiss(session: Session, *, actor: Actor, transfer_id: UUID, now: datetime) -> None:
    """Say as the payee that money is for nothing that was agreed in this city; said again it stays so.

    NotFound for another's transfer, Conflict ``state`` for one that is matched or withdrawn.
    """
    transfer = locked_own(session, actor=actor, transfer_id=transfer_id)
    if transfer.state is TransferState.NOT_OURS:
        return
    transfer.state = TRANSFERS.apply(transfer.state, "dismiss")
    transfer.act_by = transfer.escalated_at = None
    session.flush()
    _audit(session, transfer, "transfer.dismissed", {}, actor=actor, now=now)


def wait_again(session: Session, *, actor: Actor, transfer: IncomingTransfer, now: datetime) -> UUID:
    """Let money that came and was withdrawn from its match wait for another; return the new transfer's id."""
    again = _write(
        session,
        actor=actor,
        amount=_amount(transfer),
        received_on=transfer.received_on,
        reference=transfer.reference,
        note=transfer.note,
        now=now,
    )
    return again.id


def match_named(session: Session, *, actor: Actor, transfer_id: UUID, text: str, into: str, now: datetime) -> None:
    """Match a transfer that waits to the one open payment that a bank's text names and that its account is for."""
    transfer = locked_own(session, actor=actor, transfer_id=transfer_id)
    named = queries.named(session, payee_id=actor.company, currency=transfer.currency, text=text)
    if transfer.state is not TransferState.UNMATCHED or len(named) != 1:
        return
    waiting = payments.locked(session, Payment.id.in_(named), Payment.state.in_(UNPAID))
    if waiting and not queries.goes_elsewhere(waiting[0], into):
        _match(session, transfer, waiting, actor=actor, confirmed=True, now=now)


def locked_own(session: Session, *, actor: Actor, transfer_id: UUID) -> IncomingTransfer:
    """Return a locked transfer to the actor's company; NotFound for anybody else's."""
    transfer = session.scalars(
        sa.select(IncomingTransfer)
        .where(IncomingTransfer.id == transfer_id, IncomingTransfer.payee_id == actor.company)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if transfer is None:
        raise NotFound("transfer")
    return transfer


def _write(
    session: Session, *, actor: Actor, amount: Money, received_on: date, reference: str, note: str, now: datetime
) -> IncomingTransfer:
    transfer = IncomingTransfer(
        id=new_id(),
        payee_id=actor.company,
        currency=amount.currency,
        amount_minor=amount.minor,
        received_on=received_on,
        reference=reference,
        note=note,
        state=TransferState.UNMATCHED,
        created_at=now,
    )
    session.add(transfer)
    session.flush()
    facts = {"minor": amount.minor, "currency": amount.currency}
    _audit(session, transfer, "transfer.recorded", facts, actor=actor, now=now)
    return transfer


def _match(
    session: Session,
    transfer: IncomingTransfer,
    chosen: list[Payment],
    *,
    actor: Actor,
    confirmed: bool,
    parts: Sequence[Money] = (),
    now: datetime,
) -> None:
    """Divide a transfer over locked payments, as said or by what each lacks, and record what that makes of each."""
    for payment in chosen:
        _check_not_over(session, payment)
        check_house(session, payment, actor=actor)
        if payment.mode is Mode.OPERATOR_SELLS and transfer.house_entry_id is None:
            by_hand.check_sale(session, payment, amount=_amount(transfer), now=now)
    allowed = tolerance(session, currency=transfer.currency, at=now)
    before = [_standing(payment, payment.paid_minor, allowed) for payment in chosen]
    lacking = [Money(max(0, payment.amount_minor - payment.paid_minor), payment.currency) for payment in chosen]
    due = Money(sum(open_part.minor for open_part in lacking), transfer.currency)
    check_likely(_amount(transfer), due=due, tolerance=allowed, confirmed=confirmed)
    parts = parts or allot(_amount(transfer), lacking)
    transfer.state = TRANSFERS.apply(transfer.state, "match")
    transfer.act_by = transfer.escalated_at = None
    for payment, part, was in zip(chosen, parts, before, strict=True):
        match = TransferMatch(id=new_id(), transfer_id=transfer.id, payment_id=payment.id, minor=part.minor, at=now)
        session.add(match)
        session.flush()
        becomes = _standing(payment, payment.paid_minor + part.minor, allowed)
        payments.settle(session, payment, before=was, after=becomes, match_id=match.id, actor=actor, now=now)
    facts = {"payments": [str(payment.id) for payment in chosen]}
    _audit(session, transfer, "transfer.matched", facts, actor=actor, now=now)


def _check_not_over(session: Session, payment: Payment) -> None:
    """Refuse money for what was cancelled: what had come is owed back by then, and this has to go back as it is."""
    over = sa.select(PaymentTerms.id).where(
        PaymentTerms.subject_kind == payment.subject_kind,
        PaymentTerms.subject_id == payment.subject_id,
        PaymentTerms.cancelled_at.is_not(None),
    )
    if session.scalars(over).first() is not None:
        raise Conflict("state", thing="payment", state="cancelled", action="settle", possible=[])


def check_house(session: Session, payment: Payment, *, actor: Actor) -> None:
    """Let the operator's people alone say what came to its bank for its trading company, and nobody of the payer."""
    if payment.mode is not Mode.OPERATOR_SELLS:
        return
    if actor.company_kind != CompanyKind.OPERATOR:
        raise NotAllowed("house_money")
    check_not_own(accounts.companies_of(session, actor=actor), {payment.payer_id})


def _standing(payment: Payment, paid_minor: int, allowed: Money) -> Standing:
    """Return where a payment stands with this much paid; one not yet settled has no bank charges."""
    amount, paid = Money(payment.amount_minor, payment.currency), Money(paid_minor, payment.currency)
    settled = payment.state is PaymentState.PAID
    if paid_minor == payment.paid_minor and not settled:
        return Standing(paid, Money.zero(payment.currency), Money.zero(payment.currency), "part")
    return standing(amount=amount, paid=paid, tolerance=allowed, settled=settled)


def _was_confirmed(session: Session, payment: Payment, amount: Money, received_on: date) -> bool:
    same = (
        sa.select(TransferMatch.id)
        .join(IncomingTransfer, IncomingTransfer.id == TransferMatch.transfer_id)
        .where(
            TransferMatch.payment_id == payment.id,
            IncomingTransfer.amount_minor == amount.minor,
            IncomingTransfer.received_on == received_on,
            IncomingTransfer.state != TransferState.WITHDRAWN,
        )
    )
    return session.scalars(same).first() is not None


def _matched_to(session: Session, transfer: IncomingTransfer) -> set[UUID]:
    return set(session.scalars(sa.select(TransferMatch.payment_id).where(TransferMatch.transfer_id == transfer.id)))


def _check_currency(payment: Payment, amount: Money) -> None:
    if amount.currency != payment.currency:
        raise Refused.field("currency", "currency", payment.currency)


def _amount(transfer: IncomingTransfer) -> Money:
    return Money(transfer.amount_minor, transfer.currency)


def _possible(payment: Payment) -> list[str]:
    return [action for action in PAYMENTS.actions(payment.state) if action == "settle"]


def _audit(
    session: Session,
    transfer: IncomingTransfer,
    action: str,
    facts: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(session, actor=actor, action=action, subject="transfer", subject_id=transfer.id, facts=facts, now=now)
