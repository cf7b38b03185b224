"""The solver against brute force; every answer goes through the checker."""

import itertools
import sys

import pytest
from hypothesis import given, settings

from marketplace.kernel.quantity import Load
from marketplace.logistics.planning import child
from marketplace.logistics.planning.rules import checking
from marketplace.logistics.planning.solver.search import search
from tests.conftest import SOAK
from tests.unit.logistics.planning.making import BATTERY, FOOD, instance, instances, lorry, parcel

_MANY = 400 if SOAK else 25


def best_of_all(given_instance):
    lorries = [each.key for each in given_instance.lorries]
    best = 0
    for choice in itertools.product([None, *lorries], repeat=len(given_instance.parcels)):
        pairs = zip(given_instance.parcels, choice, strict=True)
        answer = {one.key: where for one, where in pairs if where is not None}
        pinned_first = all(one.pinned is None or one.key in answer for one in given_instance.parcels)
        if pinned_first and not checking.faults(given_instance, answer):
            best = max(best, checking.objective(given_instance, answer))
    return best


@pytest.mark.soak
@settings(max_examples=_MANY, deadline=None)
@given(instances(most_parcels=6, most_lorries=2))
def test_answers_are_valid_and_as_good_as_the_best_within_the_gap_that_is_reported(given_instance):
    found = list(search(given_instance, seconds=5, seed=1))
    for each in found:
        assert checking.faults(given_instance, each.filling.answer()) == []
        assert checking.objective(given_instance, each.filling.answer()) == each.worth <= each.bound
    worths = [each.worth for each in found]
    assert worths == sorted(worths)
    # Pins that cannot all be kept are kept in their order, so the best there is counts only where all are.
    best = best_of_all(given_instance)
    assert best <= found[-1].bound
    if all(one.pinned is None for one in given_instance.parcels):
        assert found[-1].worth >= best - (found[-1].bound - found[-1].worth)


@pytest.mark.soak
@settings(max_examples=_MANY // 5, deadline=None)
@given(instances(most_parcels=6))
def test_the_same_seed_finds_the_same(given_instance):
    first, second = (list(search(given_instance, seconds=60, seed=7, rounds=5)) for _ in range(2))
    assert [each.worth for each in first] == [each.worth for each in second]


def test_an_answer_stays_as_it_was_found():
    """First come, first served is bettered in place, when rounding found nothing better: what was told stays."""
    weights = {"P0": 2, "P1": 6, "P2": 1, "P3": 1, "P4": 4}
    values = {"P0": 200, "P1": 100, "P2": 100, "P3": 100, "P4": 200}
    goods = [parcel(key, load=Load(each * 1_000_000, 0, 0, 1), value=values[key]) for key, each in weights.items()]
    given_instance = instance(goods, [lorry(room=Load(11_000_000, 0, 0, 33))])
    found = list(search(given_instance, seconds=5, seed=1))
    assert found[-1].worth == 600 > found[0].worth
    assert [checking.objective(given_instance, one.filling.answer()) for one in found] == [one.worth for one in found]


def small():
    goods = [parcel(f"P{at}", value=100 + at, nature=FOOD if at % 2 else BATTERY) for at in range(6)]
    return instance(goods, [lorry("A"), lorry("B")])


def test_a_child_solves_and_says_what_with():
    solved = child.solve(small(), seconds=5)
    assert (solved.objective, solved.bound, solved.solver, solved.killed) == (615, 615, "highs", False)
    assert checking.faults(small(), solved.answer) == []
    assert solved.version
    assert len(solved.prices) == 2


def hanging(line):
    text = f"import time; print({line!r}, flush=True); time.sleep(60)"
    return (sys.executable, "-c", text)


def test_a_child_that_hangs_is_killed_and_what_it_found_before_stands():
    answer = '{"kind":"answer","objective":1,"bound":700,"rounds":0,"seconds":0.1,"prices":null,"answer":%s}'
    full = answer % '{"P0":"A","P2":"A","P4":"A","P1":"B","P3":"B","P5":"B"}'
    solved = child.solve(small(), seconds=0.5, grace=0.5, command=hanging(full))
    assert (solved.objective, solved.bound, solved.killed) == (615, 615, True)
    # One that does not hold, and half a line, count for nothing: first-fit stays.
    for said in (answer % '{"P0":"A","P1":"A"}', '{"kind":"ans'):
        solved = child.solve(small(), seconds=0.5, grace=0.5, command=hanging(said))
        assert (solved.solver, solved.killed) == (child.FIRST_FIT, True)
        assert checking.faults(small(), solved.answer) == []
