"""How much a buyer whose company is not verified may hold by bank transfer before anything is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most orders, the most value, and the largest share of a listing's stock in per cent."""

    orders: int
    value: Money
    stock_percent: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What would be held: orders, their value in the currency of the bound, and units by listing."""

    orders: int
    value: Money
    units: Mapping[UUID, int]


def check(holding: Holding, bounds: Bounds, *, stock: Mapping[UUID, int]) -> None:
    """Refuse what is beyond a bound: Conflict ``unverified_orders``, ``unverified_value`` or ``unverified_stock``.

    ``stock`` has the units of each listing that are free or held by this buyer. More than these is refused as
    ``stock`` where they are held.
    """
    if holding.orders > bounds.orders:
        raise Conflict("unverified_orders", most=bounds.orders)
    if holding.value.minor > bounds.value.minor:
        raise Conflict("unverified_value", most=str(bounds.value))
    for listing_id, units in holding.units.items():
        there = stock.get(listing_id, 0)
        most = there * bounds.stock_percent // 100
        if most < units <= there:
            raise Conflict("unverified_stock", listing=str(listing_id), most=most, percent=bounds.stock_percent)
