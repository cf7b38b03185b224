"""Tables of remarks and of the questions that they make up."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.exchange.rules.questions import QuestionState
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base
from marketplace.kernel.ids import new_id


class Remark(Base):
    """What a person said for a company about a listing; the body is empty once that person was erased.

    ``is_public`` tells what a moderator may read and hide; a hidden one is nobody's but its author's to read.
    """

    __tablename__ = "remark"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[RemarkKind] = mapped_column(StateColumn(RemarkKind))
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    is_public: Mapped[bool] = mapped_column(sa.Boolean)
    language: Mapped[str] = mapped_column(sa.String(8))
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    hidden_because: Mapped[str] = mapped_column(sa.Text, default="")

    __table_args__ = (
        sa.Index("ix_remark_is_public_id", "is_public", "id"),
        sa.Index("ix_remark_person_id", "person_id"),
        sa.Index("ix_remark_listing_id", "listing_id"),
    )


class Question(Base):
    """A company's question about a listing, and its one answer; ``due_at`` is the merchant's to keep.

    ``reminded_at`` is when the merchant was told that it is over, which happens once.
    """

    __tablename__ = "listing_question"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    remark_id: Mapped[UUID] = mapped_column(sa.ForeignKey("remark.id"), unique=True)
    answer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("remark.id"), unique=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    is_private: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[QuestionState] = mapped_column(StateColumn(QuestionState))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(answer_id IS NOT NULL) = (state = 'answered')", name="answer"),
        sa.Index("ix_listing_question_listing_id_id", "listing_id", "id"),
        sa.Index("ix_listing_question_company_id_id", "company_id", "id"),
        sa.Index("ix_listing_question_merchant_id_state_due_at", "merchant_id", "state", "due_at"),
        sa.Index("ix_listing_question_state_due_at", "state", "due_at"),
    )
