"""Money that waits at the provider nearly as long as the provider allows: two people decide what becomes of it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.lifecycle import Lifecycle

PREFIX: Final = "HLD"


class HoldWay(StrEnum):
    """What becomes of it: to the payee before its milestones, or back to the card."""

    RELEASE = "release"
    REFUND = "refund"


class HoldState(StrEnum):
    """Where money that waits at the provider stands."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUNDED = "refunded"
    OVER = "over"  # nothing of it waits any more


HOLDS: Final = Lifecycle[HoldState](
    "card_hold",
    {HoldState.WAITING: {"release": HoldState.RELEASED, "refund": HoldState.REFUNDED, "end": HoldState.OVER}},
)


def sent_back(shares: Sequence[tuple[UUID, int]], *, minor: int, before: int) -> frozenset[UUID]:
    """Return which shares of a line that were given back went at the provider's limit, where ``minor`` units did.

    ``shares`` are ids and minor units in the order of the plan. All that was held went at once. What had been let off
    ``before`` was taken from the last share on; what is let off afterwards comes from shares that were released, the
    first ones.
    """
    found: set[UUID] = set()
    for share_id, amount in reversed(shares):
        if before > 0:
            before -= amount
        elif minor > 0:
            minor -= amount
            found.add(share_id)
    return frozenset(found)


def way_of(text: str) -> HoldWay:
    """Return the way of this name, or refuse ``way``."""
    if text not in set(HoldWay):
        raise Refused.field("way", "choice", ", ".join(HoldWay))
    return HoldWay(text)


def check_decider(*, person_id: UUID, way: HoldWay, chosen: HoldWay | None, first_by: UUID | None) -> None:
    """Refuse a second yes of one person, and one to another way than the first person chose."""
    if person_id == first_by:
        raise NotAllowed("same_person")
    if chosen not in (None, way):
        raise Conflict("way_chosen", way=str(chosen))
