"""What must hold of every lorry, whatever is booked, loaded and taken off again: docs/reliability.md lists the rest."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.logistics.events import DepartureArrived, DepartureDeparted, DepartureSealed
from marketplace.logistics.models.cargo import HandlingUnit, Manifest
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries import checks, departures
from marketplace.logistics.rules.cargo import MeasuredUnit
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.rules.timetable import cutoff
from marketplace.logistics.services import cargo, timetable
from marketplace.logistics.services.departures import closing, journey, loading
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from tests.conftest import SOAK
from tests.integration.logistics.conftest import NOW
from tests.integration.logistics.test_space import recorded

UNIT = MeasuredUnit(cartons=10, grams=380_000, length_mm=1_200, width_mm=800, height_mm=1_500)
_QUIET = settings(
    max_examples=80 if SOAK else 12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def told(session, kind):
    """Return the subjects that the last such event is about."""
    return set(recorded(session, kind)[-1].subjects)


@pytest.mark.soak
@_QUIET
@given(lots=some.lists(some.tuples(some.integers(0, 3), some.booleans(), some.booleans()), min_size=1, max_size=6))
def test_an_event_reaches_exactly_what_is_aboard_and_the_manifest_is_the_units_that_were_loaded(session, road, lots):
    outer = session.begin_nested()
    departure_id = road.departures[0]
    rows = [road.confirmed(session) for _ in lots]
    for row, (units, _, _) in zip(rows, lots, strict=True):
        if units:
            cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=(UNIT,) * units, now=NOW)
    closing.close(session, actor=SYSTEM, departure_id=departure_id, now=NOW)
    wanted = [row for row, (units, loads, _) in zip(rows, lots, strict=True) if units and loads]
    loading.load(session, actor=SYSTEM, departure_id=departure_id, booking_ids=[row.id for row in wanted], now=NOW)
    off = [row for row, (units, loads, back) in zip(rows, lots, strict=True) if units and loads and back]
    if off:
        loading.unload(session, actor=SYSTEM, departure_id=departure_id, booking_ids=[row.id for row in off], now=NOW)
    aboard = {row.subject for row in wanted} - {row.subject for row in off}
    loading.seal(session, actor=SYSTEM, departure_id=departure_id, seal_number="S-1", now=NOW)
    content = session.get_one(Manifest, departure_id).content["consignments"]
    listed = sorted(unit["sscc"] for house in content for unit in house["units"])
    mine = sa.select(HandlingUnit.sscc).join(Booking, Booking.id == HandlingUnit.booking_id)
    mine = mine.where(Booking.departure_id == departure_id, Booking.state == BookingState.LOADED)
    assert listed == sorted(session.scalars(mine))
    journey.depart(session, actor=SYSTEM, departure_id=departure_id, now=NOW)
    journey.at_border(session, actor=SYSTEM, departure_id=departure_id, now=NOW)
    journey.clear(session, actor=SYSTEM, departure_id=departure_id, now=NOW)
    journey.arrive(session, actor=SYSTEM, departure_id=departure_id, now=NOW)
    assert told(session, DepartureSealed) == told(session, DepartureDeparted) == aboard
    assert {subject for event in recorded(session, DepartureArrived) for subject in event.subjects} == aboard
    # What stayed behind rides on another lorry, with every one of its units.
    left = session.scalars(
        sa.select(Booking.subject).where(Booking.state.in_((BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)))
    )
    assert set(left) == {row.subject for row in rows} - aboard
    assert checks.breaches(session) == []
    outer.rollback()
    events.forget(session)


def test_every_departure_has_its_cutoffs_in_the_order_that_the_house_says(session, road):
    timetable.roll(session, now=NOW)
    documents, cargo_hours = (
        reference.setting(session, name, at=NOW)
        for name in (Setting.CUTOFF_DOCUMENTS_HOURS, Setting.CUTOFF_CARGO_HOURS)
    )
    assert documents > cargo_hours
    for departure_id in road.departures:
        row = departures.departure(session, departure_id=departure_id, now=NOW)
        assert (row.cutoff_documents_at, row.cutoff_cargo_at) == (
            cutoff(row.departs_at, documents), cutoff(row.departs_at, cargo_hours),
        )  # fmt: skip
        assert row.cutoff_documents_at < row.cutoff_cargo_at < row.departs_at
        # Who books later than the papers could not hand in both.
        assert not row.is_bookable(row.cutoff_documents_at)
        assert row.is_bookable(row.cutoff_documents_at - timedelta(seconds=1))
