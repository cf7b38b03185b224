"""What happens to approval cases."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    """A case waits for those of its present step."""

    case_id: UUID
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWaits(Event):
    """A case ends soon if nobody decides."""

    case_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEnded(Event):
    """A case was approved, rejected, voided, or ran out; ``state`` is where it went."""

    case_id: UUID
    state: str
