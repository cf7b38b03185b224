"""Tables of the inbox that the members of a company share, and of who is sent the week."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id
from marketplace.notices.rules import MatterState, News
from marketplace.reports.week.rules import LetterDay


class InboxMatter(Base):
    """What a company was told, once for all its members: open, in somebody's hand, or done.

    ``facts`` are those of the letter; its words are rendered for whoever reads it. ``key`` names the piece of news.
    """

    __tablename__ = "inbox_matter"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    news: Mapped[News] = mapped_column(StateColumn(News))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str] = mapped_column(sa.String(100), unique=True)
    state: Mapped[MatterState] = mapped_column(StateColumn(MatterState))
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("state <> 'open' OR person_id IS NULL", name="open_is_nobodys"),
        sa.CheckConstraint("state <> 'taken' OR person_id IS NOT NULL", name="taken_by_somebody"),
        sa.Index("ix_inbox_matter_company_id_id", "company_id", "id"),
        sa.Index("ix_inbox_matter_company_id_person_id", "company_id", "person_id"),
    )


class InboxSeen(Base):
    """Up to which matter a member has looked at the inbox."""

    __tablename__ = "inbox_seen"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    matter_id: Mapped[UUID] = mapped_column(sa.Uuid)


class WeekLetter(Base):
    """A member's wish to be sent the week of a company: on which day, when next, and which week was sent last."""

    __tablename__ = "week_letter"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    day: Mapped[LetterDay] = mapped_column(StateColumn(LetterDay))
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    told_week: Mapped[date | None] = mapped_column(sa.Date)

    __table_args__ = (sa.UniqueConstraint("company_id", "person_id"),)
