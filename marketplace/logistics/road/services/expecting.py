"""Say when a lorry is expected, as its carrier or its operator: everything behind that place moves with it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.queries.departures import departure
from marketplace.logistics.road.rules.expecting import check_place, check_time
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier, DepartureState
from marketplace.logistics.services.departures import acting
from marketplace.logistics.tracing.services import reporting
from marketplace.logistics.tracing.services.reporting import Said

_UNDER_WAY: Final = (
    DepartureState.SEALED,
    DepartureState.DEPARTED,
    DepartureState.AT_BORDER,
    DepartureState.CLEARED,
    DepartureState.HELD,
)


def expect(
    session: Session, *, actor: Actor, departure_id: UUID, place_code: str, expected_at: datetime, now: datetime
) -> UUID:
    """Note when a lorry is expected at a place ahead of it and return the event; all with goods aboard see it.

    NotFound ``departure`` for anybody but its operator and its carrier; Refused ``place`` and ``expected_at``;
    Conflict ``not_under_way`` before it is sealed and after it has arrived.
    """
    access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    if row.state not in _UNDER_WAY:
        raise Conflict("not_under_way", departure=departure_id)
    check_place(place_code, ahead=[stop.place.code for stop in row.stops[1:] if stop.reached_at is None])
    check_time(expected_at, now=now)
    said = Said(Status.ARRIVED, Classifier.ESTIMATED, place_code, expected_at)
    return reporting.note(session, actor=actor, departure_id=departure_id, said=said, now=now)
