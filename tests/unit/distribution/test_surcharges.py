"""When goods above their booking cost more, and what may be answered."""

import pytest

from marketplace.distribution.handling.rules.surcharges import STANDING, SURCHARGE, SurchargeState, is_above
from marketplace.kernel.errors import Conflict


def test_scales_may_differ_by_three_hundredths():
    assert not is_above(100_000, 103_000)
    assert is_above(100_000, 103_001)
    assert not is_above(100_000, 90_000)


def test_who_declined_may_still_agree_and_an_answer_is_the_last():
    declined = SURCHARGE.apply(SurchargeState.PROPOSED, "decline")
    assert declined in STANDING
    assert SURCHARGE.apply(declined, "consent") is SurchargeState.CONSENTED
    with pytest.raises(Conflict):
        SURCHARGE.apply(SurchargeState.CONSENTED, "decline")
