"""How the database looks for the events of a journey: by whose they are, however many there are of others."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.borders.queries import forecasts
from marketplace.logistics.queries import tracking
from marketplace.logistics.road.queries import aboard

pytestmark = pytest.mark.one_database

ASKED = {
    "of a departure": lambda session: tracking.events_of(session, departure_id=uuid4()),
    "of bookings": lambda session: tracking.timeline(session, booking_ids=[uuid4(), uuid4()]),
    "expected": lambda session: forecasts.expected(session, departure_ids=[uuid4()]),
    "aboard": lambda session: aboard.stays_on(session, departure_id=uuid4()),
}


@pytest.mark.parametrize("name", ASKED)
def test_events_are_looked_for_by_whose_they_are(session: Session, name: str) -> None:
    steps: list[str] = []
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # another's plan goes by how many rows there are: here there are none
        ASKED[name](session)
        return

    @sa.event.listens_for(connection, "before_cursor_execute")
    def _explain(_connection, cursor, statement, given, _context, _many):
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given)
        steps.extend(row[3] for row in cursor.fetchall())

    ASKED[name](session)
    sa.event.remove(connection, "before_cursor_execute", _explain)
    events = [step for step in steps if " transport_event " in f"{step} "]
    assert events
    assert all("departure_id=?" in step or "booking_id=?" in step for step in events), steps
