"""What the API says of reviews."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.answers import problem
from marketplace.kernel.errors import DomainError
from marketplace.moderation.queries import CaseRow, Comparison
from marketplace.moderation.queries.appeals import AppealableRow, ReportRow, WaitingRow
from marketplace.moderation.queries.likeness import SimilarRow
from marketplace.moderation.rules import CaseState
from marketplace.moderation.rules.reasons import Reason


class Case(Answer):
    """A case in the queue."""

    id: UUID
    kind: str
    state: str
    listing_id: UUID
    company_id: UUID
    company: str
    sku: str
    titles: dict[str, str]
    category: str
    country: str
    risk: int
    risk_points: dict[str, int]
    opened_at: Instant
    due_at: Instant
    judged: str | None
    escalated_at: Instant | None
    reason: str | None

    @classmethod
    def of(cls, row: CaseRow) -> "Case":
        """Write a case."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class AppealAnswer(Answer):
    """An appeal of a merchant: until when one may be made, and what was said in one that waits, since and till when."""

    until: Instant | None
    text: str | None
    since: Instant | None
    due_at: Instant | None

    @classmethod
    def of(cls, possible: AppealableRow | None, waiting: WaitingRow | None) -> "AppealAnswer":
        """Write what is possible and what waits."""
        return cls(
            until=possible.until if possible else None,
            text=waiting.text if waiting else None,
            since=waiting.since if waiting else None,
            due_at=waiting.due_at if waiting else None,
        )


class Field(Answer):
    """One field: what is up, and what is proposed."""

    name: str
    old: Any
    new: Any


class Similar(Answer):
    """A listing that is like another, by ``picture`` or ``text``; ``nearness`` in per cent."""

    listing_id: UUID
    company_id: UUID
    company: str
    sku: str
    state: str
    by: str
    nearness: int
    is_same_company: bool

    @classmethod
    def of(cls, row: SimilarRow) -> "Similar":
        """Write a similar listing."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Report(Answer):
    """What somebody said of a listing."""

    id: UUID
    kind: str
    text: str
    is_signed_in: bool
    state: str
    at: Instant

    @classmethod
    def of(cls, row: ReportRow) -> "Report":
        """Write a report."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class CaseDetail(Answer):
    """A case side by side; send ``seen`` back with the decision to bind it to this content."""

    case: Case
    fields: list[Field]
    picture_ids: list[UUID]
    similar: list[Similar]
    reports: list[Report]
    about: Case | None
    statement: str | None
    previous: UUID | None
    next: UUID | None
    seen: str

    @classmethod
    def of(cls, row: Comparison) -> "CaseDetail":
        """Write a comparison."""
        return cls(
            case=Case.of(row.case),
            fields=[Field(name=each.name, old=each.old, new=each.new) for each in row.review.fields],
            picture_ids=[each.file_id for each in row.review.pictures],
            similar=[Similar.of(each) for each in row.similar],
            reports=[Report.of(each) for each in row.reports],
            about=Case.of(row.about) if row.about else None,
            statement=row.statement,
            previous=row.previous,
            next=row.next,
            seen=row.review.fingerprint,
        )


class Decided(Answer):
    """Where a case stands now."""

    id: UUID
    state: str


class Outcome(Answer):
    """What became of one of many cases: ``state`` when it was decided, else why not."""

    id: UUID
    decided: bool
    state: str | None
    code: str | None
    detail: str | None

    @classmethod
    def of(cls, case_id: UUID, found: CaseState | DomainError) -> "Outcome":
        """Write an outcome."""
        if not isinstance(found, DomainError):
            return cls(id=case_id, decided=True, state=found, code=None, detail=None)
        document = problem(found)
        detail = document["errors"][0]["message"] if document["errors"] else document["detail"]
        return cls(id=case_id, decided=False, state=found.facts.get("state"), code=found.code, detail=detail)


class ReviewReason(Answer):
    """A reason that reviewers choose: what it says by language, for which kinds of cases (none: for all)."""

    code: str
    texts: dict[str, str]
    kinds: list[str]
    position: int

    @classmethod
    def of(cls, row: Reason) -> "ReviewReason":
        """Write a reason."""
        return cls(code=row.code, texts=dict(row.texts), kinds=list(row.kinds), position=row.position)
