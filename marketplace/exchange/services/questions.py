"""Ask about a listing, answer, take a question back, remind of what waits."""

import math
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import Part
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies, duties
from marketplace.audit import services as audit
from marketplace.catalog.queries import shelf as catalog
from marketplace.exchange.events.remarks import QuestionAnswered, QuestionAsked, QuestionOverdue
from marketplace.exchange.models.remarks import Question
from marketplace.exchange.queries import questions as queries
from marketplace.exchange.rules.questions import DAY, MOST_A_DAY, MOST_WAITING, QUESTION, QuestionState
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.exchange.services import remarks
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooMany
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import Setting


def ask(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    text: str,
    language: str,
    is_private: bool,
    now: datetime,
) -> UUID:
    """Ask the merchant of a live listing; return the question's id.

    A public question is read by everybody once it is answered, without who asked; a private one by the merchant alone.
    NotFound for a listing that is not live, Refused ``listing`` for the company's own goods, ``text`` and ``language``;
    Conflict ``questions_waiting`` and TooMany ``too_many_questions`` for a company that asks more than is answered.
    """
    actor.must(Permission.EXCHANGE_QUESTION_ASK)
    offer = catalog.offers(session, listing_ids=(listing_id,), viewer=actor.company, now=now).get(listing_id)
    if offer is None:
        raise NotFound("listing")
    if offer.merchant_id == actor.company:
        raise Refused.field("listing", "own_goods", "goods of another company")
    companies.take_turn(session, company_id=actor.company)
    _check_pace(session, actor.company, listing_id, now)
    remark = remarks.keep(
        session,
        actor=actor,
        kind=RemarkKind.QUESTION,
        listing_id=listing_id,
        text=text,
        language=language,
        is_public=not is_private,
        is_secret=True,
        now=now,
    )
    due_at = accounts.days_of(
        session, company_id=offer.merchant_id, setting=Setting.QUESTION_ANSWER_WORKING_DAYS, now=now
    )
    question = Question(
        id=new_id(),
        remark_id=remark.id,
        listing_id=listing_id,
        merchant_id=offer.merchant_id,
        company_id=actor.company,
        is_private=is_private,
        state=QuestionState.WAITING,
        asked_at=now,
        due_at=due_at,
    )
    session.add(question)
    session.flush()
    duties.begin(
        session,
        company_id=actor.company,
        person_id=actor.person,
        kind=Kind.QUESTION,
        subject_ids=[question.id],
        now=now,
    )
    _audit(session, actor, "question.asked", question, now, private=is_private)
    record(session, QuestionAsked(question_id=question.id, merchant_id=question.merchant_id, at=now))
    return question.id


def answer(session: Session, *, actor: Actor, question_id: UUID, text: str, language: str, now: datetime) -> None:
    """Answer a question about the actor's goods, once; the loser of two gets Conflict ``state``.

    NotFound for a question about others' goods, Refused ``text`` and ``language``.
    """
    actor.must(Permission.EXCHANGE_ANSWER_WRITE)
    question = _locked(session, Question.merchant_id == actor.company, question_id)
    state = QUESTION.apply(question.state, "answer")
    remark = remarks.keep(
        session,
        actor=actor,
        kind=RemarkKind.ANSWER,
        listing_id=question.listing_id,
        text=text,
        language=language,
        is_public=not question.is_private,
        now=now,
    )
    question.state, question.answer_id = state, remark.id
    remarks.count(session, listing_id=question.listing_id)
    _audit(session, actor, "question.answered", question, now)
    record(session, QuestionAnswered(question_id=question.id, company_id=question.company_id, at=now))


def withdraw(session: Session, *, actor: Actor, question_id: UUID, now: datetime) -> None:
    """Take back what the actor's company asked and nobody answered; Conflict ``state`` when somebody has."""
    actor.must(Permission.EXCHANGE_QUESTION_ASK)
    question = _locked(session, Question.company_id == actor.company, question_id)
    question.state = QUESTION.apply(question.state, "withdraw")
    session.flush()
    _audit(session, actor, "question.withdrawn", question, now)


def remind(session: Session, *, question_id: UUID, now: datetime) -> bool:
    """Remind a merchant once of a question that was not answered in time.

    False when it was answered, taken back or told of before, and while its merchant's office is closed: who comes back
    is told then.
    """
    question = session.scalars(
        sa.select(Question)
        .where(Question.id == question_id, queries.is_late(now))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if question is None:
        return False
    works = closures.works(session, company_id=question.merchant_id, now=now)
    if closures.local_day(works.country, now) in works.closed(Part.OFFICE):
        return False
    question.reminded_at = now
    session.flush()
    _audit(session, SYSTEM, "question.reminded", question, now)
    record(session, QuestionOverdue(question_id=question.id, merchant_id=question.merchant_id, at=now))
    return True


def _locked(session: Session, mine: sa.ColumnElement[bool], question_id: UUID) -> Question:
    asked = sa.select(Question).where(Question.id == question_id, mine).with_for_update()
    found = session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("question")
    return found


def _check_pace(session: Session, company_id: UUID, listing_id: UUID, now: datetime) -> None:
    """Refuse a company that asks more than is answered; its turn was taken, so that all its members count together."""
    waiting = sa.select(sa.func.count()).where(
        Question.company_id == company_id,
        Question.listing_id == listing_id,
        Question.state == QuestionState.WAITING,
    )
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Conflict("questions_waiting", most=MOST_WAITING)
    lately = sa.and_(Question.company_id == company_id, Question.asked_at > now - DAY)
    row = session.execute(
        sa.select(sa.func.count().label("number"), sa.func.min(Question.asked_at)).where(lately)
    ).one()
    if row.number >= MOST_A_DAY:
        wait = math.ceil((row[1] + DAY - now).total_seconds())
        raise TooMany("too_many_questions", retry_after=wait, most=MOST_A_DAY)


def _audit(session: Session, actor: Actor, action: str, question: Question, now: datetime, **facts: Any) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="question",
        subject_id=question.id,
        facts={"listing": question.listing_id, **facts},
        now=now,
    )
