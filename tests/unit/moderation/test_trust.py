"""Trust follows from the past, ends with a fault, and is sampled by lot."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.moderation.rules import trust
from marketplace.moderation.rules.trust import Judgement, Record, Rule

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
RULE = Rule(in_a_row=3, clean_days=10, most_risk=20, sample_percent=10)


@pytest.mark.parametrize(
    ("record", "is_so"),
    [
        (Record(3, None, True), True),
        (Record(2, None, True), False),
        (Record(3, None, False), False),
        (Record(9, NOW - timedelta(days=10), True), True),
        (Record(9, NOW - timedelta(days=10) + timedelta(seconds=1), True), False),
    ],
)
def test_who_is_trusted(record, is_so):
    assert trust.is_trusted(RULE, record, NOW) is is_so


def test_risk_goes_before_the_lot():
    assert trust.judge(RULE, risk=20, is_sampled=False) is Judgement.CONFIRMED
    assert trust.judge(RULE, risk=20, is_sampled=True) is Judgement.SAMPLE
    assert trust.judge(RULE, risk=21, is_sampled=False) is Judgement.RISK
    assert trust.judge(RULE, risk=21, is_sampled=True) is Judgement.RISK


@given(st.uuids(), st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 100))
def test_a_lot_is_the_same_for_ever_and_more_per_cent_lose_none(case_id, seed, percent):
    drawn = trust.is_sample(seed, case_id, percent)
    assert drawn is trust.is_sample(seed, UUID(str(case_id)), percent)
    assert not drawn or trust.is_sample(seed, case_id, 100)
    assert trust.is_sample(seed, case_id, 100)
    assert not trust.is_sample(seed, case_id, 0)


def test_lots_are_as_many_as_was_said_and_others_with_another_seed():
    ids = [UUID(int=number) for number in range(5_000)]
    one, other = ({each for each in ids if trust.is_sample(seed * 64, each, 10)} for seed in "ab")
    assert 400 < len(one) < 600
    assert len(one & other) < 120
