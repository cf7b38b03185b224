"""Departures over the API: read by everybody."""

from uuid import UUID

from flask import Blueprint

from marketplace.api.logistics import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import logistics as acts
from marketplace.edge.requests import logistics as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.queries import departures as queries

api = Blueprint("api_logistics", __name__)

_TIMETABLE = "a timetable is there to be read"


@api.get("/departures")
@operation(
    answers={200: Items[answers.Departure]}, tag="logistics", public_because=_TIMETABLE, query=requests.Departures
)
def departures(query: requests.Departures) -> tuple[int, Items[answers.Departure]]:
    """List coming departures by time, with the room left on each."""
    now = clock.now()
    page = acts.departures(reading(), asked=query, now=now)
    items = [answers.Departure.of(row, now) for row in page.items]
    return 200, Items[answers.Departure](items=items, next=page.next)


@api.get("/departures/<uuid:departure_id>")
@operation(answers={200: answers.Departure}, tag="logistics", public_because=_TIMETABLE)
def departure(departure_id: UUID) -> tuple[int, answers.Departure]:
    """Show one departure: stops, cut-offs, room left per dimension."""
    now = clock.now()
    return 200, answers.Departure.of(queries.departure(reading(), departure_id=departure_id, now=now), now)
