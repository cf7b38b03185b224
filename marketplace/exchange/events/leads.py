"""What happened to leads, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCame(Event):
    """A visitor of a booth left a card for its tenant."""

    lead_id: UUID
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadOverdue(Event):
    """A tenant has not answered a lead in time; it still waits."""

    lead_id: UUID
    merchant_id: UUID
