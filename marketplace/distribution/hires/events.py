"""What happens to the price of a whole lorry."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HireShared(Event):
    """The price of a whole lorry was shared anew: what that changes is billed and credited now."""

    hire_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HireUndone(Event):
    """A whole lorry was given back before all of its goods were secured: told to both sides."""

    hire_id: UUID
