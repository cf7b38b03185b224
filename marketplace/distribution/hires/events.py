"""What happens to the price of a whole lorry."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HireShared(Event):
    """The price of a whole lorry was shared anew: what that changes is billed and credited now."""

    hire_id: UUID
