"""What happens to fees."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCharged(Event):
    """A fee was charged: told to whoever owes it and to the carrier."""

    fee_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWaived(Event):
    """A fee is not owed after all: told to both."""

    fee_id: UUID
