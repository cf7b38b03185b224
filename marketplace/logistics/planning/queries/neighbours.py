"""Ask, before anything is booked, on which departures goods would stand with others that they must not stand with."""

from collections.abc import Collection, Hashable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.models import BookingCargo
from marketplace.logistics.planning.queries.natures import lanes_of, nature
from marketplace.logistics.planning.rules.segregation import Nature, apart, barred, house_rules
from marketplace.logistics.rules.states import TAKING, BookingState

Key = TypeVar("Key", bound=Hashable)


def clashes(
    session: Session, *, natures: Mapping[Key, Nature], departure_ids: Collection[UUID], now: datetime
) -> dict[Key, frozenset[UUID]]:
    """Return the departures that do not take goods for what is booked there or for their lane; never with whose.

    As many statements for one as for many goods and departures. A hold that ran out counts no more.
    """
    aboard: dict[UUID, list[Nature]] = {each: [] for each in departure_ids}
    rows = session.execute(
        sa.select(Booking.departure_id, Booking.shipper_company_id, BookingCargo)
        .outerjoin(BookingCargo, BookingCargo.booking_id == Booking.id)
        .where(
            Booking.departure_id.in_(departure_ids),
            Booking.state.in_(TAKING),
            sa.or_(Booking.state != BookingState.HELD, Booking.expires_at.is_(None), Booking.expires_at > now),
        )
    )
    for departure_id, company_id, cargo in rows:
        aboard[departure_id].append(nature(cargo, company_id))
    lanes = lanes_of(session, departure_ids=departure_ids)
    house = house_rules(now.date())
    return {
        key: frozenset(
            departure_id
            for departure_id, others in aboard.items()
            for lane in [lanes.get(departure_id, ())]
            if barred(mine, lane) or any(apart(mine, other, lane=lane, house=house) for other in others)
        )
        for key, mine in natures.items()
    }
