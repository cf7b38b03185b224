"""What the API says of goods that change lorry."""

from uuid import UUID

from marketplace.api.orders.carriage import Booking, Ride
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.rides import Onward as Seen
from marketplace.edge.acts.rides import RideSeen
from marketplace.logistics.queries.options import OptionRow


class Riding(Answer):
    """A ride with the bookings of its two halves; ``can_change`` once its goods are there for the second lorry."""

    ride: Ride
    first: Booking
    second: Booking
    can_change: bool

    @classmethod
    def of(cls, seen: RideSeen) -> "Riding":
        """Write a ride."""
        line_id = seen.ride.line_id
        return cls(
            ride=Ride.of(seen.ride),
            first=Booking.of(seen.first, line_id),
            second=Booking.of(seen.second, line_id),
            can_change=seen.may_change,
        )


class Choice(Answer):
    """A departure that takes a ride on."""

    departure_id: UUID
    reference: str
    departs_at: Instant
    cutoff_cargo_at: Instant
    arrives_at: Instant
    freight: Amount | None

    @classmethod
    def of(cls, row: OptionRow) -> "Choice":
        """Write a departure."""
        return cls(
            departure_id=row.departure_id,
            reference=row.reference,
            departs_at=row.departs_at,
            cutoff_cargo_at=row.cutoff_cargo_at,
            arrives_at=row.arrives_at,
            freight=Amount.of(row.freight) if row.freight else None,
        )


class Onward(Answer):
    """The second lorry of a line, when the first is expected at the change, and the others that take the goods on.

    ``is_late``: the first is not there before the second takes no more cargo. The freight of the second stays what was
    agreed; ``freight`` of another says what it costs today.
    """

    second: Booking
    expected_at: Instant
    is_late: bool
    items: list[Choice]
    next: None = None

    @classmethod
    def of(cls, seen: Seen, line_id: UUID) -> "Onward":
        """Write how a line goes on."""
        return cls(
            second=Booking.of(seen.second, line_id),
            expected_at=seen.expected_at,
            is_late=seen.is_late,
            items=[Choice.of(row) for row in seen.others],
        )


class Changed(Answer):
    """The units that goods are in the second carrier's hands, and the ride as it stands then."""

    sscc: list[str]
    riding: Riding
