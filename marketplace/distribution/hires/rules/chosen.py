"""Whole lorries as a checkout chooses them, before anything is booked."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from marketplace.distribution.rules.freight import Vehicle
from marketplace.kernel.money import Money, largest_remainder

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenShare:
    """What an order line pays of a whole lorry, and what it would by weight."""

    line_id: UUID
    by_weight: Money
    share: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLorry:
    """A departure that a checkout takes all of, with the shares of all of its lines there: they sum to the price."""

    vehicle: Vehicle
    shares: tuple[ChosenShare, ...]

    @property
    def departure_id(self) -> UUID:
        """The departure."""
        return self.vehicle.departure_id


def shares_of(price: Money, by_weight: Mapping[Key, Money]) -> dict[Key, Money]:
    """Return what each pays of a price: by what it would pay by weight, the largest remainders first."""
    weights = [amount.minor for amount in by_weight.values()]
    parts = largest_remainder(price.minor, weights if any(weights) else [1] * len(weights))
    return {key: Money(part, price.currency) for key, part in zip(by_weight, parts, strict=True)}
