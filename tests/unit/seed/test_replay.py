"""The published history is shared among lorries so that its totals come out exactly."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.seed.replay import published
from marketplace.seed.replay.plan import trips
from marketplace.seed.replay.published import DEPARTURES, MOST_CARTONS, runs, share, totals


@given(
    some.lists(some.tuples(some.floats(0, 100), some.integers(0, 1_000)), min_size=1, max_size=30).flatmap(
        lambda parts: some.tuples(some.just(parts), some.integers(0, sum(most for weight, most in parts if weight > 0)))
    )
)
def test_a_total_is_shared_to_the_last_piece(case):
    parts, total = case
    weights, most = zip(*parts, strict=True)
    found = share(total, weights, most)
    assert sum(found) == total
    for amount, weight, limit in zip(found, weights, most, strict=True):
        assert 0 <= amount <= limit
        assert weight > 0 or amount == 0


@given(some.lists(some.integers(1, 100), min_size=1, max_size=30), some.integers(0, 10_000))
def test_without_limits_nobody_gets_a_whole_piece_too_much_or_too_little(weights, total):
    found = share(total, weights, [total] * len(weights))
    for amount, weight in zip(found, weights, strict=True):
        assert abs(amount - total * weight / sum(weights)) < 1


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="fit nowhere"):
        share(10, [1.0, 0.0], [4, 100])


def test_the_whole_history_is_the_published_one():
    whole, of_2020 = totals(DEPARTURES), totals(DEPARTURES, of_2020=True)
    assert (whole.departures, whole.teu_hundredths) == (5_001, 11_252_00)
    assert (whole.kilograms, whole.yuan) == (75_100_000, 2_900_000_000)
    assert (of_2020.departures, of_2020.teu_hundredths) == (2_824, 6_354_00)
    assert (of_2020.kilograms, of_2020.yuan) == (50_000_000, 1_400_000_000)


@pytest.mark.parametrize("departures", [20, 100, 777, DEPARTURES])
def test_lorries_carry_the_totals(departures):
    made, whole, of_2020 = runs(departures), totals(departures), totals(departures, of_2020=True)
    assert [run.number for run in made] == list(range(1, departures + 1))
    for lorries, wanted in ((made, whole), ([run for run in made if run.day.year == 2020], of_2020)):
        assert len(lorries) == wanted.departures
        assert sum(run.cartons for run in lorries) * 20 == wanted.kilograms
        dear = sum(run.dear for run in lorries)
        assert sum(run.cartons for run in lorries) * 500 + dear * 1_000 == wanted.yuan
        assert sum(200 if run.is_container else 225 for run in lorries) == wanted.teu_hundredths
    assert all(0 <= run.dear <= run.cartons <= MOST_CARTONS and run.cartons for run in made)
    assert all(before.day <= after.day for before, after in pairwise(made))
    assert made[0].day.isoformat() == "2016-04-28"
    assert made == runs(departures)


def test_trips_have_one_to_three_consignments_and_instants_of_their_own():
    made = trips(DEPARTURES)
    assert len({trip.departs_at for trip in made}) == DEPARTURES
    kinds = Counter(len(trip.cartons) for trip in made)
    assert set(kinds) == {1, 2, 3}
    assert all(sum(boxes for _, boxes in trip.cartons) == trip.run.cartons for trip in made)
    assert all(trip.seller.country != trip.buyer.country for trip in made)
    assert sum(trip.run.day == published.periods(DEPARTURES)[0].first for trip in made) == 10
