"""When goods reach the second lorry, and what its carrier takes over."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.onward.rules import (
    RIDE,
    TRANSFER,
    RideSpace,
    RideState,
    fits,
    ready_at,
    taken_over,
)
from marketplace.distribution.rules.freight import LineSpace
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.rules.cargo import MeasuredUnit

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LOTS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 9_999), st.integers(1, 9_999)), min_size=1, max_size=5)


def test_goods_are_ready_four_hours_after_the_first_lorry_and_before_the_cut_off():
    assert timedelta(hours=4) == TRANSFER
    assert ready_at(NOW) == NOW + TRANSFER
    assert not fits(first_arrives_at=NOW, cutoff_cargo_at=NOW + TRANSFER)
    assert fits(first_arrives_at=NOW, cutoff_cargo_at=NOW + TRANSFER + timedelta(seconds=1))


@given(LOTS, st.integers(0, 300))
def test_what_is_taken_over_is_what_came_and_weighs_no_more(lots, cartons):
    units = [MeasuredUnit(count, grams, volume_cm3=cm3) for count, grams, cm3 in lots]
    taken = taken_over(units, cartons)
    assert sum(one.cartons for one in taken) == min(cartons, sum(one.cartons for one in units))
    for one, lot in zip(taken, units, strict=False):
        assert 1 <= one.grams <= lot.grams
        assert 1 <= one.cm3 <= lot.cm3
    if cartons >= sum(one.cartons for one in units):
        assert [(one.cartons, one.grams, one.cm3) for one in taken] == lots


def test_a_ride_is_lost_found_ended_and_renewed():
    state = RideState.STANDS
    for action, after in (("lose", "lost"), ("find", "stands"), ("end", "ended"), ("renew", "stands")):
        state = RIDE.apply(state, action)
        assert state == after
    with pytest.raises(Conflict):
        RIDE.apply(RideState.ENDED, "find")


def test_a_ride_is_booked_under_its_own_id():
    ride_id = uuid4()
    space = LineSpace(
        line_id=ride_id, departure_id=uuid4(), to_place="VNSGN", load=Load(), quantity=1, from_stock=True,
        shipper_id=uuid4(), consignee_id=uuid4(),
    )  # fmt: skip
    assert RideSpace(line_id=uuid4(), change_at="VNHAN", tariff_id=uuid4(), space=space).ride_id == ride_id
