"""What happens to bookings and departures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent(Event):
    """Something happened to the booking of a subject (an order line's id)."""

    booking_id: UUID
    subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExpired(BookingEvent):
    """A hold ended before it was confirmed; its room is free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """A booking was given up, by its owner or because no other departure had room; ``reason`` is a code."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRolled(BookingEvent):
    """A booking moved to a later departure, where it is another booking."""

    new_booking_id: UUID
    departure_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoReceived(BookingEvent):
    """The hub weighed, measured and counted what came; figures of the whole booking.

    ``happened_at`` is when it came, which may be before it was noted.
    """

    happened_at: datetime
    cartons: int
    grams: int
    cm3: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecorded(BookingEvent):
    """The consignee's side counted what arrived; ``complete`` ends the booking."""

    receipt_id: UUID
    cartons: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureEvent(Event):
    """Something happened to a departure; ``subjects`` are those whose cargo it concerns."""

    departure_id: UUID
    subjects: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureSealed(DepartureEvent):
    """The doors are sealed and the hub's list of what is behind them is frozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureDeparted(DepartureEvent):
    """The lorry left the hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureAtBorder(DepartureEvent):
    """The lorry waits at a border."""

    place_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureCleared(DepartureEvent):
    """The lorry crossed a border, cleared."""

    place_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureHeld(DepartureEvent):
    """The lorry stands; ``cause`` is the code of its class."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureResumed(DepartureEvent):
    """The lorry goes on from where it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcursionOpened(Event):
    """Cold goods stood outside their range for too long: a case about them is open."""

    excursion_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LorrySwapped(DepartureEvent):
    """The lorry goes on with another tractor or other drivers; ``cause`` is the code of why."""

    cause: str
    place_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureArrived(DepartureEvent):
    """The lorry reached the place of these subjects."""

    place_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureCancelled(DepartureEvent):
    """The departure does not run; its bookings were rolled or cancelled in the same transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LorryChanged(DepartureEvent):
    """Another kind of lorry drives a departure; ``subjects`` are those of the goods that stay on it."""

    vehicle_type_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SealsAdded(Event):
    """Seals were put on the doors of a departure beside, or in the place of, those that were there."""

    departure_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitMoved(Event):
    """Customs accepted or released a transit movement of a departure, or it was cancelled."""

    departure_id: UUID
    movement_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportNoted(Event):
    """An event of the journey was noted, or withdrawn by another; ``is_estimate`` is one that was worked out here."""

    event_id: UUID
    departure_id: UUID | None
    booking_id: UUID | None
    is_estimate: bool
