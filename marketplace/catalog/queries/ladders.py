"""Read stored price ladders."""

from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.kernel.money import UnitPrice


def stored_ladder(currency: str, incoterm: str, place: str, tiers: list[list[int]]) -> Ladder:
    """Return a ladder of one price basis; ``tiers`` are pairs of a quantity and a price in millionths."""
    return Ladder(
        currency, incoterm, place, tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in tiers)
    )
