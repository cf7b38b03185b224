"""Read what stands on held lorries, where it could go on, and what was chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.planning.models import BookingCargo
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.departures import DepartureRow, departure, departures_of
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.road.models.lorries import HeldChoice
from marketplace.logistics.road.queries import cooling
from marketplace.logistics.road.rules.held import Option, first_to_act
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier, DepartureState, HoldCause

# Lorries that stand at a stop of theirs: another one's goods can be put on.
_STANDS: Final = (DepartureState.AT_BORDER, DepartureState.CLEARED)


@dataclass(frozen=True, slots=True)
class OnwardRow:
    """A lorry that could take a consignment on; ``is_open``: it still takes bookings where the goods are."""

    departure_id: UUID
    reference: str
    eta: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What was chosen for a held lorry (``booking`` None) or a consignment on it."""

    id: UUID
    booking: str | None
    booking_id: UUID | None
    option: Option
    cause: HoldCause
    place_code: str | None
    eta: datetime | None
    cost: Money
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class Custody:
    """Where goods lie that were taken off a lorry, and what held it."""

    place_code: str
    cause: HoldCause


def stands_at(row: DepartureRow) -> str:
    """Return the last stop that a lorry reached, its hub where it has not left."""
    reached = [stop.place.code for stop in row.stops if stop.reached_at is not None]
    return reached[-1] if reached else row.hub_code


def waits_of(session: Session, *, departure_id: UUID) -> tuple[TransportRow, ...]:
    """Return until when a lorry was let stand (``event_at``), without what was withdrawn.

    What others expect of its departure is theirs to say: it was not let wait for it.
    """
    return tuple(
        row
        for row in tracking.events_of(session, departure_id=departure_id)
        if row.code == Status.DEPARTURE_DELAYED and row.classifier is Classifier.ESTIMATED and row.reported_by is None
    )


def waits_from(session: Session, *, departure_id: UUID, now: datetime) -> datetime:
    """Return from when another wait of a lorry counts: from now, or from the end of the wait that was chosen before."""
    return max((now, *(row.event_at for row in waits_of(session, departure_id=departure_id))))


def custody_of(session: Session, *, booking_id: UUID) -> Custody | None:
    """Return where a booking's goods lie that were taken off a held lorry; None for any other."""
    row = session.execute(
        sa.select(HeldChoice.place_code, HeldChoice.cause)
        .join(Booking, Booking.id == HeldChoice.booking_id)
        .where(
            HeldChoice.booking_id == booking_id,
            HeldChoice.option == Option.OFF_LOAD,
            Booking.state == BookingState.CARGO_RECEIVED,
        )
    ).first()
    return None if row is None or row.place_code is None else Custody(row.place_code, row.cause)


def onward(session: Session, *, booking: Booking, place_code: str, now: datetime) -> tuple[OnwardRow, ...]:
    """Return the lorries of the same carrier that take a booking on from a place, the first to arrive first.

    Those that take bookings there, and those that stand there on their way with room for it.
    """
    carrier = departure(session, departure_id=booking.departure_id, now=now).carrier_company_id
    starts_here = sa.and_(Departure.state == DepartureState.OPEN, Departure.hub_code == place_code)
    keys = session.scalars(
        sa.select(Departure.id)
        .join(Line, Line.id == Departure.line_id)
        .where(
            Line.carrier_company_id == carrier,
            Departure.id != booking.departure_id,
            sa.or_(starts_here, Departure.state.in_(_STANDS)),
        )
        .order_by(Departure.arrives_at)
        .limit(50)
    ).all()
    found: list[OnwardRow] = []
    for row in departures_of(session, departure_ids=keys, now=now).values():
        stop, is_open = row.stop_at(booking.to_place), row.is_bookable(now)
        if stop is None or stop.reached_at is not None or booking.load.lacking(row.room):
            continue
        # Goods that have left their hub are not booked from a hub again: they go on by a lorry that is on its way.
        if (is_open and booking.state is not BookingState.IN_TRANSIT) or (
            row.state in _STANDS and stands_at(row) == place_code
        ):
            found.append(OnwardRow(row.id, row.reference, stop.eta, is_open))
    return tuple(sorted(found, key=lambda one: (one.eta, one.reference)))


def choices_of(session: Session, *, departure_id: UUID) -> tuple[ChoiceRow, ...]:
    """Return what was chosen for a departure, the last first."""
    rows = session.execute(
        sa.select(HeldChoice, Booking.reference)
        .outerjoin(Booking, Booking.id == HeldChoice.booking_id)
        .where(HeldChoice.departure_id == departure_id)
        .order_by(HeldChoice.id.desc())
    )
    return tuple(
        ChoiceRow(
            row.id,
            reference,
            row.booking_id,
            row.option,
            row.cause,
            row.place_code,
            row.eta,
            Money(row.cost_minor, row.currency),
            row.chosen_at,
        )
        for row, reference in rows
    )


def perishables(session: Session, *, departure_id: UUID) -> frozenset[UUID]:
    """Return the subjects of the cold and fresh goods of a departure."""
    return frozenset(row.subject for row in _to_act_for(session, departure_id) if row.is_fresh)


def perishables_first(session: Session, *, departure_id: UUID) -> tuple[UUID, ...]:
    """Return the bookings of a departure in the order to act for them: cold and fresh goods, then what is due first."""
    rows = _to_act_for(session, departure_id)
    ordered = sorted(rows, key=lambda row: first_to_act(row.is_fresh, row.due_at, row.reference))
    return tuple(row.id for row in ordered)


@dataclass(frozen=True, slots=True)
class _ToActFor:
    id: UUID
    reference: str
    subject: UUID
    is_fresh: bool
    due_at: datetime | None


def _to_act_for(session: Session, departure_id: UUID) -> tuple[_ToActFor, ...]:
    rows = session.execute(
        sa.select(Booking.id, Booking.reference, Booking.subject, BookingCargo.fresh, BookingCargo.due_at)
        .outerjoin(BookingCargo, BookingCargo.booking_id == Booking.id)
        .where(Booking.departure_id == departure_id)
    ).all()
    cold = cooling.ranges_of(session, booking_ids=[row.id for row in rows])
    return tuple(
        _ToActFor(row.id, row.reference, row.subject, row.id in cold or bool(row.fresh), row.due_at) for row in rows
    )
