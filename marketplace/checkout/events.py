"""What happened to checkouts, for those above. Ids only."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UnorderedMoneyReturned(Event):
    """Money that was taken for a checkout that ordered nothing went back to its payer."""

    checkout_id: UUID
    subject_id: UUID
