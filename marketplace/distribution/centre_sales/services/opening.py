"""Begin sales with the orders of a checkout, and promise their units; what is not bought after all is free again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centre_sales.rules import PREFIX, CentreUnits, SaleState
from marketplace.distribution.centres.services import selling
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.services import promising


def promise_all(session: Session, *, units: Sequence[CentreUnits], actor: Actor, now: datetime) -> None:
    """Promise the units of a checkout's lines, hot lots in the order of their listings.

    Conflict ``lots_short`` naming the listing and what is left, ``not_sold_there``: the unit of work is given up then.
    """
    for one in sorted(units, key=lambda each: (each.listing_id, each.line_id)):
        selling.promise(
            session,
            actor=actor,
            line_id=one.line_id,
            listing_id=one.listing_id,
            centre_id=one.centre_id,
            status=one.status,
            quantity=one.quantity,
            now=now,
        )


def give_back(session: Session, *, units: Sequence[CentreUnits], now: datetime) -> None:
    """Promise the units of a checkout that orders nothing to nobody any more."""
    for one in sorted(units, key=lambda each: (each.listing_id, each.line_id)):
        promising.free(session, actor=SYSTEM, subject_id=one.line_id, now=now)


def open_all(session: Session, *, units: Sequence[CentreUnits], now: datetime) -> None:
    """Write the sales of a checkout's lines, in one statement."""
    rows = [
        {
            "id": new_id(),
            "reference": new_reference(PREFIX),
            "order_id": one.order_id,
            "line_id": one.line_id,
            "buyer_id": one.buyer_id,
            "merchant_id": one.merchant_id,
            "centre_id": one.centre_id,
            "status": one.status,
            "quantity": one.quantity,
            "state": SaleState.PROMISED,
            "handed": 0,
            "placed_at": now,
        }
        for one in units
    ]
    write(session, CentreSale, rows)
