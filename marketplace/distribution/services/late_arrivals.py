"""Tell of goods that are expected much later than their lorry was promised, once for each booking."""

from sqlalchemy.orm import Session

from marketplace.distribution.events import ArrivalLate
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.lateness import comes_much_later
from marketplace.distribution.services import lateness
from marketplace.kernel import events
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.tracing.events import EstimateMoved
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.logistics.tracing.services import warnings
from marketplace.orders.queries import lines as line_queries

_ON_THE_WAY = (
    BookingState.CONFIRMED,
    BookingState.CARGO_RECEIVED,
    BookingState.LOADED,
    BookingState.IN_TRANSIT,
)


def on_estimate_moved(session: Session, event: EstimateMoved) -> None:
    """Find the lines whose goods come more than six hours after the arrival that they were promised."""
    booked = booking_queries.bookings_on(session, departure_id=event.departure_id)
    aboard = [row for row in booked if row.state in _ON_THE_WAY]
    # What goes back is booked for its claim, and was promised to nobody.
    line_of = rides.lines_of(session, subjects=[row.subject for row in aboard])
    # What only changes lorry where this one brings it is promised by the second.
    changing = rides.of_lines(session, line_ids=[row.subject for row in aboard])
    lines = line_queries.orders_of_lines(session, line_ids=line_of.values())
    every = booking_queries.bookings(
        session, subjects=[one for one, line_id in line_of.items() if line_id in lines and one not in changing]
    )
    expected = standing(session, departure_id=event.departure_id).known
    for row in aboard:
        promised = lateness.promised_booking(every.get(row.subject, ()))
        at = expected[row.to_place]
        if promised is None or not comes_much_later(promised_at=promised.arrives_at, expected_at=at):
            continue
        if warnings.is_first(
            session, booking_id=row.id, promised_at=promised.arrives_at, estimated_at=at, now=event.at
        ):
            events.record(
                session,
                ArrivalLate(
                    at=event.at,
                    line_id=line_of[row.subject],
                    departure_id=event.departure_id,
                    promised_at=promised.arrives_at,
                    expected_at=at,
                ),
            )
