"""What settles a claim beside or instead of money: those that never cross the border come first."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money


class Remedy(StrEnum):
    """How a claim is made good, in the order in which remedies are offered."""

    PRICE = "price"  # let off the price, the goods are kept
    REFUND = "refund"  # money back
    DISPOSAL = "disposal"  # discarded, or sold where they are, with compensation
    REPAIR = "repair"  # repaired, or parts sent
    REPLACEMENT = "replacement"  # other goods come, free of charge
    RETURN = "return"  # the goods go back over the border, then the money


# Why a claim is made, beside which remedies can settle it; a carrier pays, whatever the reason.
_MONEY: Final = (Remedy.PRICE, Remedy.REFUND)
_NEVER_CAME: Final = (*_MONEY, Remedy.REPLACEMENT)
_OF_REASON: Final[dict[str, tuple[Remedy, ...]]] = {
    "late": _MONEY,
    "short": _NEVER_CAME,
    "lost": _NEVER_CAME,
    "warranty": (*_MONEY, Remedy.REPAIR, Remedy.REPLACEMENT),
}
# Somebody has to send something, and the other side says that it came.
PERFORMED: Final = frozenset({Remedy.REPAIR, Remedy.REPLACEMENT, Remedy.RETURN})


def possible(reason: str, *, by_carrier: bool) -> tuple[Remedy, ...]:
    """Return the remedies of a claim, the first of them by default."""
    return (Remedy.REFUND,) if by_carrier else _OF_REASON.get(reason, tuple(Remedy))


def chosen(
    text: str | None,
    *,
    amount: Money | None,
    value: Money,
    words: str,
    among: tuple[Remedy, ...],
) -> tuple[Remedy, Money]:
    """Return the remedy and amount of an offer or a decision, or refuse what does not go together.

    A replacement is of all that is claimed, so its amount is the value, paid if it is not sent in time. What else is to
    be performed names an amount too. Refused ``text`` for a return without a word why the other remedies do not do.
    """
    remedy = among[0] if text is None else next((one for one in among if one == text), None)
    if remedy is None:
        raise Refused.field("remedy", "choice", ", ".join(among))
    if remedy is Remedy.REPLACEMENT:
        if amount not in (None, value):
            raise Refused.field("amount", "choice", str(value))
        return remedy, value
    if amount is None:
        raise Refused.field("amount", "required", f"0.01 to {value}" if remedy in PERFORMED else f"0 to {value}")
    if not amount and remedy not in _MONEY:
        raise Refused.field("amount", "too_small", "more than 0")
    if remedy is Remedy.RETURN and not words:
        raise Refused.field("text", "required", "why no other remedy does")
    return remedy, amount
