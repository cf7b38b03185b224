"""Ask for credit, decide about it, take it up with an order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import levels
from marketplace.payments.events import CreditAsked, CreditDecided
from marketplace.payments.models.credit import CreditDecision, CreditLine
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries import credit as queries
from marketplace.payments.rules import credit as rules
from marketplace.payments.rules.credit import CREDITS, CreditState, Grant
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def ask(session: Session, *, actor: Actor, merchant_id: UUID, wanted: Money, note: str, now: datetime) -> UUID:
    """Ask a merchant for credit in a currency, and return its id; the merchant answers in some of its working days.

    NotFound for who does not sell, Conflict ``credit_asked`` while there is one in this currency.
    """
    actor.must(Permission.TRADE_PAYMENT_PAY)
    rules.check_request(wanted)
    words = rules.check_words(note, field="note")
    if merchant_id == actor.company or not merchants.active(session, company_ids=[merchant_id]):
        raise NotFound("merchant")
    by = accounts.days_of(session, company_id=merchant_id, setting=Setting.CREDIT_ANSWER_WORKING_DAYS, now=now)
    credit_id = new_id()
    is_new = insert_if_new(
        session,
        CreditLine,
        id=credit_id,
        merchant_id=merchant_id,
        buyer_id=actor.company,
        currency=wanted.currency,
        state=CreditState.REQUESTED,
        wanted_minor=wanted.minor,
        note=words,
        limit_minor=0,
        days=0,
        reason="",
        decide_by=by,
        created_at=now,
        changed_at=now,
    )
    if not is_new:
        raise Conflict("credit_asked", currency=wanted.currency)
    facts: dict[str, object] = {"minor": wanted.minor, "currency": wanted.currency, "merchant": merchant_id}
    _audit(session, credit_id, "asked", facts, actor=actor, now=now)
    record(session, CreditAsked(credit_id=credit_id, at=now))
    return credit_id


def grant(session: Session, *, actor: Actor, credit_id: UUID, given: Grant, reason: str, now: datetime) -> None:
    """Grant a credit as its merchant, or change what it allows; what was ordered on it stays."""
    row = _own(session, actor, credit_id)
    if given.limit.currency != row.currency:
        raise Refused.field("currency", "currency", row.currency)
    rules.check_grant(given, today=closures.day_of(session, company_id=actor.company, now=now))
    words = rules.check_words(reason, field="reason")
    row.limit_minor, row.days, row.until = given.limit.minor, given.days, given.until
    _decide(session, row, "grant", words, actor=actor, now=now)


def refuse(session: Session, *, actor: Actor, credit_id: UUID, reason: str, now: datetime) -> None:
    """Decline a request as its merchant, or end a credit: nothing more is ordered on it."""
    row = _own(session, actor, credit_id)
    words = rules.check_words(reason, field="reason")
    action = "decline" if row.state is CreditState.REQUESTED else "end"
    _decide(session, row, action, words, actor=actor, now=now)


def lapse(session: Session, *, credit_id: UUID, now: datetime) -> bool:
    """Decline a request that its merchant did not answer in time; False when it was answered, or has time left."""
    row = _locked(session, CreditLine.id == credit_id)
    if row is None or row.decide_by is None or row.decide_by > now:
        return False
    _decide(session, row, "decline", "", actor=SYSTEM, now=now)
    return True


def take_up(
    session: Session, *, terms: PaymentTerms, plan: AgreedPlan, more: Money | None = None, now: datetime
) -> None:
    """Put an order on its buyer's credit with its merchant, whose row stays locked until this transaction ends.

    ``more`` is what an order that is on it already is to take besides. Of two orders at once the second sees what the
    first took. Conflict ``no_credit``, ``credit_ended``,
    ``credit_days``, ``credit_overdue``, or ``credit_limit`` with what is left.
    """
    mine = (
        CreditLine.merchant_id == terms.payee_id,
        CreditLine.buyer_id == terms.payer_id,
        CreditLine.currency == terms.currency,
        CreditLine.state == CreditState.GRANTED,
    )
    row = _locked(session, *mine)
    given = queries.grant_of(row) if row is not None else None
    if row is None or given is None:
        raise Conflict("no_credit", currency=terms.currency)
    rules.check(
        given,
        queries.taken_of(session, credits={row.id: row.currency})[row.id],
        plan=plan,
        amount=Money(terms.amount_minor, terms.currency) if more is None else more,
        today=closures.day_of(session, company_id=row.merchant_id, now=now),
        refused_from=reference.setting(session, Setting.DUNNING_REFUSAL_LEVEL, at=now),
    )
    terms.credit_id = row.id
    session.flush()


def check_owing(session: Session, *, buyer_id: UUID, added: Sequence[Money], now: datetime) -> None:
    """Refuse what a buyer has just taken on directly where it passes the operator's limit; nothing limits it without.

    All that it owes or will owe to all merchants and carriers counts, ``added`` among it. The buyer's turn is taken, so
    that of two orders at once the second sees what the first took. Conflict ``buyer_limit`` with what is left.
    """
    limits = {row.limit.currency: row.limit for row in levels.limits_of(session, company_id=buyer_id, now=now)}
    if not any(amount.currency in limits for amount in added):
        return
    companies.take_turn(session, company_id=buyer_id)
    for amount in added:
        if amount.currency in limits:
            owing = queries.owing(session, payer_id=buyer_id, currency=amount.currency)
            rules.check_owing(limits[amount.currency], owing=owing, added=amount)


def _own(session: Session, actor: Actor, credit_id: UUID) -> CreditLine:
    actor.must(Permission.TRADE_PLAN_EDIT)
    row = _locked(session, CreditLine.id == credit_id, CreditLine.merchant_id == actor.company)
    if row is None:
        raise NotFound("credit_line")
    return row


def _locked(session: Session, *where: sa.ColumnElement[bool]) -> CreditLine | None:
    statement = sa.select(CreditLine).where(*where).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def _decide(session: Session, row: CreditLine, action: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a credit's state, with its decision and audit row."""
    row.state = CREDITS.apply(row.state, action)
    row.reason, row.decide_by, row.changed_at = reason, None, now
    session.flush()
    decision = CreditDecision(
        id=new_id(),
        credit_id=row.id,
        state=row.state,
        limit_minor=row.limit_minor,
        days=row.days,
        until=row.until,
        reason=reason,
        person_id=actor.person_id,
        at=now,
    )
    session.add(decision)
    session.flush()
    facts: dict[str, object] = {
        "minor": row.limit_minor,
        "currency": row.currency,
        "days": row.days,
        "decision": decision.id,
    }
    _audit(session, row.id, str(row.state), facts, actor=actor, now=now)
    record(session, CreditDecided(credit_id=row.id, at=now))


def _audit(
    session: Session, credit_id: UUID, act: str, facts: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"credit_line.{act}",
        subject="credit_line",
        subject_id=credit_id,
        facts=facts,
        now=now,
    )
