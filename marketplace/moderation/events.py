"""What reviewers decided, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Event):
    """A case was decided; ``decision`` is approve, request_changes or reject, ``batch`` names what went in one go."""

    case_id: UUID
    listing_id: UUID
    company_id: UUID
    kind: str
    decision: str
    batch: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOverdue(Event):
    """No moderator has decided a case in time; it still waits."""

    case_id: UUID
    listing_id: UUID
    company_id: UUID
    kind: str
