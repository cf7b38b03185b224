"""What the API says of reviews."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.moderation.queries import CaseRow, Comparison


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
    risk: int
    opened_at: Instant
    due_at: Instant
    escalated_at: Instant | None
    reason: str | None

    @classmethod
    def of(cls, row: CaseRow) -> "Case":
        """Write a case."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Field(Answer):
    """One field: what is up, and what is proposed."""

    name: str
    old: Any
    new: Any


class CaseDetail(Answer):
    """A case side by side; send ``seen`` back with the decision to bind it to this content."""

    case: Case
    fields: list[Field]
    picture_ids: list[UUID]
    seen: str

    @classmethod
    def of(cls, row: Comparison) -> "CaseDetail":
        """Write a comparison."""
        return cls(
            case=Case.of(row.case),
            fields=[Field(name=each.name, old=each.old, new=each.new) for each in row.review.fields],
            picture_ids=[each.file_id for each in row.review.pictures],
            seen=row.review.fingerprint,
        )


class Decided(Answer):
    """Where a case stands now."""

    id: UUID
    state: str
