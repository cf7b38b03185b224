"""Ask merchants whether days stand, and note who lets it pass."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.orders.events import ReadyDateAsked, ReadyDateUnanswered
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.readiness import queries
from marketplace.orders.readiness.models import ReadyAsk, ReadyWord
from marketplace.orders.readiness.rules import ASK, AskState, due
from marketplace.orders.readiness.services import words
from marketplace.orders.services.moves import locked_order
from marketplace.orders.services.production import sold_line
from marketplace.reference.rules import Setting, local_day


def ask(session: Session, *, line_id: UUID, now: datetime) -> bool:
    """Ask the merchant of a line whether its day stands, if it is time; tell whether he was asked."""
    line = session.get_one(OrderLine, line_id)
    order = locked_order(session, order_id=line.order_id)
    session.refresh(line)
    if line.state not in queries.MAKING or order.ended_at is not None:
        return False
    country = accounts.get_company(session, company_id=order.merchant_id).country
    said = session.scalars(
        sa.select(ReadyWord).where(ReadyWord.line_id == line.id).order_by(ReadyWord.id.desc()).limit(1)
    ).one_or_none()
    day = line.ready_date
    secured_at = order.secured_at or now
    said_on = local_day(country, secured_at) if said is None else said.said_on
    if day is None:
        day = queries.promised_day(country, secured_at, line.lead_days or 0)
    asked = session.scalars(
        sa.select(ReadyAsk.days_before).where(ReadyAsk.line_id == line.id, ReadyAsk.day == day)
    ).all()
    days_before = due(day, said_on=said_on, today=local_day(country, now), asked=asked)
    if days_before is None:
        return False
    answer_by = accounts.days_of(
        session, company_id=order.merchant_id, setting=Setting.READY_ANSWER_WORKING_DAYS, now=now
    )
    if not insert_if_new(
        session,
        ReadyAsk,
        id=new_id(),
        line_id=line.id,
        day=day,
        days_before=days_before,
        state=AskState.OPEN,
        asked_at=now,
        answer_by=answer_by,
        ended_at=None,
    ):
        return False
    events.record(session, ReadyDateAsked(at=now, order_id=order.id, line_id=line.id))
    return True


def stand(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> None:
    """Confirm as its merchant that a line's day stands.

    Conflict ``state`` once the goods are ready, ``ready_date_missing`` while no day was named, ``ready_date_over``
    when it is past and nothing is ready: then it is moved, not confirmed.
    """
    line, order = sold_line(session, line_id, actor)
    if order.ended_at is not None or line.state not in queries.MAKING:
        raise Conflict("state", thing="order_line", state=str(line.state), action="stand", possible=[])
    if line.ready_date is None:
        raise Conflict("ready_date_missing", order_line=line.id)
    today = local_day(accounts.get_company(session, company_id=order.merchant_id).country, now)
    if line.ready_date < today:
        raise Conflict("ready_date_over", ready_date=line.ready_date.isoformat())
    words.say(session, line=line, day=line.ready_date, reason=None, today=today, now=now)
    audit.record(
        session,
        actor=actor,
        action="order_line.ready_date_stands",
        subject="order_line",
        subject_id=line.id,
        facts={},
        now=now,
    )


def lapse(session: Session, *, ask_id: UUID, now: datetime) -> bool:
    """Note that nobody answered a question in time; of goods that are ready by now it is over."""
    found = session.get_one(ReadyAsk, ask_id)
    line = session.get_one(OrderLine, found.line_id)
    order: Order = locked_order(session, order_id=line.order_id)
    session.refresh(found)
    session.refresh(line)
    if found.state is not AskState.OPEN or found.answer_by > now:
        return False
    is_over = line.state not in queries.MAKING or order.ended_at is not None
    found.state = ASK.apply(found.state, "end" if is_over else "lapse")
    found.ended_at = now
    session.flush()
    if not is_over:
        events.record(session, ReadyDateUnanswered(at=now, order_id=order.id, line_id=line.id))
    return True
