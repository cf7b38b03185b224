"""Read what is known of a lorry, as estimates are worked out from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.departures import DepartureStop
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.departures import StopRow
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.tracing.rules.estimating import Fact, Stop, Times, side_by_side


@dataclass(frozen=True, slots=True)
class Standing:
    """A departure's stops, what stands about it, and when the lorry was last expected at each stop."""

    stops: tuple[Stop, ...]
    facts: tuple[Fact, ...]
    known: Mapping[str, datetime]


def standing(session: Session, *, departure_id: UUID) -> Standing:
    """Return what is known of a departure; its own estimates are what is known, not what is worked with."""
    rows = session.execute(
        sa.select(DepartureStop.__table__)
        .where(DepartureStop.departure_id == departure_id)
        .order_by(DepartureStop.position),
    )
    stops = tuple(Stop(row.place_code, row.eta, row.is_border) for row in rows)
    known = {stop.place_code: stop.planned for stop in stops}
    facts: list[Fact] = []
    for row in tracking.events_of(session, departure_id=departure_id):
        if row.classifier is Classifier.ACTUAL or row.reported_by is not None:
            facts.append(_fact(row))
        if row.code == Status.ARRIVED and row.classifier is Classifier.ESTIMATED and row.place_code in known:
            known[row.place_code] = row.event_at
    return Standing(stops, tuple(facts), known)


def times(stops: Sequence[StopRow], events: Sequence[TransportRow]) -> tuple[Times, ...]:
    """Return for each stop what was planned, expected and seen, by events of which none was withdrawn."""
    there = [Stop(stop.place.code, stop.eta, stop.is_border) for stop in stops]
    return side_by_side(there, [_fact(row) for row in events if not row.is_retracted])


def _fact(row: TransportRow) -> Fact:
    is_reported = row.reported_by is not None
    return Fact(row.code, row.classifier, row.place_code, row.event_at, row.recorded_at, is_reported)
