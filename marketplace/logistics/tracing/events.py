"""What tracking tells."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event
from marketplace.logistics.events import DepartureEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateMoved(DepartureEvent):
    """A lorry is expected otherwise than was known; ``subjects`` are those of everything booked on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookGivenUp(Event):
    """Events are sent to an address no more, because it takes none."""

    company_id: UUID
    hook_id: UUID
