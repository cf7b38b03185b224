"""A lorry's measures are whole groups, in order, and of this world."""

from dataclasses import replace

import pytest

from marketplace.kernel.errors import Refused
from marketplace.logistics.floor.rules.measures import Measures, check_measures

BOX = Measures(12_032, 2_352, 2_690)
FULL = replace(
    BOX, front_axle_mm=1_000, front_axle_limit_g=14_000_000, rear_axle_mm=9_400, rear_axle_limit_g=24_000_000,
    tare_g=3_900_000,
)  # fmt: skip


@pytest.mark.parametrize("measures", [Measures(), BOX, FULL])
def test_what_is_known_as_a_whole_is_taken(measures):
    check_measures(measures)


@pytest.mark.parametrize(
    ("measures", "refused"),
    [
        (replace(BOX, inner_width_mm=None), {"inner_width_mm": "all_or_none"}),
        (replace(FULL, tare_g=None), {"tare_g": "all_or_none"}),
        (replace(BOX, inner_length_mm=20_001), {"inner_length_mm": "range"}),
        (replace(BOX, inner_height_mm=0), {"inner_height_mm": "range"}),
        (replace(FULL, rear_axle_mm=1_000), {"rear_axle_mm": "rear_before_front"}),
    ],
)
def test_what_no_lorry_measures_is_refused_by_its_field(measures, refused):
    with pytest.raises(Refused) as error:
        check_measures(measures)
    assert {one.field: one.code for one in error.value.errors} == refused
