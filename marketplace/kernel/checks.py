"""What ``city check`` reports: one broken promise about one thing."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant (number of design §5 and short name) that does not hold for one subject."""

    invariant: str
    subject: str
    subject_id: UUID | None
    what: str
