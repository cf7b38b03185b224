"""What the API says of questions and other remarks."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.exchange.queries.questions import QuestionRow, ShownQuestion
from marketplace.exchange.queries.remarks import RemarkRow


class PublicQuestion(Answer):
    """A question with its answer as everybody reads them: who asked is not told."""

    id: UUID
    text: str
    language: str
    asked_at: Instant
    answer: str
    answer_language: str
    answered_at: Instant

    @classmethod
    def of(cls, row: ShownQuestion) -> "PublicQuestion":
        """Write a question."""
        shown = {name: getattr(row, name) for name in cls.model_fields if name != "text"}
        return cls(text=row.body, **shown)


class Question(Answer):
    """A question as its merchant and its asker read it; ``hidden_because`` while a moderator hides it."""

    id: UUID
    listing_id: UUID
    titles: dict[str, str]
    merchant_id: UUID
    merchant: str
    company_id: UUID
    company: str
    country: str
    private: bool
    state: str
    text: str
    language: str
    asked_at: Instant
    due_at: Instant
    hidden_because: str | None
    answer: str | None
    answer_language: str | None
    answered_at: Instant | None
    answer_hidden_because: str | None

    @classmethod
    def of(cls, row: QuestionRow) -> "Question":
        """Write a question."""
        told = {name: getattr(row, name) for name in cls.model_fields if name not in ("text", "private")}
        return cls(text=row.body, private=row.is_private, **told)


class Remark(Answer):
    """What a company said in public, for moderators."""

    id: UUID
    kind: str
    listing_id: UUID
    company_id: UUID
    company: str
    text: str
    language: str
    at: Instant
    hidden_at: Instant | None
    hidden_because: str

    @classmethod
    def of(cls, row: RemarkRow) -> "Remark":
        """Write a remark."""
        return cls(text=row.body, **{name: getattr(row, name) for name in cls.model_fields if name != "text"})
