"""Read what stands around a plan: its departures, their room that it does not decide about, its lines."""

from collections.abc import Collection, Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.planning.queries.plans import PlanHead, PlannedRow
from marketplace.logistics.rules.states import TAKING, DepartureState


def line_codes(session: Session, *, hub_code: str) -> tuple[str, ...]:
    """Return the lines from a hub."""
    return tuple(session.scalars(sa.select(Line.code).where(Line.hub_code == hub_code).order_by(Line.code)))


def line_id(session: Session, *, hub_code: str, code: str) -> UUID | None:
    """Return the id of a line from a hub, None where there is none of this code."""
    return session.scalars(sa.select(Line.id).where(Line.hub_code == hub_code, Line.code == code)).one_or_none()


def departures_of(session: Session, *, head: PlanHead, rows: Iterable[PlannedRow]) -> tuple[UUID, ...]:
    """Return the departures that a plan could use and those that its bookings are or were on."""
    wanted = sa.select(Departure.id).where(
        Departure.hub_code == head.hub_code,
        Departure.state == DepartureState.OPEN,
        Departure.cutoff_cargo_at > head.made_at,
        Departure.departs_at <= head.until,
    )
    if head.line_id is not None:
        wanted = wanted.where(Departure.line_id == head.line_id)
    named = {key for row in rows for key in (row.before_id, row.departure_id) if key is not None}
    return tuple(sorted({*session.scalars(wanted), *named}))


def fixed_loads(session: Session, *, departure_ids: Collection[UUID], without: Collection[UUID]) -> dict[UUID, Load]:
    """Return the room of departures that is taken by bookings which no plan row is about (held, loaded, new since)."""
    sums = (sa.func.sum(getattr(Booking, name)) for name in DIMENSIONS)
    rows = session.execute(
        sa.select(Booking.departure_id, *sums)
        .where(
            Booking.departure_id.in_(departure_ids),
            Booking.state.in_(TAKING),
            Booking.id.not_in(without),
        )
        .group_by(Booking.departure_id)
    )
    return {departure_id: Load(*map(int, amounts)) for departure_id, *amounts in rows}
