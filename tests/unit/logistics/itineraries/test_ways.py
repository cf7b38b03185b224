"""Forms, carriage, spread and emissions of ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.logistics.itineraries.rules import emissions
from marketplace.logistics.itineraries.rules.emissions import Factor, Stretch
from marketplace.logistics.itineraries.rules.spread import spread
from marketplace.logistics.itineraries.rules.ways import Form, carriage_of, form_of
from marketplace.logistics.rules.states import Carriage, Mode

CHONGQING, HANOI = (29_583_330, 106_550_000), (21_033_330, 105_850_000)
MODES = some.sampled_from(Mode)


@pytest.mark.parametrize(
    ("modes", "form"),
    [
        ([], Form.ROAD),
        ([Mode.ROAD, Mode.ROAD], Form.ROAD),
        ([Mode.ROAD, Mode.RAIL], Form.RAIL),
        ([Mode.RAIL, Mode.SEA, Mode.ROAD], Form.RAIL_SEA),
        ([Mode.ROAD, Mode.SEA], Form.SEA),
    ],
)
def test_a_way_is_named_after_its_train_and_its_ship(modes, form):
    assert form_of(modes) is form


def test_the_most_handling_names_the_carriage():
    assert carriage_of([]) is Carriage.THROUGH
    assert carriage_of([Carriage.SWAP, Carriage.THROUGH]) is Carriage.SWAP
    assert carriage_of([Carriage.SWAP, Carriage.TRANSHIP, Carriage.THROUGH]) is Carriage.TRANSHIP


def test_of_four_arrivals_nothing_is_said():
    assert spread([]) is None
    assert spread([0, 60, 120, 180]) is None


@given(some.lists(some.integers(-2_000, 9_000), min_size=5, max_size=60))
def test_each_figure_of_a_spread_occurred_and_has_its_share_before_it(late):
    found = spread(late)
    assert found.count == len(late)
    for percent, figure in ((10, found.p10), (50, found.p50), (90, found.p90)):
        assert figure in late
        assert sum(each <= figure for each in late) * 100 >= percent * len(late)
        assert sum(each < figure for each in late) * 100 < percent * len(late)


def test_kilometres_that_nobody_measured_are_derived_and_marked():
    km = emissions.great_circle_km(CHONGQING, HANOI)
    assert 940 < km < 965
    assert emissions.stretch(Mode.ROAD, None, CHONGQING, HANOI) == Stretch(Mode.ROAD, round(km * 1.4), is_derived=True)
    assert emissions.stretch(Mode.RAIL, 1_450, CHONGQING, HANOI) == Stretch(Mode.RAIL, 1_450, is_derived=False)
    assumed = emissions.stretch(Mode.RAIL, 1_450, CHONGQING, HANOI, is_assumed=True)
    assert assumed == Stretch(Mode.RAIL, 1_450, is_derived=True)
    assert emissions.great_circle_km(HANOI, HANOI) == 0


def test_a_tonne_over_a_thousand_kilometres():
    way = [Stretch(Mode.RAIL, 1_450, is_derived=False), Stretch(Mode.SEA, 2_487, is_derived=False)]
    assert emissions.grams_of(1_000_000, way, emissions.DEFAULTS) == 50_315 + 49_168
    assert emissions.grams_of(1_000, [Stretch(Mode.ROAD, 4, is_derived=True)], {Mode.ROAD: Factor(125_000, "own")}) == 1
    assert emissions.grams_of(500_000, [], emissions.DEFAULTS) == 0


@given(some.integers(0, 10**9), some.lists(some.tuples(MODES, some.integers(0, 5_000)), max_size=6))
def test_emissions_of_parts_add_up_but_for_rounding(grams, legs):
    way = [Stretch(mode, km, is_derived=False) for mode, km in legs]
    parts = sum(emissions.grams_of(grams, [each], emissions.DEFAULTS) for each in way)
    assert abs(emissions.grams_of(grams, way, emissions.DEFAULTS) - parts) <= len(way)


@pytest.mark.parametrize(
    ("figure", "source", "fields"),
    [(-1, "own", ["grams_per_tkm"]), (1_000_001, "own", ["grams_per_tkm"]), (0, " ", ["source"])],
)
def test_a_factor_is_a_figure_that_somebody_stands_for(figure, source, fields):
    with pytest.raises(Refused) as refused:
        emissions.check_factor(figure, source)
    assert [error.field for error in refused.value.errors] == fields
    emissions.check_factor(62_000, "own")
