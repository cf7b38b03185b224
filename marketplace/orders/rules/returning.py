"""The way back of goods that go on a lorry: how far they are, what that lets both sides do, and what they are worth."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money


class WayBack(StrEnum):
    """Where goods stand that go back by a booking; None on the claim while nothing was ever booked."""

    BOOKED = "booked"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    CROSSED = "crossed"  # they are in the country that they go back to
    ARRIVED = "arrived"
    RECEIVED = "received"  # somebody counted them at the other end
    STRANDED = "stranded"  # at the hub, and no lorry takes them
    GIVEN_UP = "given_up"  # no lorry takes them, and they never came to the hub


_W = WayBack
WAY_BACK: Final = Lifecycle[WayBack](
    "return",
    {
        _W.GIVEN_UP: {"book": _W.BOOKED},
        _W.BOOKED: {"hand_over": _W.HANDED_OVER, "lose": _W.GIVEN_UP},
        _W.HANDED_OVER: {"depart": _W.IN_TRANSIT, "lose": _W.STRANDED},
        _W.STRANDED: {"book": _W.HANDED_OVER},
        _W.IN_TRANSIT: {"cross": _W.CROSSED, "arrive": _W.ARRIVED},
        # A second border may lie behind the first.
        _W.CROSSED: {"cross": _W.CROSSED, "arrive": _W.ARRIVED},
        _W.ARRIVED: {"receive": _W.RECEIVED},
    },
)
# From the hub to the arrival it is the lorry that tells: neither side can say more.
_ON_ITS_WAY: Final = frozenset({_W.HANDED_OVER, _W.IN_TRANSIT, _W.CROSSED})
# The goods are not with who claims any more.
_GONE: Final = _ON_ITS_WAY | {_W.ARRIVED, _W.RECEIVED}


def follow(way: WayBack | None, action: str) -> WayBack:
    """Return where goods stand after an act; what was never booked is like what was given up."""
    return WAY_BACK.apply(way or WayBack.GIVEN_UP, action)


def can(way: WayBack | None, action: str) -> bool:
    """Tell whether an act is drawn for goods that stand there."""
    return WAY_BACK.allows(way or WayBack.GIVEN_UP, action)


def is_on_its_way(way: WayBack | None) -> bool:
    """Tell whether a lorry has the goods, or the hub has them for it."""
    return way in _ON_ITS_WAY


def is_gone(way: WayBack | None) -> bool:
    """Tell whether the goods have left who claims by a lorry."""
    return way in _GONE


def check_word(way: WayBack | None, *, reference: str, withdraws: bool = False) -> None:
    """Refuse a word about goods that their lorry still has; with ``withdraws`` about any that left."""
    if is_on_its_way(way) or (withdraws and is_gone(way)):
        raise Conflict("on_its_way", claim=reference)


def customs_value(price: Money) -> Money:
    """Return what goods of a price are told to customs to be worth: never nothing."""
    return max(price, Money(1, price.currency))
