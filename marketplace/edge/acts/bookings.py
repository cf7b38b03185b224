"""The card provider's books against the city's, for the operator's finance people."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import bookings as requests
from marketplace.kernel import clock
from marketplace.kernel.pages import Page
from marketplace.payments.queries import bookings as queries
from marketplace.payments.queries.bookings import BookingRow, RunRow
from marketplace.payments.rules.bookings import BookingState
from marketplace.payments.services import bookings as services


def many(session: Session, search: requests.BookingsQuery) -> Page[BookingRow]:
    """Return the provider's lines in a state; without one, all that are not as the city's."""
    state = BookingState(search.state) if search.state else None
    return queries.bookings(session, state=state, cursor=search.cursor)


def latest(session: Session) -> RunRow | None:
    """Return the last reading of the provider's books."""
    return queries.latest_run(session)


def runs(session: Session, cursor: str | None) -> Page[RunRow]:
    """Return the readings of the provider's books."""
    return queries.runs(session, cursor=cursor)


def resolve(session: Session, booking_id: UUID, body: requests.Resolution) -> None:
    """Say why a line that is not as the city's is right all the same."""
    services.resolve(session, booking_id=booking_id, reason=body.reason, actor=require_actor(), now=clock.now())
