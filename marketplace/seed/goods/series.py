"""Fill the city up: further series of the same goods, as many as are asked for."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Final

import sqlalchemy as sa

from marketplace.catalog.models import Listing
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.seed import people
from marketplace.seed.desk import Desk
from marketplace.seed.goods.fill import put_up
from marketplace.seed.goods.offers import Offer, offers
from marketplace.seed.houses import HOUSES

_MARK: Final = "-SR"
# So many series at a time stand house by house, which makes batches of one company's offers.
_TOGETHER: Final = 50


def extend(desk: Desk, *, wanted: int, moderator: Actor, report: Callable[[str], None]) -> int:
    """Put up what is missing to so many listings and return how many came; a rerun goes on where this stopped."""
    there = reading().scalar(sa.select(sa.func.count()).where(~Listing.sku.contains(_MARK))) or 0
    asked = max(0, wanted - there)
    made, begun = 0, time.monotonic()
    for came in put_up(desk, islice(_series(), asked), moderator=moderator, now=desk.now):
        made += came
        if came:
            report(f"{made} of {asked} further listings, {made / (time.monotonic() - begun):.0f} a second")
    return made


def _series() -> Iterator[Offer]:
    """Yield the offers of the houses that live here in one series after the other, without end."""
    houses = [house for house in HOUSES if people.is_in(reading(), house.login)]
    every = sorted(offers(houses), key=lambda offer: offer.house.key)
    for first in count(1, _TOGETHER):
        for offer in every:
            for number in range(first, first + _TOGETHER):
                yield replace(offer, series=f"{_MARK}{number:05d}")
