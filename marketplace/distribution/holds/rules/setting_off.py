"""How what a carrier bears is set off against what it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Open:
    """What a carrier bears of a cost and nothing was taken off for yet."""

    share_id: UUID
    amount: Money


def used(refused: Money, shares: Sequence[Open]) -> tuple[Open, ...]:
    """Return what is taken off of each share, the first first; Refused ``amount`` for more than they come to."""
    total = sum((one.amount for one in shares), Money.zero(refused.currency))
    if refused > total:
        raise Refused.field("amount", "range", f"at most {total}")
    found: list[Open] = []
    left = refused
    for one in shares:
        part = min(one.amount, left)
        if part:
            found.append(Open(one.share_id, part))
        left -= part
    return tuple(found)
