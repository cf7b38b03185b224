"""How the price of a whole lorry is shared over its goods, anew when some of them leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.money import Money


class Why(StrEnum):
    """Why a price is shared."""

    TAKEN = "taken"  # the lorry was hired
    LEFT = "left"  # goods left it, by the hirer's side
    MOVED = "moved"  # the road took goods off it
    SMALLER = "smaller"  # fewer goods came, or stay ordered
    UNDONE = "undone"  # not all of its goods were secured: the lorry was given back, and each pays by weight


# The road's own reasons to take goods off: what these pay goes with them, and nobody else pays for it.
_ROAD: Final = frozenset(
    {
        "by_hand",
        "declined",
        "departure_cancelled",
        "departure_closed",
        "held_transfer",
        "late_first",
        "no_departure",
        "not_loaded",
        "other_lorry",
        "overbooked",
        "plan",
    }
)


@dataclass(frozen=True, slots=True)
class Stake:
    """What one booking has on a whole lorry.

    ``weight_minor`` is what it would pay by weight, ``share_minor`` what it pays now. Goods that go back keep what
    their claim agreed: they are ``fixed``.
    """

    booking_id: UUID
    weight_minor: int
    share_minor: int
    is_fixed: bool = False


def is_by_road(reason: str) -> bool:
    """Tell whether goods left a lorry by the road's own doing."""
    return reason in _ROAD


def shared(price: Money, stakes: Sequence[Stake]) -> dict[UUID, Money]:
    """Return what each booking pays of a price: by what it would pay by weight, the largest remainders first.

    They sum to the price; where the fixed ones alone pay more than that, the others pay nothing.
    """
    fixed = {one.booking_id: Money(one.share_minor, price.currency) for one in stakes if one.is_fixed}
    others = [one for one in stakes if not one.is_fixed]
    rest = Money(max(0, price.minor - sum(one.minor for one in fixed.values())), price.currency)
    weights = [one.weight_minor for one in others]
    parts = rest.share(weights if any(weights) else [1] * len(others)) if others else []
    return fixed | {one.booking_id: part for one, part in zip(others, parts, strict=True)}


def elsewhere(left: Stake, *, by_road: bool) -> int | None:
    """Return what goods pay, in minor units, that left a whole lorry for another one; None where nothing changes.

    By the hirer's side it is what they would pay by weight. What the road moved pays what it did, at most that: it has
    no lorry to itself any more.
    """
    return None if by_road and left.share_minor <= left.weight_minor else left.weight_minor


def without(price: Money, stakes: Sequence[Stake], left: Stake, *, by_road: bool) -> tuple[Money, dict[UUID, Money]]:
    """Return the price and the shares of what stays once a booking left.

    By the hirer's side the price stays, and is shared over what stays; where only goods that go back do, it is what
    these pay. By the road it falls by what the booking paid, and the share of nothing that stays changes.
    """
    stays = [one for one in stakes if one.booking_id != left.booking_id]
    if not by_road:
        parts = shared(price, stays)
        are_fixed = bool(stays) and all(one.is_fixed for one in stays)
        return (Money(sum(one.minor for one in parts.values()), price.currency) if are_fixed else price), parts
    rest = Money(price.minor - left.share_minor, price.currency)
    return rest, {one.booking_id: Money(one.share_minor, price.currency) for one in stays}
