"""What reviews add up to: the mean of all marks, as a brute sum has it."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import said
from marketplace.catalog.rules.said import ASPECTS, Said

MARKS = st.tuples(*(st.integers(1, 5) for _ in ASPECTS))


@given(st.lists(MARKS, min_size=1, max_size=40))
def test_the_mean_is_that_of_all_marks(reviews):
    sums = [sum(column) for column in zip(*reviews, strict=True)]
    found = Said(reviews=len(reviews), **dict(zip(ASPECTS, sums, strict=True)))
    exact = Fraction(sum(map(sum, reviews)), len(reviews) * len(ASPECTS))
    assert found.overall is not None
    assert abs(Fraction(found.overall) - exact) <= Fraction(1, 20)
    assert 1 <= found.overall <= 5
    for position, aspect in enumerate(ASPECTS):
        mean = Decimal(sums[position]) / len(reviews)
        assert found.mean(aspect) == mean.quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert said.read(said.stored(found)) == found


def test_without_a_review_there_is_no_mean():
    assert Said().overall is None
    assert Said(questions=3).mean("goods") is None
    assert said.stored(Said()) == {}
