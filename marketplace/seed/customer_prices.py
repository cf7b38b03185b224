"""Prices that some buyers alone read in the demo; all of them are made up."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.customer_prices.queries import lists as queries
from marketplace.catalog.customer_prices.services import lists, showing
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.customer_prices.services.lists import NewEntry, NewList
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.actor import Actor
from marketplace.seed import cast

_BUYER: Final = "buyer@demo.test"
LOGINS: Final = (cast.PARTS, cast.FRUIT, _BUYER)
_ASKED_FOR: Final = "CQ-CL150"
_FOR_VERIFIED: Final = "CTB-RSS3"
_BASIS: Final = ("CNY", "FCA", "CN-NANPENG")
_PRICES: Final = {"CQ-KB-US": ("29.50", (1_000, "27.00")), "CQ-MR-UNI": ("13.90", (1_000, "12.20"))}


def give_prices(session: Session, *, companies: Mapping[str, Actor], now: datetime) -> None:
    """Let one listing's price be asked for, another be for verified buyers, and the demo buyer have some of its own."""
    parts, fruit = companies[cast.PARTS], companies[cast.FRUIT]
    if queries.price_lists(session, merchant_id=parts.company).items:
        return  # given by a run that was cut off
    for seller, sku, visibility in (
        (parts, _ASKED_FOR, Visibility.ON_REQUEST),
        (fruit, _FOR_VERIFIED, Visibility.VERIFIED),
    ):
        showing.show(
            session,
            listing_id=_listing(session, seller, sku),
            visibility=visibility,
            named=Named(),
            actor=seller,
            now=now,
        )
    currency, incoterm, place = _BASIS
    new = NewList(
        name="Regular customers in Hanoi",
        currency=currency,
        incoterm=incoterm,
        place=place,
        valid_from=now,
        valid_until=None,
        named=Named(companies=(companies[_BUYER].company,)),
    )
    made = lists.create(session, new=new, actor=parts, now=now)
    entries = [
        NewEntry(sku, make_ladder(*_BASIS, price=Decimal(price), tiers=[(tier[0], Decimal(tier[1]))]))
        for sku, (price, tier) in _PRICES.items()
    ]
    lists.put(session, list_id=made, entries=dict(enumerate(entries)), actor=parts, now=now)


def _listing(session: Session, seller: Actor, sku: str) -> UUID:
    return session.scalars(sa.select(Listing.id).where(Listing.company_id == seller.company, Listing.sku == sku)).one()
