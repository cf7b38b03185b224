"""What was said about goods, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(Event):
    """A company asked a merchant about a listing."""

    question_id: UUID
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionOverdue(Event):
    """A merchant has not answered a question in time; it still waits."""

    question_id: UUID
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    """A merchant answered a question."""

    question_id: UUID
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkHidden(Event):
    """A moderator took a remark from the public's eyes; ``company_id`` is its author."""

    remark_id: UUID
    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWritten(Event):
    """A company reviewed goods that it received, or changed its review."""

    review_id: UUID
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReplied(Event):
    """A merchant replied to a review of its goods."""

    review_id: UUID
    company_id: UUID
