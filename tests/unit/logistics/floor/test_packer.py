"""The packer's plans hold by packvium's own check and by ours, the same each time; more effort is never worse."""

from dataclasses import replace

import pytest

from marketplace.logistics.floor import packer
from marketplace.logistics.floor.rules.boxes import Apart, Spot, Task
from marketplace.logistics.floor.rules.checking import faults
from marketplace.logistics.floor.rules.states import CANDIDATES, SECONDS, Effort
from tests.conftest import SOAK
from tests.support.floors import AXLES, LORRY, task

SEEDS = range(1, 9) if SOAK else (1,)


def packed(asked: Task, effort: Effort = Effort.FAST) -> tuple[Spot, ...]:
    answer = packer.pack(asked, effort)
    spots = tuple(Spot(**spot) for spot in answer["spots"])
    assert answer["issues"] == []
    assert faults(asked, spots) == ()
    assert answer["termination"] in ("complete", "effort_limit")
    assert {spot.key for spot in spots}.isdisjoint(one["key"] for one in answer["left"])
    assert len(spots) + len(answer["left"]) == len(asked.items)
    return spots


@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("number", "least"), [(30, 28), (60, 45)])
def test_pallets_for_three_stops_stand_within_axles_and_in_order(seed, number, least):
    asked = task(number, seed=seed)
    fast = packed(asked)
    assert len(fast) >= least
    if SOAK:
        assert len(packed(asked, Effort.BALANCED)) >= len(fast)


def test_the_same_task_has_the_same_answer():
    assert packed(task(20, seed=4)) == packed(task(20, seed=4))


def test_pairs_and_pins_are_kept():
    first, second, third = (f"{place:018d}" for place in range(3))
    pin = Spot(f"{third}.0", 0, 0, 0, turned=True)
    asked = task(12, seed=2, apart=(Apart(first, second, 800), Apart(second, third, 1)), pins=(pin,))
    spots = packed(asked)
    assert pin in spots
    assert len(spots) == 12


def test_axles_that_bear_little_leave_cargo_behind():
    weak = replace(LORRY, axles=replace(AXLES, rear_limit_g=6_000_000))
    asked = replace(task(30, seed=1), vehicle=weak)
    assert 0 < len(packed(asked)) < 30
    assert len(packed(replace(asked, vehicle=replace(LORRY, axles=None)))) >= 28


def test_the_fuse_burns_before_the_process_is_killed():
    for effort in Effort:
        asked = packer._request(task(1, seed=1), effort, packer._AROUND)["configuration"]
        assert 2 * asked["time_limit_ms"] < SECONDS[effort] * 1_000  # around rows, and the whole
    assert CANDIDATES[Effort.FAST] < CANDIDATES[Effort.BALANCED]
