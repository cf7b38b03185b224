"""Cold goods keep their range wherever they go, and what is done for goods of held lorries counts once."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.road.models.lorries import ReeferExcursion
from marketplace.logistics.road.queries import cooling as cold
from marketplace.logistics.road.queries import held
from marketplace.logistics.road.rules.reefers import Range
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Security, Step
from marketplace.logistics.road.services import cooling, holding, moving
from marketplace.logistics.rules.cargo import MeasuredUnit, Status
from marketplace.logistics.rules.states import Classifier, DepartureState, HoldCause
from marketplace.logistics.services import cargo, tracking
from marketplace.logistics.services.departures import closing, journey, loading
from marketplace.logistics.services.space import exchanging, rolling
from marketplace.logistics.tracing.queries.standing import standing
from tests.integration.logistics.conftest import NOW, build, company
from tests.support.racing import at_once

KEPT = Range(20, 80)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(session):
    return _office(session)


def _office(session):
    return Actor(
        new_id(),
        company(session, CompanyKind.OPERATOR),
        CompanyKind.OPERATOR,
        permissions=frozenset({Permission.LOGISTICS_DEPARTURE_OPERATE}),
    )


@pytest.fixture
def chilled(session, road, office):
    """A consignment that is kept between 2 and 8 °C, with what is needed to act on it."""
    row = road.confirmed(session)
    cooling.set_range(session, actor=office, booking_id=row.id, set_point=40, kept=KEPT, now=NOW)
    return SimpleNamespace(row=row, facts={"actor": office, "now": NOW})


def present(session, subject):
    return booking_queries.bookings(session, subjects=[subject])[subject][-1]


def receive(session, office, booking_id):
    unit = MeasuredUnit(10, 100_000, 500, 500, 500)
    cargo.receive_cargo(session, actor=office, booking_id=booking_id, units=[unit], now=NOW)


def stopped(session, road, office, *rows, number=0):
    """Let a lorry go to the border with these goods, and be held there."""
    facts = {"actor": office, "departure_id": road.departures[number], "now": NOW}
    for row in rows:
        receive(session, office, row.id)
    closing.close(session, **facts)
    loading.load(session, **facts)
    cooling.pre_cool(session, tenths=40, logger="TT-19", **facts)
    loading.seal(session, seal_number="S-1", **facts)
    journey.depart(session, **facts)
    journey.at_border(session, **facts)
    holding.hold(session, cause=HoldCause.BREAKDOWN, **facts)
    return road.departures[number]


def beside(session, road, number=1):
    """Let another lorry of the carrier stand at the same border."""
    other = session.get_one(Departure, road.departures[number])
    other.state = DepartureState.AT_BORDER
    for stop in session.scalars(sa.select(DepartureStop).where(DepartureStop.departure_id == other.id)):
        if stop.position <= 1:
            stop.reached_at = NOW - timedelta(hours=2 - stop.position)
    session.flush()
    return other.id


def _roll(session, road, chilled):
    facts = {"booking_id": chilled.row.id, "departure_id": road.departures[1], "reason": "by_hand"}
    rolling.roll(session, **facts, **chilled.facts)


def _exchange(session, road, chilled):
    exchanging.exchange(session, moves={chilled.row.id: road.departures[1]}, reason="plan", **chilled.facts)


def _bring_along(session, road, chilled):
    new = road.hold(session, subject=new_id(), number=1)
    chilled.row = new
    cargo.bring_along(session, booking_id=chilled.old, new_booking_id=new.id, **chilled.facts)


def _transfer(session, road, chilled):
    departure_id = stopped(session, road, chilled.facts["actor"], chilled.row)
    holding.transfer(
        session, departure_id=departure_id, booking_id=chilled.row.id, to_departure_id=beside(session, road),
        **chilled.facts,
    )  # fmt: skip


@pytest.mark.parametrize("way", [_roll, _exchange, _bring_along, _transfer])
def test_a_range_goes_with_the_goods(session, road, chilled, way):
    chilled.old = chilled.row.id
    way(session, road, chilled)
    became = present(session, chilled.row.subject)
    assert became.id != chilled.old
    kept = cold.ranges_of(session, booking_ids=[became.id])[became.id]
    assert (kept.set_point, kept.range) == (40, KEPT)


def test_a_lorry_that_waits_already_waits_on_from_then(session, road, office):
    departure_id = stopped(session, road, office, road.confirmed(session))
    ahead = "VN-HUUNGHI"
    before = standing(session, departure_id=departure_id).known[ahead]

    def wait(at, until):
        chosen = holding.wait(session, actor=office, departure_id=departure_id, until=NOW + until * HOUR, now=at)
        return chosen.cost.minor // 120_00

    # What a carrier expects of the departure is no wait that was chosen.
    tracking.note(
        session, code=Status.DEPARTURE_DELAYED, departure_id=departure_id, classifier=Classifier.ESTIMATED,
        event_at=NOW + 9 * HOUR, now=NOW, reported_by=road.shipper,
    )  # fmt: skip
    assert wait(NOW, 6) == 6
    with pytest.raises(Refused):
        wait(NOW + HOUR, 5)
    assert wait(NOW + HOUR, 8) == 2
    assert standing(session, departure_id=departure_id).known[ahead] == before + 8 * HOUR
    assert wait(NOW + 10 * HOUR, 11) == 1
    # A lorry that goes on before is let wait anew by the next hold.
    early = {"actor": office, "departure_id": departure_id, "now": NOW + timedelta(hours=10, minutes=30)}
    journey.resume(session, **early)
    assert [row.event_at for row in held.waits_of(session, departure_id=departure_id)] == [
        NOW + 6 * HOUR, NOW + 8 * HOUR,
    ]  # fmt: skip
    holding.hold(session, cause=HoldCause.CUSTOMS, **early)
    assert wait(early["now"], 12) == 2


@pytest.mark.parametrize("in_custody", [False, True])
def test_goods_do_not_go_on_by_a_lorry_that_leaves_meanwhile(app, in_custody):
    with unit_of_work() as session:
        road, office = build(session), _office(session)
        row = road.confirmed(session)
        held_id = stopped(session, road, office, row)
        other_id = beside(session, road)
        if in_custody:
            holding.off_load(session, actor=office, departure_id=held_id, booking_id=row.id, now=NOW)
    left = threading.Event()

    def leave():
        with unit_of_work() as session:
            journey.clear(session, actor=office, departure_id=other_id, now=NOW)
            left.set()
            # So long the other has to look at what is not committed yet.
            time.sleep(0.5)

    def transfer():
        left.wait()
        with unit_of_work() as session:
            holding.transfer(
                session, actor=office, departure_id=held_id, booking_id=row.id, to_departure_id=other_id, now=NOW
            )

    refused = at_once(app, [leave, transfer])[1]
    assert isinstance(refused, Refused)
    assert [(error.field, error.code) for error in refused.errors] == [("departure", "cannot_transfer")]


@pytest.fixture
def transit(session, road, office):
    """Two consignments on a lorry that is held, and what is done with movements of it."""
    rows = road.confirmed(session), road.confirmed(session)
    departure_id = stopped(session, road, office, *rows)

    def draft(*bookings):
        wanted = moving.NewMovement(
            regime=Regime.GMS, from_place="CN-NANPENG", to_place="VNHAN", discharge_by=NOW + timedelta(days=20),
            security=Security(Guarantee.SINGLE, "G-2026-1", 1, "CNY", NOW.date() + timedelta(days=40)),
            booking_ids=bookings or None,
        )  # fmt: skip
        return moving.draft(session, actor=office, departure_id=departure_id, wanted=wanted, now=NOW)

    def step(movement_id, taken, now=NOW, **more):
        moving.step(session, actor=office, movement_id=movement_id, taken=taken, mrn="GMSCN2600012345", now=now, **more)

    def off_load(booking_id):
        with session.begin_nested():
            holding.off_load(session, actor=office, departure_id=departure_id, booking_id=booking_id, now=NOW)

    return SimpleNamespace(rows=rows, departure_id=departure_id, draft=draft, step=step, off_load=off_load)


def test_what_left_the_lorry_is_neither_lodged_nor_released(session, road, office, transit):
    gone, stays = transit.rows
    both = transit.draft()
    transit.off_load(gone.id)
    with pytest.raises(Conflict, match="transit_not_aboard") as caught:
        transit.step(both, Step.LODGE)
    assert caught.value.facts["bookings"] == gone.reference
    with pytest.raises(Refused):
        transit.draft(gone.id)
    one = transit.draft()
    for taken, code in (
        (Step.LODGE, "transit_lodged"),
        (Step.ACCEPT, "transit_lodged"),
        (Step.CONTROL, "transit_lodged"),
        (Step.RELEASE, "transit_runs"),
    ):
        transit.step(one, taken)
        with pytest.raises(Conflict, match=code):
            transit.off_load(stays.id)


def test_a_release_may_be_noted_after_the_goods_arrived(session, road, office, transit):
    made = transit.draft()
    facts = {"actor": office, "departure_id": transit.departure_id, "now": NOW + 2 * HOUR}
    transit.step(made, Step.LODGE)
    transit.step(made, Step.ACCEPT)
    journey.resume(session, **facts)
    journey.clear(session, **facts)
    journey.arrive(session, place_code="VNHAN", **facts)
    with pytest.raises(Conflict, match="transit_not_aboard"):
        transit.step(made, Step.RELEASE, now=NOW + 3 * HOUR)
    transit.step(made, Step.RELEASE, now=NOW + 3 * HOUR, happened_at=NOW + HOUR)


def read(session, office, departure_id, *warm, now):
    """Hand in a reading of each quarter of an hour until now, too warm from one hour until another; count new cases."""
    first, last = warm
    moments = [NOW + each * HOUR / 4 for each in range(-8, 40) if NOW + each * HOUR / 4 <= now]
    lines = [f"{at.isoformat()},{9 if NOW + first * HOUR <= at <= NOW + last * HOUR else 4}" for at in moments]
    content = "\n".join(("time,°C", *lines)).encode()
    return cooling.upload(session, actor=office, departure_id=departure_id, content=content, now=now).opened


def cases(session, booking_id):
    rows = session.scalars(
        sa.select(ReeferExcursion).where(ReeferExcursion.booking_id == booking_id).order_by(ReeferExcursion.began_at)
    )
    return [
        ((row.began_at - NOW) / HOUR, (row.last_at - NOW) / HOUR, row.ended_at and (row.ended_at - NOW) / HOUR)
        for row in rows
    ]


def test_goods_are_judged_while_they_are_on_the_lorry(session, road, office, chilled):
    departure_id = stopped(session, road, office, chilled.row)
    later = {"actor": office, "now": NOW + 2 * HOUR, "booking_id": chilled.row.id}
    # The lorry was warm before they were loaded, and from an hour after they came until long after they left it.
    holding.off_load(session, departure_id=departure_id, **later)
    holding.transfer(session, departure_id=departure_id, to_departure_id=beside(session, road), **later)
    became = present(session, chilled.row.subject)
    assert read(session, office, departure_id, -2, -1, now=NOW) == 0
    assert read(session, office, departure_id, 1, 8, now=NOW + 9 * HOUR) == 1
    assert (cases(session, chilled.row.id), cases(session, became.id)) == ([(1.0, 2.0, 2.0)], [])
    # On the other lorry they are judged from when they were put on it, until they are at their place.
    other = {"actor": office, "departure_id": became.departure_id}
    journey.clear(session, now=NOW + 3 * HOUR, **other)
    journey.arrive(session, now=NOW + 4 * HOUR, place_code="VNHAN", **other)
    cooling.upload(session, content=_WARM, logger="TT-20", now=NOW + 9 * HOUR, **other)
    assert cases(session, became.id) == [(2.0, 4.0, 4.0)]


_WARM = "\n".join(("time,°C", *(f"{(NOW + each * HOUR).isoformat()},9" for each in range(7)))).encode()


def test_a_closed_case_does_not_grow_unseen(session, road, office, chilled):
    departure_id = stopped(session, road, office, chilled.row)
    for hours, opened in ((2, 1), (3, 0)):
        assert read(session, office, departure_id, 1, 8, now=NOW + hours * HOUR) == opened
    (case,) = cold.cases_on(session, departure_id=departure_id)
    cooling.close_case(session, actor=office, excursion_id=case.id, now=NOW + 3 * HOUR)
    assert read(session, office, departure_id, 1, 8, now=NOW + 4 * HOUR) == 1
    assert read(session, office, departure_id, 1, 8, now=NOW + 9 * HOUR) == 0
    assert cases(session, chilled.row.id) == [(1.0, 3.0, None), (3.25, 8.0, 8.25)]
    assert len(cold.open_cases(session)) == 1
