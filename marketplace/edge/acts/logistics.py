"""How pages and API look at departures."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.edge.requests.logistics import Departures
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import departures as queries
from marketplace.logistics.queries.departures import DepartureRow


def departures(session: Session, *, asked: Departures, now: datetime) -> Page[DepartureRow]:
    """Return the departures that were asked for; a place that no lorry serves is refused by its field."""
    errors = [
        FieldError(field, "choice", ", ".join(known))
        for field, code, known in (
            ("to", asked.to, queries.destinations(session) if asked.to else ()),
            ("from", asked.hub, queries.hubs(session) if asked.hub else ()),
        )
        if code is not None and code not in known
    ]
    if errors:
        raise Refused.fields(*errors)
    return queries.departures(
        session,
        to=asked.to,
        hub_code=asked.hub,
        # What has left already is history: it has its own page, not a place in the timetable.
        after=max(asked.after or now, now),
        now=now,
        cursor=asked.cursor,
    )
