"""Two warehouses of a demo merchant, and chains that lie in both."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marketplace.catalog.services import bulk, stock_places
from marketplace.catalog.warehouses.rules import Figure
from marketplace.catalog.warehouses.services import own
from marketplace.kernel.actor import Actor

_SKU: Final = "CQ-CH428-116"
# Name, place and units, in the merchant's order of preference.
_LYING: Final = (("重庆南彭 1号仓", "重庆市巴南区南彭", 9_600), ("南宁保税仓", "南宁综合保税区", 2_400))


def spread_stock(session: Session, actor: Actor, *, now: datetime) -> None:
    """Let a merchant's chains lie in two warehouses; what is offered stays the same."""
    figures = [
        Figure(own.add(session, actor=actor, name=name, place=place, now=now), units) for name, place, units in _LYING
    ]
    listing_id = bulk.find_by_sku(session, company_id=actor.company, skus=[_SKU])[_SKU]
    stock_places.set_places(session, actor=actor, listing_id=listing_id, figures=figures, now=now)
