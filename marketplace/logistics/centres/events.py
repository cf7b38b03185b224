"""What is told of distribution centres."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BondsEnding(Event):
    """Lots of a company near, or beyond, their last day in bond."""

    company_id: UUID
    lot_ids: tuple[UUID, ...]
