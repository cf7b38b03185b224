"""The sampling plans of ISO 2859-1 as printed, read at places that everybody in the trade knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.orders.rules import sampling as rules
from marketplace.orders.rules.sampling import AQLS, Level


@pytest.mark.parametrize(
    ("lot", "level", "aql", "sample", "accepted"),
    [
        (1_000, Level.II, 2_500, 80, 5),
        (1_000, Level.II, 4_000, 80, 7),
        (1_000, Level.II, 1_000, 80, 2),
        (1_000, Level.II, 1_500, 80, 3),
        (1_000, Level.II, 6_500, 80, 10),
        (400, Level.II, 2_500, 50, 3),
        (5_000, Level.II, 2_500, 200, 10),
        (3_200, Level.II, 650, 125, 2),
        (40_000, Level.II, 4_000, 315, 21),  # N: ↑ to M
        (1_000_000, Level.III, 4_000, 315, 21),
        (1_000_000, Level.III, 65, 2_000, 3),
        (100, Level.II, 2_500, 20, 1),
        (30, Level.II, 2_500, 5, 0),  # D: ↑ to C
        (60, Level.II, 2_500, 20, 1),  # E: ↓ to F
        (1_000, Level.S1, 2_500, 5, 0),
        (1_000, Level.I, 65, 200, 0),  # G: ↓ to L
        (8, Level.II, 2_500, 5, 0),
        (9, Level.I, 6_500, 2, 0),
        (3, Level.II, 65, 3, 0),  # the lot is smaller than the sample
        (1, Level.II, 2_500, 1, 0),
    ],
)
def test_the_tables_are_those_of_the_standard(lot, level, aql, sample, accepted):
    found = rules.sampling(lot, level=level, major=aql, minor=aql)
    assert (found.sample, found.major_accepted, found.minor_accepted) == (sample, accepted, accepted)


def test_two_classes_are_seen_in_one_sample_the_larger():
    found = rules.sampling(30, level=Level.II, major=2_500, minor=4_000)
    # D of AQL 4.0 leads on to E (13 units, 1 accepted); there AQL 2.5 leads on to F (20, 1), where 4.0 accepts 2.
    assert found == rules.Sampling("F", 20, 1, 2)


@given(
    st.integers(1, 2_000_000),
    st.sampled_from(Level),
    st.sampled_from(AQLS),
    st.sampled_from(AQLS),
)
def test_a_stricter_limit_never_accepts_more_and_a_sample_is_of_the_lot(lot, level, one, other):
    strict, lax = sorted((one, other))
    found = rules.sampling(lot, level=level, major=strict, minor=lax)
    assert 1 <= found.sample <= lot
    assert 0 <= found.major_accepted <= found.minor_accepted <= 21


@pytest.mark.parametrize(("text", "aql"), [("2.5", 2_500), ("0.065", 65), ("4.0", 4_000), ("1.0", 1_000)])
def test_limits_are_read_as_they_are_written(text, aql):
    assert rules.aql_of(text, field="major_aql") == aql
    assert rules.shown(aql) == text


def test_what_is_not_in_the_tables_is_refused():
    with pytest.raises(Refused) as refused:
        rules.aql_of("3.0", field="major_aql")
    assert refused.value.errors[0].field == "major_aql"
    assert "2.5" in str(refused.value.errors[0].accepted)
    with pytest.raises(Refused):
        rules.level_of("IV")
    assert rules.level_of("S-3") is Level.S3
