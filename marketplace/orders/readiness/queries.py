"""Read how sure the days are on which goods are ready, and which are at risk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.readiness.models import ReadyAsk, ReadyWord
from marketplace.orders.readiness.rules import ASKED_BEFORE, AskState, SlipReason, Standing, Word
from marketplace.orders.rules.states import LineState
from marketplace.reference.rules import local_day

# States in which goods are still to be made.
MAKING: Final = (LineState.OPEN, LineState.IN_PRODUCTION)
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class WordRow:
    """A day as it was named, the one before it and why it is later."""

    word: Word
    day: date
    before: date | None
    reason: SlipReason | None
    said_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class AskRow:
    """A question whether a day stands, and what came of it."""

    day: date
    days_before: int
    state: AskState
    asked_at: datetime
    answer_by: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReadinessRow:
    """How sure the day of one line is; ``promised`` is what the lead time gave once the order was secured."""

    line_id: UUID
    standing: Standing
    day: date | None
    promised: date | None
    words: tuple[WordRow, ...]
    asks: tuple[AskRow, ...]

    @property
    def open_ask(self) -> AskRow | None:
        """The question that waits for an answer."""
        return next((ask for ask in reversed(self.asks) if ask.state is AskState.OPEN), None)

    @property
    def missed(self) -> AskRow | None:
        """The latest question that was let pass, with nothing said since."""
        return next((ask for ask in reversed(self.asks) if ask.state is AskState.UNANSWERED), None)

    @property
    def is_at_risk(self) -> bool:
        """Whether a question was let pass and nothing was said since."""
        return self.missed is not None


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A line whose day is at risk: nobody answered whether it stands."""

    ask_id: UUID
    line_id: UUID
    order_id: UUID
    order_reference: str
    position: int
    sku: str
    merchant_id: UUID
    day: date | None
    asked_about: date
    answer_by: datetime
    days_before: int


def promised_day(country: str, secured_at: datetime, lead_days: int) -> date:
    """Return the day that a lead time gives, on the merchant's calendar."""
    return local_day(country, secured_at) + timedelta(days=lead_days)


def readiness(
    session: Session, *, line_ids: Collection[UUID], country: str, secured_at: datetime | None
) -> Mapping[UUID, ReadinessRow]:
    """Return how sure the days of an order's lines made to order are; its merchant's country gives the calendar."""
    found = session.execute(
        sa.select(OrderLine.id, OrderLine.lead_days, OrderLine.ready_date).where(
            OrderLine.id.in_(line_ids), OrderLine.lead_days.is_not(None)
        )
    ).all()
    ids = [row.id for row in found]
    if not ids:
        return {}
    words: dict[UUID, list[WordRow]] = {}
    of_words = sa.select(ReadyWord).where(ReadyWord.line_id.in_(ids)).order_by(ReadyWord.at, ReadyWord.id)
    for word in session.scalars(of_words):
        row = WordRow(word.word, word.day, word.before, word.reason, word.said_on, word.at)
        words.setdefault(word.line_id, []).append(row)
    asks: dict[UUID, list[AskRow]] = {}
    of_asks = sa.select(ReadyAsk).where(ReadyAsk.line_id.in_(ids)).order_by(ReadyAsk.asked_at, ReadyAsk.id)
    for ask in session.scalars(of_asks):
        asks.setdefault(ask.line_id, []).append(
            AskRow(ask.day, ask.days_before, ask.state, ask.asked_at, ask.answer_by, ask.ended_at)
        )
    return {
        row.id: ReadinessRow(
            line_id=row.id,
            standing=_standing(row.ready_date, words.get(row.id, [])),
            day=row.ready_date,
            promised=promised_day(country, secured_at, row.lead_days) if secured_at else None,
            words=tuple(words.get(row.id, ())),
            asks=tuple(asks.get(row.id, ())),
        )
        for row in found
    }


def _standing(day: date | None, words: list[WordRow]) -> Standing:
    if day is None:
        return Standing.PROMISED
    moved = any(word.word is Word.MOVED and word.before is not None and word.day > word.before for word in words)
    return Standing.MOVED if moved else Standing.CONFIRMED


def askable(session: Session, *, today: date, after: UUID, limit: int = 200) -> tuple[UUID, ...]:
    """Return lines still to be made whose day is near, or not named yet, in order of id behind ``after``."""
    near = today + timedelta(days=max(ASKED_BEFORE) + 1)
    return tuple(
        session.scalars(
            sa.select(OrderLine.id)
            .join(Order, Order.id == OrderLine.order_id)
            .where(
                OrderLine.id > after,
                OrderLine.lead_days.is_not(None),
                OrderLine.state.in_(MAKING),
                sa.or_(OrderLine.ready_date.is_(None), OrderLine.ready_date <= near),
                Order.secured_at.is_not(None),
                Order.ended_at.is_(None),
                Order.by_courier.is_(False),
            )
            .order_by(OrderLine.id)
            .limit(limit)
        )
    )


def unanswered(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return the questions whose time to answer is over."""
    return tuple(
        session.scalars(
            sa.select(ReadyAsk.id)
            .where(ReadyAsk.state == AskState.OPEN, ReadyAsk.answer_by <= now)
            .order_by(ReadyAsk.id)
            .limit(limit)
        )
    )


def at_risk(session: Session, *, cursor: str | None = None) -> Page[RiskRow]:
    """Return a page of lines still to be made with a question that nobody answered, each with the latest such.

    An answer answers all of them.
    """
    later = aliased(ReadyAsk)
    statement = (
        sa.select(ReadyAsk, OrderLine, Order)
        .join(OrderLine, OrderLine.id == ReadyAsk.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            ReadyAsk.state == AskState.UNANSWERED,
            OrderLine.state.in_(MAKING),
            Order.ended_at.is_(None),
            ~sa.exists().where(
                later.line_id == ReadyAsk.line_id,
                later.state == AskState.UNANSWERED,
                later.asked_at > ReadyAsk.asked_at,
            ),
        )
        .order_by(ReadyAsk.id)
        .limit(PAGE + 1)
    )
    if cursor is not None:
        statement = statement.where(ReadyAsk.id > decode_id(cursor))
    found = [
        RiskRow(
            ask_id=ask.id,
            line_id=line.id,
            order_id=order.id,
            order_reference=order.reference,
            position=line.position,
            sku=line.sku,
            merchant_id=order.merchant_id,
            day=line.ready_date,
            asked_about=ask.day,
            answer_by=ask.answer_by,
            days_before=ask.days_before,
        )
        for ask, line, order in session.execute(statement)
    ]
    return page_of(found, PAGE, lambda row: (str(row.ask_id),))
