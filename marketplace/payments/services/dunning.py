"""Remind the payers of overdue payments on credit, in steps; their merchants may let a step wait."""

from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.payments.events import PayerReminded
from marketplace.payments.models.credit import Dunning
from marketplace.payments.models.plans import Payment, PaymentTerms
from marketplace.payments.rules.credit import LEVELS, check_words
from marketplace.payments.rules.paying import PaymentState
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_DAYS: Final = (
    Setting.DUNNING_FIRST_WORKING_DAYS,
    Setting.DUNNING_SECOND_WORKING_DAYS,
    Setting.DUNNING_FINAL_WORKING_DAYS,
)


def begin(session: Session, payment: Payment, *, now: datetime) -> None:
    """Foresee the next reminder of a payment that is overdue now; nothing for one that is on no credit."""
    on_credit = sa.select(PaymentTerms.id).where(
        PaymentTerms.subject_id == payment.subject_id,
        PaymentTerms.subject_kind == payment.subject_kind,
        PaymentTerms.credit_id.is_not(None),
    )
    if session.scalars(on_credit).first() is None:
        return
    insert_if_new(session, Dunning, payment_id=payment.id, level=0, pause_reason="", changed_at=now)
    row = session.get_one(Dunning, payment.id, populate_existing=True)
    row.next_at = _next(session, payment, row.level, last=row.changed_at if row.level else None, now=now)
    session.flush()


def remind(session: Session, *, payment_id: UUID, now: datetime) -> bool:
    """Remind a payer once more; False when it is paid, paused or not due yet."""
    payment, row = _locked(session, payment_id)
    is_paused = row.paused_until is not None and row.paused_until > now
    if payment.state is not PaymentState.OVERDUE or row.next_at is None or row.next_at > now or is_paused:
        return False
    row.level += 1
    row.next_at = _next(session, payment, row.level, last=now, now=now)
    row.changed_at = now
    session.flush()
    _audit(session, payment_id, "reminded", {"level": row.level}, SYSTEM, now)
    record(session, PayerReminded(payment_id=payment_id, level=row.level, at=now))
    return True


def pause(session: Session, *, actor: Actor, payment_id: UUID, until: date | None, reason: str, now: datetime) -> None:
    """Let no reminder go until a day is over, as the payee; None lets them go again at once.

    NotFound for what is not overdue on a credit of the actor's company.
    """
    actor.must(Permission.TRADE_PLAN_EDIT)
    mine = sa.select(Dunning.payment_id).join(Payment, Payment.id == Dunning.payment_id)
    found = mine.where(Dunning.payment_id == payment_id, Payment.payee_id == actor.company)
    if session.scalars(found).first() is None:
        raise NotFound("payment")
    payment, row = _locked(session, payment_id)
    if payment.state is not PaymentState.OVERDUE:
        raise Conflict("state", thing="payment", state=str(payment.state), action="pause", possible=[])
    words = check_words(reason, field="reason")
    works = closures.works(session, company_id=actor.company, now=now)
    if until is not None and until < closures.local_day(works.country, now):
        raise Refused.field("until", "in_the_past", f"{closures.local_day(works.country, now)} or later")
    row.paused_until = None if until is None else datetime.combine(until, time.max, ZoneInfo(works.zone))
    row.pause_reason = words
    row.changed_at = now
    session.flush()
    _audit(session, payment_id, "paused" if until else "resumed", {"level": row.level}, actor, now)


def _next(session: Session, payment: Payment, level: int, *, last: datetime | None, now: datetime) -> datetime | None:
    """Return when the reminder after a level goes, in working days of the payer since the payment was due.

    The ``last`` one is as long ago by then as the two stand apart, however late it went: nobody has two at once.
    """
    if level >= len(LEVELS):
        return None
    due = payment.due_at or now
    day = accounts.days_of(session, company_id=payment.payer_id, setting=_DAYS[level], now=due)
    if last is None:
        return day
    days = [reference.setting(session, one, at=due) for one in _DAYS[level - 1 : level + 1]]
    apart = max(1, days[1] - days[0])
    return max(day, accounts.working_days(session, company_id=payment.payer_id, days=apart, now=last))


def _locked(session: Session, payment_id: UUID) -> tuple[Payment, Dunning]:
    found = sa.select(Payment).where(Payment.id == payment_id).with_for_update()
    payment = session.scalars(found.execution_options(populate_existing=True)).one()
    return payment, session.get_one(Dunning, payment_id, populate_existing=True)


def _audit(session: Session, payment_id: UUID, act: str, facts: dict[str, object], actor: Actor, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=f"payment.{act}", subject="payment", subject_id=payment_id, facts=facts, now=now
    )
