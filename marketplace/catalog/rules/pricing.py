"""Price ladders: one currency on one price basis, tiers by lower bound, quantities by minimum and multiple."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import PRICE_PLACES, UnitPrice

LONGEST_LADDER: Final = 12
LARGEST_QUANTITY: Final = 10**9
# Of one unit, in any currency: a lorry in dong or rupiah is below it, and in dollars it can still be counted with.
LARGEST_PRICE: Final = 10**11
_LARGEST_MICRO: Final = LARGEST_PRICE * 10**PRICE_PLACES
# A live price that moves further than this, in basis points of the old one, is looked at by somebody.
JUMP_BASIS_POINTS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Tier:
    """The unit price from a quantity on; the next tier ends it, so that there is neither gap nor overlap."""

    from_quantity: int
    price: UnitPrice


@dataclass(frozen=True, slots=True)
class Ladder:
    """Tiers in one currency on one basis: an Incoterms 2020 rule and a named place by its code."""

    currency: str
    incoterm: str
    place_code: str
    tiers: tuple[Tier, ...]

    @property
    def basis(self) -> tuple[str, str, str]:
        """What tells two ladders of a listing apart: currency, rule, place."""
        return self.currency, self.incoterm, self.place_code

    @property
    def lowest(self) -> UnitPrice:
        """The lowest unit price that any quantity gets."""
        return min((tier.price for tier in self.tiers), key=lambda price: price.micro)


def make_ladder(
    currency: str,
    incoterm: str,
    place_code: str,
    *,
    price: Decimal,
    tiers: Sequence[tuple[int, Decimal]] = (),
    moq: int = 1,
) -> Ladder:
    """Return a ladder from a price that holds from the minimum on, and further (from quantity, price) tiers.

    Refused ``price`` for a price finer than six decimals.
    """
    # A wrong minimum is refused under its own name, not as a tier.
    first: list[tuple[int, Decimal]] = [] if tiers and tiers[0][0] <= moq else [(max(moq, 1), price)]
    try:
        made = tuple(Tier(quantity, UnitPrice.of(amount, currency)) for quantity, amount in (*first, *tiers))
    except ValueError:
        raise Refused.field("price", "too_fine", f"at most {PRICE_PLACES} decimals") from None
    return Ladder(currency, incoterm, place_code, made)


def ladder_for(
    ladders: Sequence[Ladder], *, currency: str | None = None, incoterm: str | None = None, place: str | None = None
) -> Ladder:
    """Return the first ladder on this basis; Refused ``price_basis`` naming those there are."""
    by_basis = {ladder.basis: ladder for ladder in reversed(ladders)}
    return by_basis[
        basis_among([ladder.basis for ladder in ladders], currency=currency, incoterm=incoterm, place=place)
    ]


def basis_among(
    bases: Sequence[tuple[str, str, str]], *, currency: str | None, incoterm: str | None, place: str | None
) -> tuple[str, str, str]:
    """Return the first of these bases (currency, rule, place) that is asked for; Refused ``price_basis`` naming all."""
    for basis in bases:
        if all(asked is None or asked == has for asked, has in zip((currency, incoterm, place), basis, strict=True)):
            return basis
    raise Refused.field("price_basis", "price_basis", "; ".join(" ".join(basis) for basis in bases))


def hub_of(incoterm: str, place_code: str, hub_code: str) -> str:
    """Return where the lorry takes the goods in: the named place under FCA, else the hub of the offer."""
    return place_code if incoterm == "FCA" else hub_code


def hub_kept(hub_code: str | None, ladders: Sequence[Ladder]) -> str | None:
    """Return a hub that the FCA prices name, or any where none is FCA; None when the prices moved away from it."""
    priced = {ladder.place_code for ladder in ladders if ladder.incoterm == "FCA"}
    return hub_code if not priced or hub_code in priced else None


def price_at(ladder: Ladder, quantity: int) -> UnitPrice:
    """Return the unit price of the deepest tier reached; below the first tier its price applies."""
    return tier_at(ladder, quantity).price


def tier_at(ladder: Ladder, quantity: int) -> Tier:
    """Return the tier that applies to a quantity."""
    reached = [tier for tier in ladder.tiers if tier.from_quantity <= quantity]
    return reached[-1] if reached else ladder.tiers[0]


def check_quantity(quantity: int, *, moq: int, multiple: int) -> None:
    """Refuse a quantity that is below the minimum or between multiples, naming both neighbours that are sold."""
    first = least_quantity(moq, multiple)
    if quantity < first:
        raise Refused.field("quantity", "quantity_minimum", f"{first} or more", least=first, multiple=multiple)
    if quantity > LARGEST_QUANTITY:
        most = LARGEST_QUANTITY // multiple * multiple
        raise Refused.field("quantity", "too_large", f"{most} or less", most=most)
    if quantity % multiple:
        below, above = quantity // multiple * multiple, -(-quantity // multiple) * multiple
        neighbours = (below, above) if below >= first else (above,)
        accepted = " or ".join(map(str, neighbours))
        raise Refused.field("quantity", "quantity_multiple", accepted, below=neighbours[0], above=above)


def least_quantity(moq: int, multiple: int) -> int:
    """Return the smallest quantity that is sold: the first multiple that reaches the minimum."""
    return -(-moq // multiple) * multiple


def sold_from(ladder: Ladder, least: int) -> Ladder:
    """Return a ladder as it is for quantities from the least that is sold: tiers that end below it are left out."""
    reached = tier_at(ladder, least)
    deeper = (tier for tier in ladder.tiers if tier.from_quantity > least)
    return replace(ladder, tiers=(replace(reached, from_quantity=least), *deeper))


def check_ladders(ladders: Sequence[Ladder]) -> list[FieldError]:
    """Return what is wrong with the ladders of an offer; fields are named ``ladders.<position>.<part>``."""
    if not ladders:
        return [FieldError("ladders", "required", "at least one price")]
    errors: list[FieldError] = []
    seen: set[tuple[str, str, str]] = set()
    for position, ladder in enumerate(ladders):
        name = f"ladders.{position}"
        if ladder.basis in seen:
            errors.append(FieldError(name, "ladder_twice", "one ladder for each currency and price basis"))
        seen.add(ladder.basis)
        errors += _check_tiers(ladder, name)
    return errors


def _check_tiers(ladder: Ladder, name: str) -> list[FieldError]:
    if not ladder.tiers:
        return [FieldError(f"{name}.tiers", "required", "at least one tier")]
    if len(ladder.tiers) > LONGEST_LADDER:
        return [FieldError(f"{name}.tiers", "too_long", f"at most {LONGEST_LADDER} tiers")]
    bounds = [tier.from_quantity for tier in ladder.tiers]
    if any(bound < 1 or bound > LARGEST_QUANTITY for bound in bounds) or bounds != sorted(set(bounds)):
        return [FieldError(f"{name}.tiers", "tiers_rising", "quantities from 1 up, each above the one before")]
    if any(tier.price.micro <= 0 for tier in ladder.tiers):
        return [FieldError(f"{name}.price", "too_small", "a price above zero")]
    if any(tier.price.micro > _LARGEST_MICRO for tier in ladder.tiers):
        return [FieldError(f"{name}.price", "too_large", f"{LARGEST_PRICE} or less")]
    return []


def rises(ladder: Ladder) -> bool:
    """Tell whether some tier is dearer than the one before: allowed, and worth a warning."""
    return is_rising([tier.price.micro for tier in ladder.tiers])


def is_rising(prices: Sequence[int]) -> bool:
    """Tell the same of the prices of tiers in their order."""
    return any(later > earlier for earlier, later in pairwise(prices))


def jumps(old: Sequence[Ladder], new: Sequence[Ladder]) -> bool:
    """Tell whether the price at any tier's quantity moves by more than 30 %, on a basis that was there before."""
    before = {ladder.basis: ladder for ladder in old}
    for ladder in new:
        was = before.get(ladder.basis)
        if was is None:
            continue
        for quantity in {tier.from_quantity for tier in (*was.tiers, *ladder.tiers)}:
            paid, asked = price_at(was, quantity).micro, price_at(ladder, quantity).micro
            if abs(asked - paid) * 10_000 > paid * JUMP_BASIS_POINTS:
                return True
    return False
