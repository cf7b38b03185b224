"""Room on a lorry is claimed, made good, given back and moved, and never sold twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import BookingCancelled, BookingExpired, BookingRolled
from marketplace.logistics.models.departures import Booking, CapacityEntry
from marketplace.logistics.queries import bookings, checks, departures
from marketplace.logistics.rules.states import CURRENT, BookingState
from marketplace.logistics.services.space import claims, holding, lapsing, rolling
from tests.conftest import SOAK
from tests.integration.logistics.conftest import LORRY, NOW, PALLET, SOON, Road, entered, taken


def recorded(session, kind):
    return [event for event in session.info.get("city.events", []) if type(event) is kind]


def pallets(count):
    return Load(PALLET.grams * count, PALLET.cm3 * count, PALLET.ldm_mm * count, PALLET.pallets * count)


def expire(session, now):
    due = lapsing.due_to_lapse(session, now=now)
    return sum(lapsing.lapse(session, departure_id=departure_id, now=now) for departure_id in due)


def state_of(session, row):
    return bookings.booking(session, booking_id=row.id).state


def test_a_claim_is_one_claim_however_often_it_is_asked(session, road):
    line = new_id()
    first = road.hold(session, subject=line)
    assert road.hold(session, subject=line) == first
    assert first.state is BookingState.HELD
    for _ in range(2):
        claims.confirm(session, subject=line, now=NOW)
    assert road.hold(session, subject=line).state is BookingState.CONFIRMED
    assert taken(session, first.departure_id) == PALLET == entered(session, first.departure_id)
    with pytest.raises(Conflict, match="booking_differs"):
        road.hold(session, pallets(2), subject=line)
    assert bookings.bookings(session, subjects=[line])[line][0].id == first.id
    assert checks.breaches(session) == []


@pytest.mark.parametrize(
    ("load", "lacking"),
    [
        (Load(grams=LORRY.grams + 1, pallets=1), ["grams"]),
        (Load(cm3=LORRY.cm3 + 1), ["cm3"]),
        (Load(ldm_mm=LORRY.ldm_mm + 1, pallets=LORRY.pallets + 1), ["ldm_mm", "pallets"]),
    ],
)
def test_a_full_lorry_names_what_it_lacks_and_nothing_remains(session, road, load, lacking):
    with pytest.raises(Conflict, match="capacity") as refusal:
        road.hold(session, load)
    assert refusal.value.facts["lacking"] == lacking
    assert session.scalars(sa.select(Booking)).all() == []
    assert session.scalars(sa.select(CapacityEntry)).all() == []


def test_booking_ends_with_the_papers_and_only_where_the_lorry_goes(session, road):
    departure = departures.departure(session, departure_id=road.departures[0], now=NOW)
    with pytest.raises(Conflict, match="cutoff"):
        road.hold(session, now=departure.cutoff_documents_at)
    with pytest.raises(Conflict, match="not_served"):
        road.hold(session, to_place="THBKK")
    with pytest.raises(Conflict, match="not_served"):
        road.hold(session, to_place="VN-HUUNGHI")
    with pytest.raises(NotFound):
        road.hold(session, departure_id=new_id())
    for wrong in (Load(), Load(grams=-1, pallets=1), Load(grams=10**13)):
        with pytest.raises(Refused):
            road.hold(session, wrong)


def test_a_claim_lasts_no_longer_than_the_cargo_cutoff(session, road):
    departure = departures.departure(session, departure_id=road.departures[0], now=NOW)
    row = road.hold(session, expires_at=NOW + timedelta(days=9))
    assert row.expires_at == departure.cutoff_cargo_at
    other = road.hold(session)
    claims.extend(session, until={other.subject: NOW + timedelta(hours=2)}, now=NOW)
    claims.extend(session, until={other.subject: NOW}, now=NOW)
    assert bookings.booking(session, booking_id=other.id).expires_at == NOW + timedelta(hours=2)


def test_claims_on_several_departures_are_kept_longer_together_or_not_at_all(session, road):
    here, there, gone = road.hold(session), road.hold(session, number=1), road.hold(session)
    later = NOW + timedelta(hours=2)
    claims.extend(session, until={there.subject: NOW + timedelta(days=99), here.subject: later}, now=NOW)
    assert bookings.booking(session, booking_id=here.id).expires_at == later
    assert bookings.booking(session, booking_id=there.id).expires_at == there.cutoff_cargo_at
    claims.release(session, subject=gone.subject, reason="test", now=NOW)
    with pytest.raises(Conflict, match="booking_gone") as refusal:
        claims.extend(session, until={here.subject: later, gone.subject: later, new_id(): later}, now=NOW)
    assert refusal.value.facts == {"subject": gone.subject}
    with pytest.raises(NotFound):
        claims.extend(session, until={here.subject: later, new_id(): later, gone.subject: later}, now=NOW)


def test_what_lapsed_stands_in_nobodys_way(session, road):
    slow = road.hold(session, pallets(50))
    assert departures.departure(session, departure_id=slow.departure_id, now=NOW).room == LORRY - pallets(50)
    assert departures.departure(session, departure_id=slow.departure_id, now=SOON).room == LORRY
    quick = road.hold(session, pallets(30), now=SOON)
    assert taken(session, slow.departure_id) == pallets(30)
    assert [event.booking_id for event in recorded(session, BookingExpired)] == [slow.id]
    with pytest.raises(Conflict, match="booking_gone"):
        claims.confirm(session, subject=slow.subject, now=SOON)
    again = road.hold(session, pallets(20), subject=slow.subject, now=SOON)
    assert [row.id for row in bookings.bookings(session, subjects=[slow.subject])[slow.subject]] == [slow.id, again.id]
    assert (state_of(session, quick), checks.breaches(session)) == (BookingState.HELD, [])


def test_a_late_payment_still_gets_room_that_nobody_took(session, road):
    row = road.hold(session)
    claims.confirm(session, subject=row.subject, now=SOON + timedelta(hours=1))
    assert state_of(session, row) is BookingState.CONFIRMED


def test_the_clock_ends_claims_once(session, road):
    rows = [road.hold(session, number=number) for number in (0, 0, 1)]
    kept = road.confirmed(session)
    assert expire(session, SOON) == 3
    assert expire(session, SOON) == 0
    assert {state_of(session, row) for row in rows} == {BookingState.EXPIRED}
    assert len(recorded(session, BookingExpired)) == 3
    assert (taken(session, kept.departure_id), taken(session, road.departures[1])) == (PALLET, Load())
    assert checks.breaches(session) == []


def test_what_is_given_back_is_free_at_once(session, road):
    row = road.confirmed(session, pallets(50))
    for _ in range(2):
        claims.release(session, subject=row.subject, reason="order_cancelled", now=NOW)
    claims.release(session, subject=new_id(), reason="order_cancelled", now=NOW)
    assert taken(session, row.departure_id) == Load()
    assert [event.reason for event in recorded(session, BookingCancelled)] == ["order_cancelled"]
    road.hold(session, pallets(50))
    with pytest.raises(NotFound):
        claims.confirm(session, subject=new_id(), now=NOW)


def test_the_carrier_may_turn_a_booking_down(session, road):
    held, confirmed = road.hold(session), road.confirmed(session)
    for row in (held, confirmed):
        claims.decline(session, booking_id=row.id, reason="vehicle", now=NOW)
    assert [state_of(session, row) for row in (held, confirmed)] == [BookingState.REJECTED, BookingState.DECLINED]
    assert taken(session, held.departure_id) == Load()


def test_a_target_takes_no_room_until_its_goods_are_ready(session, road):
    row = road.target(session, pallets(30))
    assert (row.state, taken(session, row.departure_id)) == (BookingState.TARGET, Load())
    other = road.hold(session, pallets(30))
    with pytest.raises(Conflict, match="capacity"):
        holding.take(session, subject=row.subject, expires_at=SOON, now=NOW)
    assert state_of(session, row) is BookingState.TARGET
    moved = rolling.roll(session, booking_id=row.id, departure_id=road.departures[1], reason="ready_date", now=NOW)
    for _ in range(2):
        holding.take(session, subject=row.subject, expires_at=SOON, now=NOW)
    assert (state_of(session, moved), state_of(session, row)) == (BookingState.HELD, BookingState.ROLLED)
    assert (taken(session, other.departure_id), taken(session, moved.departure_id)) == (pallets(30), pallets(30))
    assert checks.breaches(session) == []


def test_a_rolled_booking_keeps_its_state_and_names_its_successor(session, road):
    row = road.confirmed(session)
    full = road.confirmed(session, pallets(50), number=1)
    with pytest.raises(Conflict, match="capacity"):
        rolling.roll(session, booking_id=row.id, departure_id=full.departure_id, reason="no_cargo", now=NOW)
    assert state_of(session, row) is BookingState.CONFIRMED
    new = rolling.roll(session, booking_id=row.id, departure_id=road.departures[2], reason="no_cargo", now=NOW)
    assert (new.state, new.subject, new.departure_id) == (BookingState.CONFIRMED, row.subject, road.departures[2])
    assert bookings.booking(session, booking_id=row.id).rolled_to == new.id
    assert [taken(session, one) for one in road.departures[:3]] == [Load(), pallets(50), PALLET]
    assert [event.new_booking_id for event in recorded(session, BookingRolled)] == [new.id]
    with pytest.raises(Conflict, match="same_departure"):
        rolling.roll(session, booking_id=new.id, departure_id=new.departure_id, reason="no_cargo", now=NOW)
    assert checks.breaches(session) == []


def test_measured_surplus_needs_room_too(session, road):
    row = road.confirmed(session, pallets(10))
    road.confirmed(session, pallets(40))
    heavier = Load(LORRY.grams, row.load.cm3, row.load.ldm_mm, row.load.pallets)
    with pytest.raises(Conflict, match="capacity") as refusal:
        rolling.adjust(session, booking_id=row.id, load=heavier, now=NOW)
    assert refusal.value.facts["lacking"] == ["grams"]
    fits = Load(row.load.grams + 1_000, row.load.cm3, row.load.ldm_mm, row.load.pallets)
    rolling.adjust(session, booking_id=row.id, load=fits, now=NOW)
    rolling.adjust(session, booking_id=row.id, load=fits, now=NOW)
    assert bookings.booking(session, booking_id=row.id).load == fits
    assert checks.breaches(session) == []


def test_entries_are_append_only(session, road):
    road.hold(session)
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), session.begin_nested():
        session.execute(sa.update(CapacityEntry).values(grams=0))


def test_the_check_finds_what_does_not_add_up(session, road):
    row = road.confirmed(session)
    session.execute(sa.text("UPDATE departure SET taken_pallets = 2 WHERE taken_pallets = 1"))
    found = checks.breaches(session)
    assert {breach.subject_id for breach in found} == {row.departure_id}
    assert len(found) == 2


@dataclass
class Trade:
    """Lines that book, pay, wait and change their minds, in any order."""

    session: Session
    road: Road
    lines: list[UUID]
    now: datetime = NOW

    def hold(self, line, count, number):
        self.road.hold(self.session, pallets(count), subject=line, number=number, now=self.now)

    def target(self, line, count, number):
        self.road.target(self.session, pallets(count), subject=line, number=number)

    def take(self, line, count, _number):
        holding.take(self.session, subject=line, expires_at=self.now + timedelta(minutes=count), now=self.now)

    def confirm(self, line, _count, _number):
        claims.confirm(self.session, subject=line, now=self.now)

    def extend(self, line, count, _number):
        claims.extend(self.session, until={line: self.now + timedelta(minutes=count)}, now=self.now)

    def release(self, line, _count, _number):
        claims.release(self.session, subject=line, reason="test", now=self.now)

    def roll(self, line, _count, number):
        for row in self.booked(line):
            rolling.roll(
                self.session, booking_id=row.id, departure_id=self.road.departures[number], reason="test", now=self.now
            )

    def adjust(self, line, count, _number):
        for row in self.booked(line):
            rolling.adjust(self.session, booking_id=row.id, load=pallets(count), now=self.now)

    def expire(self, _line, _count, _number):
        expire(self.session, self.now)

    def wait(self, _line, count, _number):
        self.now += timedelta(minutes=count)

    def booked(self, line):
        rows = bookings.bookings(self.session, subjects=[line]).get(line, ())
        return [row for row in rows if row.state in CURRENT]


_ACTS = some.sampled_from(
    [
        Trade.hold,
        Trade.target,
        Trade.take,
        Trade.confirm,
        Trade.extend,
        Trade.release,
        Trade.roll,
        Trade.adjust,
        Trade.expire,
        Trade.wait,
    ]
)


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(_ACTS, some.integers(0, 5), some.integers(1, 25), some.integers(0, 2)), max_size=25))
def test_whatever_happens_room_is_what_entries_and_bookings_say(session, road, acts):
    trade = Trade(session, road, [new_id() for _ in range(6)])
    outer = session.begin_nested()
    for act, who, count, number in acts:
        before = bookings.bookings(session, subjects=trade.lines)
        try:
            act(trade, trade.lines[who], count, number)
        except (Conflict, NotFound):
            assert bookings.bookings(session, subjects=trade.lines) == before
        for departure_id in road.departures[:3]:
            used = taken(session, departure_id)
            assert used == entered(session, departure_id)
            assert used.fits(LORRY)
            assert Load().fits(used)
    assert checks.breaches(session) == []
    outer.rollback()
    events.forget(session)
