"""What happens to floor plans."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.logistics.events import DepartureEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPlanShort(DepartureEvent):
    """A plan has no place for some units: ``placed`` of ``total`` stand; subjects are those of what is left over."""

    plan_id: UUID
    placed: int
    total: int
    booking_ids: tuple[UUID, ...]
