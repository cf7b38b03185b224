"""Orders are secured: their room is confirmed, and what lies in a centre goes on in between."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.services.following import on_order_went_on
from marketplace.distribution.services import booking
from marketplace.kernel.events import together
from marketplace.orders import events


@together
def on_orders_secured(session: Session, news: Sequence[events.OrderSecured]) -> None:
    """Confirm the room of secured orders, those that follow each other together, and let units in centres go on."""
    # The units of one order in a centre go on before the room of the next is confirmed: the trail tells it so.
    for (from_centre, at), run in groupby(news, key=lambda event: (event.from_centre, event.at)):
        for taken in ([event] for event in run) if from_centre else [list(run)]:
            booking.confirm_orders(session, order_ids=[event.order_id for event in taken], now=at)
            if from_centre:
                on_order_went_on(session, taken[0])
