"""What bookings carry, and that no two stand on one lorry that must not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_new, write
from marketplace.kernel.errors import Conflict
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.models import BookingCargo, BookingPin
from marketplace.logistics.planning.queries.natures import lanes_of, natures_of
from marketplace.logistics.planning.rules.segregation import apart, barred, house_rules
from marketplace.logistics.rules.states import TAKING, BookingState


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoFacts:
    """What is said of a booking's goods; temperatures in tenths of °C."""

    un_number: str = ""
    labels: tuple[str, ...] = ()
    packing_group: str = ""
    product: str = ""
    food: bool = False
    fresh: bool = False
    stackable: bool = True
    temp_min: int | None = None
    temp_max: int | None = None
    ready_at: datetime | None = None
    due_at: datetime | None = None


def describe(session: Session, *, cargo: Mapping[UUID, CargoFacts]) -> None:
    """Write what bookings carry in the place of what was said of them before."""
    if not cargo:
        return
    rows = [{"booking_id": key, **asdict(facts), "labels": list(facts.labels)} for key, facts in cargo.items()]
    # Most are said for the first time: one statement. Of the others the new word counts.
    known = cargo.keys() - insert_new(session, BookingCargo, rows)
    if known:
        session.execute(sa.delete(BookingCargo).where(BookingCargo.booking_id.in_(known)))
        write(session, BookingCargo, [row for row in rows if row["booking_id"] in known])


def ready(session: Session, *, booking_id: UUID, ready_at: datetime) -> None:
    """Note from when a booking's goods can be at the hub."""
    session.execute(sa.update(BookingCargo).where(BookingCargo.booking_id == booking_id).values(ready_at=ready_at))


def follow(session: Session, *, booking_id: UUID, new_booking_id: UUID) -> None:
    """Let what is said of a booking's goods hold for the booking that it became; a pin ends with the move."""
    row = session.execute(
        sa.select(*BookingCargo.__table__.columns).where(BookingCargo.booking_id == booking_id)
    ).one_or_none()
    if row is not None:
        write(session, BookingCargo, [{**row._asdict(), "booking_id": new_booking_id}])
    session.execute(sa.delete(BookingPin).where(BookingPin.booking_id == booking_id))


def check(
    session: Session,
    *,
    departure_id: UUID,
    coming: Mapping[UUID, str],
    now: datetime,
    beside: Sequence[BookingState] = TAKING,
) -> None:
    """Refuse bookings that must not stand with others on a departure, or on its lane at all.

    ``coming`` are bookings on their way to it, with the references that they are called by. Conflict ``segregation``
    names both and the rule; only the operator may be shown the pair. ``beside``: what counts as being there.
    """
    rows = session.execute(
        sa.select(Booking.id, Booking.reference).where(Booking.departure_id == departure_id, Booking.state.in_(beside))
    )
    aboard = {row.id: row.reference for row in rows} | dict(coming)
    natures = natures_of(session, booking_ids=aboard)
    lane = lanes_of(session, departure_ids=[departure_id]).get(departure_id, ())
    house = house_rules(now.date())
    for key, reference in coming.items():
        mine = natures[key]
        if (rule := barred(mine, lane)) is not None:
            raise Conflict("segregation", departure=departure_id, booking=reference, rule=str(rule))
        for other, its in aboard.items():
            why = apart(mine, natures[other], lane=lane, house=house) if other != key else None
            if why is not None:
                raise Conflict("segregation", departure=departure_id, pair=sorted((reference, its)), rule=str(why))
