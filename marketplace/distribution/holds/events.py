"""What happens to shares of what a held lorry cost."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCostCharged(Event):
    """A share is owed: told to its owner and to the carrier."""

    share_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCostWaived(Event):
    """A share is not owed after all: told to both."""

    share_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCostBorne(Event):
    """A carrier bears a share: it is set off against its next invoice."""

    share_id: UUID
