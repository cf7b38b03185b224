"""The city that a buyer most likely wants goods in, which pages choose ahead."""

from collections.abc import Iterable
from typing import Final

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import current_actor
from marketplace.kernel.db import reading
from marketplace.logistics.queries import departures
from marketplace.orders.queries import carts
from marketplace.reference.queries import PlaceRow
from marketplace.web.shared import render

# What a form sends for no city, where nothing sent means the preferred one.
ANY: Final = "any"


def preferred(places: Iterable[PlaceRow]) -> str | None:
    """Return where the reader's cart goes, else which place in its company's country most lines run to, else None."""
    actor = current_actor()
    if actor is None or actor.company_id is None or not actor.may(Permission.TRADE_CART_EDIT):
        return None
    chosen = carts.destination_of(reading(), company_id=actor.company_id, person_id=actor.person)
    country = render.reader(actor).country
    known = {place.code: place.country for place in places}
    if chosen in known:
        return chosen
    return departures.main_destination(reading(), [code for code, where in known.items() if where == country])
