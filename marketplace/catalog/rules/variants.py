"""Variants: listings of one merchant that differ by size, colour and the like, and stand on one another's pages.

Each variant is a listing of its own, with its article number, prices, packing and stock, so that carts, orders and
imports need know nothing of variants; a group says which belong together and by what they differ.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from marketplace.catalog.rules.pricing import LARGEST_PRICE, Ladder, Tier
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import PRICE_PLACES, UnitPrice

MOST_AXES: Final = 2
MOST_VARIANTS: Final = 100
LONGEST_WORD: Final = 40
LONGEST_NAME: Final = 80
_LEAST_PERCENT: Final = Decimal(-90)
_MOST_PERCENT: Final = Decimal(900)


@dataclass(frozen=True, slots=True)
class Member:
    """A listing of the group by its article number, with its value on each axis."""

    sku: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What variants differ by, and which they are in the order they are shown.

    ``name`` is its merchant's own for it, empty to keep the one it has, or to be called by its first article.
    """

    axes: tuple[str, ...]
    members: tuple[Member, ...]
    name: str = ""


def check_group(group: Group, *, own: str) -> Group:
    """Return the group with plain texts; Refused ``axes`` and ``members`` for what is wrong.

    The listing it is saved on, by its article number ``own``, is one of it; no two have the same values.
    """
    axes = tuple(" ".join(axis.split()) for axis in group.axes)
    name = " ".join(group.name.split())
    members = tuple(Member(each.sku.strip(), tuple(" ".join(v.split()) for v in each.values)) for each in group.members)
    errors: list[FieldError] = []
    if not 1 <= len(axes) <= MOST_AXES or len({axis.casefold() for axis in axes}) < len(axes):
        errors.append(FieldError("axes", "variant_axes", f"1 to {MOST_AXES}, each another"))
    if any(not axis or len(axis) > LONGEST_WORD for axis in axes):
        errors.append(FieldError("axes", "too_long", f"1 to {LONGEST_WORD} characters"))
    if not 2 <= len(members) <= MOST_VARIANTS:
        errors.append(FieldError("members", "variant_count", f"2 to {MOST_VARIANTS}"))
    if any(len(each.values) != len(axes) or not all(each.values) for each in members):
        errors.append(FieldError("members", "variant_values", f"an article number and {len(axes)} values"))
    if any(len(value) > LONGEST_WORD for each in members for value in each.values):
        errors.append(FieldError("members", "too_long", f"at most {LONGEST_WORD} characters"))
    seen = {tuple(value.casefold() for value in each.values) for each in members}
    if len(seen) < len(members) or len({each.sku for each in members}) < len(members):
        errors.append(FieldError("members", "variant_twice", "each article number and each value once"))
    if own not in {each.sku for each in members}:
        errors.append(FieldError("members", "variant_own", own))
    if len(name) > LONGEST_NAME:
        errors.append(FieldError("name", "too_long", f"at most {LONGEST_NAME} characters"))
    if errors:
        raise Refused.fields(*errors)
    return Group(axes, members, name)


def free_name(sku: str, taken: Collection[str]) -> str:
    """Return what a group without a name is called by its first article: its number, counted on where that is taken."""
    plain = " ".join(sku.split())
    names = (plain, *(f"{plain} ({count})" for count in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def moved(ladders: Sequence[Ladder], percent: Decimal) -> tuple[Ladder, ...]:
    """Return ladders with every price moved by so many per cent, rounded once to six places; bounds stay.

    Refused ``percent`` beyond its bounds, and where a price would come to nothing.
    """
    if not _LEAST_PERCENT <= percent <= _MOST_PERCENT:
        raise Refused.field("percent", "range", f"{_LEAST_PERCENT} to {_MOST_PERCENT}")
    return tuple(_scaled(ladder, ladder.currency, 1 + percent / 100, "percent") for ladder in ladders)


def converted(ladder: Ladder, *, rate: Decimal, currency: str) -> Ladder:
    """Return a ladder in another currency at so many of it for one: rounded once to six places, its bounds as they are.

    What did not rise does not rise. It is for showing and for writing a new ladder; no placed order is priced by it.
    """
    return _scaled(ladder, currency, rate, "rate")


def _scaled(ladder: Ladder, currency: str, factor: Decimal, field: str) -> Ladder:
    quantum = Decimal(1).scaleb(-PRICE_PLACES)
    tiers = tuple(
        Tier(
            tier.from_quantity,
            UnitPrice.of((tier.price.amount * factor).quantize(quantum, ROUND_HALF_UP), currency),
        )
        for tier in ladder.tiers
    )
    if any(tier.price.micro <= 0 for tier in tiers):
        raise Refused.field(field, "too_small", "prices above zero")
    if any(tier.price.amount > LARGEST_PRICE for tier in tiers):
        raise Refused.field(field, "too_large", f"{LARGEST_PRICE} or less")
    return replace(ladder, currency=currency, tiers=tiers)
