"""From where to where goods go back, and the room that they take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.rules import returning
from marketplace.distribution.rules.returning import WayOut, WaysBack
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS, Load

OUT = WayOut(hub_code="CN-NANPENG", hub_country="CN", place_code="VNHPH", place_country="VN")
HUBS = {"CN-NANPENG": "CN", "VNSGN": "VN", "VNHAN": "VN", "THBKK": "TH"}


def test_goods_go_back_from_a_hub_of_their_country_to_the_hub_that_they_came_from():
    served = {"CNNIN": "CN", "CN-NANPENG": "CN", "CNCQI": "CN", "VNHAN": "VN"}
    ways = returning.ways_back(OUT, hubs=HUBS, served=served)
    assert ways == WaysBack(("VNHAN", "VNSGN"), ("CN-NANPENG", "CNCQI", "CNNIN"))
    assert returning.chosen_place(ways, {"CNNIN", "CN-NANPENG"}) == "CN-NANPENG"
    # Where no line serves that hub, another place of its country does.
    assert returning.chosen_place(ways, {"CNNIN"}) == "CNNIN"
    assert returning.chosen_place(ways, {"LAVTE"}) is None


def test_where_no_hub_is_there_is_no_way_and_where_no_border_is_none_is_needed():
    assert returning.ways_back(OUT, hubs={"CN-NANPENG": "CN"}, served={}).hubs == ()
    home = WayOut(hub_code="CN-NANPENG", hub_country="CN", place_code="CNKNM", place_country="CN")
    with pytest.raises(Conflict, match="domestic_return"):
        returning.ways_back(home, hubs=HUBS, served={})


LOADS = st.builds(Load, *(st.integers(min_value=0, max_value=10**9) for _ in DIMENSIONS))


@given(LOADS, st.integers(min_value=1, max_value=10_000), st.integers(min_value=0, max_value=10_000))
def test_a_share_of_a_load_fits_into_it_and_two_shares_hold_all_of_it(load, of, some):
    some = min(some, of)
    mine, rest = (returning.share(load, units, of=of) for units in (some, of - some))
    assert mine.fits(load)
    assert load.fits(mine + rest)
    assert returning.share(load, of, of=of) == load
