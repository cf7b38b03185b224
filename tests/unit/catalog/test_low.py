"""Below how many units stock may be said to run low."""

import pytest

from marketplace.catalog.rules import low
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.kernel.errors import Refused


@pytest.mark.parametrize("units", [None, 0, 1, LARGEST_QUANTITY])
def test_a_quantity_or_nothing_is_taken(units):
    low.check(units)


@pytest.mark.parametrize(("units", "code"), [(-1, "too_small"), (LARGEST_QUANTITY + 1, "too_large")])
def test_what_is_no_quantity_is_refused(units, code):
    with pytest.raises(Refused) as refused:
        low.check(units)
    (error,) = refused.value.errors
    assert (error.field, error.code, error.accepted) == ("low_below", code, f"0 to {LARGEST_QUANTITY}")
