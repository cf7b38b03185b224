"""Read questions: what the public reads, what a merchant owes, what a company asked.

The public and rival buyers never learn who asked; the merchant does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.catalog.models import Listing
from marketplace.exchange.models.remarks import Question, Remark
from marketplace.exchange.rules.questions import ON_PAGE, QuestionState
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 20
_ANSWER: Final = aliased(Remark)
# An empty body is of somebody who was erased.
_SHOWN: Final = (
    Question.state == QuestionState.ANSWERED,
    ~Question.is_private,
    Remark.hidden_at.is_(None),
    Remark.body != "",
    _ANSWER.hidden_at.is_(None),
    _ANSWER.body != "",
)


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question with its answer as everybody reads them, each in the language it was written in."""

    id: UUID
    body: str
    language: str
    asked_at: datetime
    answer: str
    answer_language: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as its merchant and its asker read it; ``company`` asked."""

    id: UUID
    listing_id: UUID
    titles: dict[str, str]
    source_locale: str
    merchant_id: UUID
    merchant: str
    company_id: UUID
    company: str
    country: str
    is_private: bool
    state: QuestionState
    body: str
    language: str
    asked_at: datetime
    due_at: datetime
    hidden_because: str | None
    answer: str | None
    answer_language: str | None
    answered_at: datetime | None
    answer_hidden_because: str | None


def shown(session: Session, *, listing_id: UUID, cursor: str | None = None, size: int = ON_PAGE) -> Page[ShownQuestion]:
    """Return the answered public questions about a listing, newest first, in one query."""
    wanted = (
        _shown(
            Question.id, Remark.body, Remark.language, Remark.at, _ANSWER.body, _ANSWER.language,
            _ANSWER.at.label("answered_at"),
        )
        .where(Question.listing_id == listing_id)
        .order_by(Question.id.desc())
        .limit(size + 1)
    )  # fmt: skip
    if cursor:
        wanted = wanted.where(Question.id < decode_id(cursor))
    return page_of([ShownQuestion(*row) for row in session.execute(wanted)], size, lambda row: (row.id.hex,))


def count_shown(session: Session, *, listing_id: UUID) -> int:
    """Count the answered public questions about a listing."""
    return session.scalar(_shown(sa.func.count()).where(Question.listing_id == listing_id)) or 0


def owed(
    session: Session, *, merchant_id: UUID, state: QuestionState, cursor: str | None = None, size: int = PAGE
) -> Page[QuestionRow]:
    """Return a merchant's questions in a state: those that wait oldest first, others newest first."""
    is_waiting = state is QuestionState.WAITING
    wanted = _questions().where(Question.merchant_id == merchant_id, Question.state == state).limit(size + 1)
    wanted = wanted.order_by(Question.id if is_waiting else Question.id.desc())
    if cursor:
        last = decode_id(cursor)
        wanted = wanted.where(Question.id > last if is_waiting else Question.id < last)
    return page_of([_row(row) for row in session.execute(wanted)], size, lambda row: (row.id.hex,))


def asked(session: Session, *, company_id: UUID, cursor: str | None = None, size: int = PAGE) -> Page[QuestionRow]:
    """Return what a company asked, newest first."""
    wanted = _questions().where(Question.company_id == company_id).order_by(Question.id.desc()).limit(size + 1)
    if cursor:
        wanted = wanted.where(Question.id < decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], size, lambda row: (row.id.hex,))


def question(session: Session, *, question_id: UUID, company_id: UUID) -> QuestionRow:
    """Return a question to its merchant or to whoever asked it; NotFound for everybody else."""
    mine = sa.or_(Question.merchant_id == company_id, Question.company_id == company_id)
    row = session.execute(_questions().where(Question.id == question_id, mine)).one_or_none()
    if row is None:
        raise NotFound("question")
    return _row(row)


def told(session: Session, *, question_id: UUID) -> QuestionRow:
    """Return a question for the letters about it."""
    return _row(session.execute(_questions().where(Question.id == question_id)).one())


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the questions that wait longer than they should and of which nobody was reminded yet."""
    return tuple(session.scalars(sa.select(Question.id).where(is_late(now)).order_by(Question.id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell a question that nobody answered in time, and of which nobody was reminded yet."""
    return sa.and_(Question.state == QuestionState.WAITING, Question.due_at <= now, Question.reminded_at.is_(None))


def _shown(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(Question)
        .join(Remark, Remark.id == Question.remark_id)
        .join(_ANSWER, _ANSWER.id == Question.answer_id)
        .where(*_SHOWN)
    )


def _questions() -> sa.Select[*tuple[Any, ...]]:
    merchant = aliased(Company)
    return (
        sa.select(
            Question, Listing.titles, Listing.source_locale, merchant.name.label("merchant"),
            Company.name.label("company"), Company.country, Remark, _ANSWER,
        )
        .select_from(Question)
        .join(Remark, Remark.id == Question.remark_id)
        .outerjoin(_ANSWER, _ANSWER.id == Question.answer_id)
        .join(Listing, Listing.id == Question.listing_id)
        .join(Company, Company.id == Question.company_id)
        .join(merchant, merchant.id == Question.merchant_id)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def _row(row: Any) -> QuestionRow:
    found: Question = row[0]
    remark: Remark = row[6]
    answer: Remark | None = row[7]
    return QuestionRow(
        id=found.id,
        listing_id=found.listing_id,
        titles=row.titles,
        source_locale=row.source_locale,
        merchant_id=found.merchant_id,
        merchant=row.merchant,
        company_id=found.company_id,
        company=row.company,
        country=row.country,
        is_private=found.is_private,
        state=found.state,
        body=remark.body,
        language=remark.language,
        asked_at=found.asked_at,
        due_at=found.due_at,
        hidden_because=_because(remark),
        answer=answer.body if answer else None,
        answer_language=answer.language if answer else None,
        answered_at=answer.at if answer else None,
        answer_hidden_because=_because(answer) if answer else None,
    )


def _because(remark: Remark) -> str | None:
    return None if remark.hidden_at is None else remark.hidden_because
