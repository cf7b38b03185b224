"""Let what the operator said of a consignment's temperature go with it to the booking that it becomes.

What calls this lies below: it knows bookings by their ids.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.logistics.road.models.lorries import BookingCooling


def follow(session: Session, *, booking_id: UUID, new_booking_id: UUID) -> None:
    """Let the range of a consignment hold for the booking that it became, unless that has one of its own."""
    kept = session.get(BookingCooling, booking_id)
    if kept is not None:
        insert_if_new(
            session,
            BookingCooling,
            booking_id=new_booking_id,
            set_point=kept.set_point,
            least=kept.least,
            most=kept.most,
        )
