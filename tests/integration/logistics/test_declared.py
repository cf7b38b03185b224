"""Declared consignments stay as they are until an amendment is recorded, whatever happens to them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.queries import inputs
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.road.models.customs import AmendmentDue
from marketplace.logistics.road.queries import declarations
from marketplace.logistics.road.rules.declared import Change, Side
from marketplace.logistics.road.services import declaring
from marketplace.logistics.rules.cargo import MeasuredUnit
from marketplace.logistics.rules.states import CURRENT, BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import closing, loading, moving
from marketplace.logistics.services.space import claims, exchanging, rolling
from tests.integration.logistics.conftest import NOW, PALLET, company

NUMBER = "530020261234567890"


@pytest.fixture
def cast(session, road):
    broker = Actor(new_id(), company(session, CompanyKind.BROKER), CompanyKind.BROKER)
    rival = Actor(new_id(), company(session, CompanyKind.BROKER), CompanyKind.BROKER)
    office = Actor(
        new_id(),
        company(session, CompanyKind.OPERATOR),
        CompanyKind.OPERATOR,
        permissions=frozenset({Permission.LOGISTICS_DEPARTURE_OPERATE}),
    )
    return SimpleNamespace(broker=broker, rival=rival, office=office)


def named(session, road, cast, side=Side.EXPORT, number=0):
    declaring.name_broker(
        session, actor=cast.office, departure_id=road.departures[number], side=side, company_id=cast.broker.company,
        now=NOW,
    )  # fmt: skip


def lodge(session, actor, booking_id, side=Side.EXPORT, number=NUMBER, cartons=10):
    return declaring.lodge(
        session, actor=actor, booking_id=booking_id, side=side, number=number, lodged_on=NOW.date(), cartons=cartons,
        now=NOW,
    )  # fmt: skip


def amend(session, actor, declaration_id, change, number="A-001", cartons=None):
    return declaring.amend(
        session, actor=actor, declaration_id=declaration_id, change=change, number=number, cartons=cartons, now=NOW
    )


def receive(session, actor, booking_id, cartons):
    unit = MeasuredUnit(cartons, 100_000, 500, 500, 500)
    return cargo.receive_cargo(session, actor=actor, booking_id=booking_id, units=[unit], now=NOW)


def present(session, subject):
    return booking_queries.bookings(session, subjects=[subject])[subject][-1]


def test_a_broker_declares_what_is_assigned_to_it_and_knows_nothing_else(session, road, cast):
    row = road.confirmed(session)
    with pytest.raises(NotFound, match="booking"):
        lodge(session, cast.broker, row.id)
    with pytest.raises(Refused, match="fields"):
        declaring.name_broker(
            session, actor=cast.office, departure_id=row.departure_id, side=Side.EXPORT, company_id=road.shipper,
            now=NOW,
        )  # fmt: skip
    named(session, road, cast)
    made = lodge(session, cast.broker, row.id, number=" 5300 2026 1234567890")
    for actor, side in ((cast.broker, Side.IMPORT), (cast.rival, Side.EXPORT)):
        with pytest.raises(NotFound, match="booking"):
            lodge(session, actor, row.id, side)
    with pytest.raises(NotFound, match="declaration"):
        amend(session, cast.rival, made, Change.ROLL)
    with pytest.raises(NotFound, match="declaration"):
        amend(session, cast.broker, new_id(), Change.ROLL)
    (found,) = declarations.declarations_of(session, booking_ids=[row.id])[row.id]
    assert (found.number, found.cartons, found.company_id) == (NUMBER, 10, cast.broker.company)
    declaring.dismiss_broker(session, actor=cast.office, departure_id=row.departure_id, side=Side.EXPORT, now=NOW)
    assert declarations.brokers_of(session, departure_id=row.departure_id) == ()
    with pytest.raises(NotFound, match="declaration"):
        amend(session, cast.broker, made, Change.ROLL)


def test_a_declaration_is_recorded_once(session, road, cast):
    held, row, other = road.hold(session), road.confirmed(session), road.confirmed(session)
    with pytest.raises(Conflict, match="state"):
        lodge(session, cast.office, held.id)
    lodge(session, cast.office, row.id)
    with pytest.raises(Conflict, match="declared_already"):
        lodge(session, cast.office, row.id, number="ANOTHER-1")
    with pytest.raises(Refused) as caught:
        lodge(session, cast.office, other.id)
    assert [(error.field, error.code) for error in caught.value.errors] == [("number", "taken")]
    lodge(session, cast.office, other.id, Side.IMPORT)


def test_a_planner_leaves_declared_goods_where_they_are(session, road, cast):
    row, free = road.confirmed(session), road.confirmed(session)
    lodge(session, cast.office, row.id)
    scope = inputs.Scope("CN-NANPENG", None, NOW + timedelta(days=20))
    pinned = {one.key: one.pinned for one in inputs.read(session, scope=scope, now=NOW).instance.parcels}
    assert pinned == {str(row.id): str(row.departure_id), str(free.id): None}


def acts(session, road, cast, row):
    """Return what would change a declared consignment, by what it would need."""
    elsewhere = next(each for each in road.departures if each != row.departure_id)
    facts = {"actor": cast.office, "now": NOW}
    return {
        "roll": lambda: rolling.roll(session, booking_id=row.id, departure_id=elsewhere, reason="by_hand", **facts),
        "roll_on": lambda: moving.roll_booking(session, booking_id=row.id, **facts),
        "exchange": lambda: exchanging.exchange(session, moves={row.id: elsewhere}, reason="plan", **facts),
        "cancel": lambda: claims.cancel(session, booking_id=row.id, reason="order_cancelled", **facts),
        "release": lambda: claims.release(session, subject=row.subject, reason="order_cancelled", now=NOW),
        "decline": lambda: moving.decline_booking(session, booking_id=row.id, reason="No room.", **facts),
        "top_up": lambda: receive(session, cast.office, row.id, 11),
    }


NEEDS = {
    "roll": Change.ROLL, "roll_on": Change.ROLL, "exchange": Change.ROLL,
    "cancel": Change.REMOVE, "release": Change.REMOVE, "decline": Change.REMOVE, "top_up": Change.TOP_UP,
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDS)
def test_every_way_to_change_declared_goods_needs_its_amendment(session, road, cast, name):
    row = road.confirmed(session)
    export, imported = lodge(session, cast.office, row.id), lodge(session, cast.office, row.id, Side.IMPORT)
    change = NEEDS[name]
    code = "beyond_declared" if change is Change.TOP_UP else "declared_locked"
    for amended in (None, export):
        if amended:
            amend(session, cast.office, amended, change, cartons=11 if change is Change.TOP_UP else None)
        with pytest.raises(Conflict, match=code), session.begin_nested():
            acts(session, road, cast, row)[name]()
        assert present(session, row.subject).id == row.id
    amend(session, cast.office, imported, change, cartons=11 if change is Change.TOP_UP else None)
    acts(session, road, cast, row)[name]()
    if change is Change.ROLL:
        # What was amended was done: the next move needs its own, and the declarations went along.
        became = present(session, row.subject)
        assert became.id != row.id
        assert len(declarations.declarations_of(session, booking_ids=[became.id])[became.id]) == 2
        with pytest.raises(Conflict, match="declared_locked"):
            moving.roll_booking(session, actor=cast.office, booking_id=became.id, now=NOW)


def test_a_seal_waits_for_declared_goods_that_are_not_aboard(session, road, cast):
    first, second = road.confirmed(session), road.confirmed(session)
    receive(session, cast.office, first.id, 5)
    declared = lodge(session, cast.office, second.id)
    closing.close(session, actor=cast.office, departure_id=first.departure_id, now=NOW)
    loading.load(session, actor=cast.office, departure_id=first.departure_id, now=NOW)
    seal = {"actor": cast.office, "departure_id": first.departure_id, "seal_number": "S-1", "now": NOW}
    with pytest.raises(Conflict, match="declared_locked"), session.begin_nested():
        loading.seal(session, **seal)
    amend(session, cast.office, declared, Change.ROLL)
    loading.seal(session, **seal)
    assert present(session, second.subject).departure_id == road.departures[1]


def test_more_than_declared_is_neither_taken_in_nor_declared_away(session, road, cast):
    row = road.confirmed(session)
    receive(session, cast.office, row.id, 8)
    with pytest.raises(Conflict, match="beyond_declared") as caught:
        lodge(session, cast.office, row.id, cartons=7)
    assert caught.value.facts["gap"] == 1
    made = lodge(session, cast.office, row.id, cartons=8)
    with pytest.raises(Conflict, match="beyond_declared"):
        amend(session, cast.office, made, Change.REMOVE, cartons=7)
    with pytest.raises(Refused):
        amend(session, cast.office, made, Change.TOP_UP, cartons=8)
    amend(session, cast.office, made, Change.TOP_UP, cartons=9)
    with pytest.raises(Refused) as taken:
        amend(session, cast.office, made, Change.ROLL)
    assert taken.value.errors[0].code == "taken"


def test_a_cancelled_departure_moves_declared_goods_and_says_what_to_amend(session, road, cast):
    row, amended = road.confirmed(session), road.confirmed(session)
    receive(session, cast.office, row.id, 10)
    made = lodge(session, cast.office, row.id)
    other = lodge(session, cast.office, amended.id, number="OTHER-1")
    amend(session, cast.office, other, Change.ROLL)
    closing.cancel(session, actor=cast.office, departure_id=row.departure_id, reason="flood", now=NOW)
    became = present(session, row.subject)
    assert (became.departure_id, became.state) == (road.departures[1], BookingState.CARGO_RECEIVED)
    (found,) = declarations.declarations_of(session, booking_ids=[became.id])[became.id]
    assert found.due == (Change.ROLL,)
    assert session.scalars(sa.select(AmendmentDue.declaration_id)).all() == [made]
    closing.close(session, actor=cast.office, departure_id=became.departure_id, now=NOW)
    with pytest.raises(Conflict, match="amendment_due"), session.begin_nested():
        loading.load(session, actor=cast.office, departure_id=became.departure_id, now=NOW)
    amend(session, cast.office, made, Change.ROLL, number="A-002")
    loading.load(session, actor=cast.office, departure_id=became.departure_id, now=NOW)
    assert present(session, row.subject).state is BookingState.LOADED


def test_a_cancelled_departure_without_another_ends_declared_bookings(session, road, cast):
    row = road.confirmed(session)
    made = lodge(session, cast.office, row.id)
    for departure_id in reversed(road.departures):
        closing.cancel(session, actor=cast.office, departure_id=departure_id, reason="flood", now=NOW)
    last = present(session, row.subject)
    assert last.state is BookingState.CANCELLED
    (found,) = declarations.declarations_of(session, booking_ids=[last.id])[last.id]
    assert (found.id, found.due) == (made, (Change.REMOVE,))


STEPS = ("receive", "close", "load", "roll", "exchange", "cancel", "amend_roll", "amend_top_up", "amend_remove")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=14), st.integers(1, 6))
def test_whatever_happens_no_more_is_aboard_than_declared(session, road, cast, steps, declared):
    """Shipped ≤ declared, and each change of a declared consignment has an amendment of its own, in any order."""
    savepoint = session.begin_nested()
    row = road.confirmed(session, PALLET)
    made = lodge(session, cast.office, row.id, number=f"P{new_id().hex[:12]}", cartons=declared)
    moved, allowed = 0, 0
    for number, step in enumerate(steps):
        now = present(session, row.subject)
        (standing,) = declarations.declarations_of(session, booking_ids=[now.id])[now.id]
        allowed += step == "amend_roll"
        try:
            with session.begin_nested():
                _take(session, road, cast, now, made, step, number, standing.cartons)
        except (Conflict, Refused):
            allowed -= step == "amend_roll"
        after = present(session, row.subject)
        moved += after.id != now.id
        assert moved <= allowed
        came = cargo_queries.received(session, booking_ids=[after.id]).get(after.id)
        (standing,) = declarations.declarations_of(session, booking_ids=[after.id])[after.id]
        assert came is None or came.cartons <= standing.cartons
        if after.state not in CURRENT:
            assert session.scalars(sa.select(Booking.state).where(Booking.id == after.id)).one() == "cancelled"
            assert "amend_remove" in steps[:number]
            break
    savepoint.rollback()


def _take(session, road, cast, row, declaration_id, step, number, cartons):
    number = f"A-{number:03d}"
    if step == "receive":
        receive(session, cast.office, row.id, 2)
        cargo.hand_on(session, booking_id=row.id, new_booking_id=row.id)
    elif step == "close":
        closing.close(session, actor=cast.office, departure_id=row.departure_id, now=NOW)
    elif step == "load":
        loading.load(session, actor=cast.office, departure_id=row.departure_id, now=NOW)
    elif step in ("roll", "exchange", "cancel"):
        acts(session, road, cast, row)[{"roll": "roll_on"}.get(step, step)]()
    else:
        change = Change(step.removeprefix("amend_"))
        count = {Change.ROLL: None, Change.TOP_UP: cartons + 2, Change.REMOVE: None}[change]
        amend(session, cast.office, declaration_id, change, number, count)
