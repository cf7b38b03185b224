"""What happens to fleets."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPapersEnding(Event):
    """Papers of a keeper's vehicles or drivers end within 30 or within 7 days."""

    company_id: UUID
    paper_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HaulMoved(Event):
    """A carrier other than that of the line took a range of a departure, or drives it no more."""

    departure_id: UUID
    haul_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HaulSaid(Event):
    """A haul was offered, accepted, declined or taken back: ``state`` is what it is now."""

    haul_id: UUID
    state: str
