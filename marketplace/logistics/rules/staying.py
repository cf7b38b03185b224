"""Who stays on a lorry that holds less than is booked on it: the published rule, by which nobody is chosen by hand.

First what is declared to customs, then what lies at the hub, then what is confirmed, then what a checkout holds. Of
each the earliest confirmed stay, of those confirmed at once the ones that are due first. Whatever does not fit beside
those that stay before it moves on; something smaller behind it may stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.quantity import Load

_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Firmness(IntEnum):
    """How firmly a booking sits on its lorry; the lowest stays longest."""

    DECLARED = 0
    AT_HUB = 1
    CONFIRMED = 2
    HELD = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """Room that a booking takes; ``since`` it is confirmed, or held; ``due_at`` None where nobody said."""

    booking_id: UUID
    load: Load
    firmness: Firmness
    since: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Staying:
    """Who stays and who moves on, each in the order of the rule: whoever is first finds a lorry first."""

    stay: tuple[Claim, ...]
    go: tuple[Claim, ...]


def in_order(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims in the order in which they stay; ids part what nothing else does."""
    return tuple(sorted(claims, key=lambda one: (one.firmness, one.since, one.due_at or _NEVER, one.booking_id)))


def who_stays(claims: Iterable[Claim], room: Load) -> Staying:
    """Return who stays in so much room; together they fit it in every dimension."""
    stay: list[Claim] = []
    go: list[Claim] = []
    taken = Load()
    for claim in in_order(claims):
        if (taken + claim.load).fits(room):
            taken += claim.load
            stay.append(claim)
        else:
            go.append(claim)
    return Staying(tuple(stay), tuple(go))
