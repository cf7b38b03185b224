"""Expect departures anew when a border closes or opens: what was planned stays, estimates are noted beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.borders.models import BorderClosure, ClosureDelay
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.borders.queries.forecasts import expected
from marketplace.logistics.borders.rules.closing import ClosureState
from marketplace.logistics.borders.rules.estimates import Estimate, PlannedStop, crossings_on, estimates
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import BorderCrossing
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier, DepartureState
from marketplace.logistics.services import tracking

# No lorry comes to a border later than this, by whatever it was delayed.
LATEST: Final = timedelta(days=60)
_OVER: Final = (
    DepartureState.CANCELLED,
    DepartureState.ARRIVED,
    DepartureState.STRIPPED,
    DepartureState.SETTLED,
)


def reestimate(session: Session, *, closure_id: UUID, now: datetime) -> int:
    """Note when the departures that a closure touches are expected now; return how many it delays.

    Those that are expected later than before are kept with a confirmed closure. What is expected as it was is left.
    """
    closure = session.get_one(BorderClosure, closure_id)
    touched = _touched(session, closure)
    ways = _ways(session, touched)
    known = expected(session, departure_ids=touched)
    borders = calendars(session)
    delayed: list[dict[str, object]] = []
    for departure_id, way in ways.items():
        found = estimates(way, borders.opens)
        before = [known[departure_id].get(each.place_code, each.planned) for each in found]
        for each, was in zip(found, before, strict=True):
            if each.expected != was:
                _expect(session, departure_id, each, now)
        if any(each.expected > was for each, was in zip(found, before, strict=True)):
            delayed.append(
                {
                    "closure_id": closure_id,
                    "departure_id": departure_id,
                    "planned_at": found[-1].planned,
                    "expected_at": found[-1].expected,
                }
            )
    if delayed and closure.state is ClosureState.CONFIRMED:
        session.execute(sa.insert(ClosureDelay), delayed)
    return len(delayed)


def _touched(session: Session, closure: BorderClosure) -> Sequence[UUID]:
    """Return departures under way or to come that were planned at the crossing during the closure or shortly before."""
    crossing = session.get_one(BorderCrossing, closure.crossing_id)
    stop = sa.select(DepartureStop.departure_id).where(
        DepartureStop.place_code.in_((crossing.one_side, crossing.other_side)),
        DepartureStop.reached_at.is_(None),
        DepartureStop.eta < closure.ends_at,
        DepartureStop.eta > closure.starts_at - LATEST,
    )
    wanted = sa.select(Departure.id).where(Departure.id.in_(stop), Departure.state.not_in(_OVER))
    return session.scalars(wanted.order_by(Departure.id)).all()


def _ways(session: Session, departure_ids: Sequence[UUID]) -> dict[UUID, list[PlannedStop]]:
    crossings = {
        frozenset((row.one_side, row.other_side)): row.code
        for row in session.execute(sa.select(BorderCrossing.code, BorderCrossing.one_side, BorderCrossing.other_side))
    }
    rows: dict[UUID, list[DepartureStop]] = {}
    wanted = sa.select(DepartureStop).where(DepartureStop.departure_id.in_(departure_ids))
    for stop in session.scalars(wanted.order_by(DepartureStop.departure_id, DepartureStop.position)):
        rows.setdefault(stop.departure_id, []).append(stop)
    return {
        departure_id: [
            PlannedStop(stop.place_code, stop.eta, stop.wait_minutes, crossing, stop.reached_at)
            for stop, crossing in zip(way, crossings_on([each.place_code for each in way], crossings), strict=True)
        ]
        for departure_id, way in rows.items()
    }


def _expect(session: Session, departure_id: UUID, estimate: Estimate, now: datetime) -> None:
    tracking.note(
        session,
        code=Status.ARRIVED,
        departure_id=departure_id,
        place_code=estimate.place_code,
        classifier=Classifier.ESTIMATED,
        event_at=estimate.expected,
        now=now,
    )
