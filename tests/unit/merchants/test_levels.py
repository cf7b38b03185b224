"""How far a buyer is trusted: by what counts of what it showed, to the first day that something ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import LARGEST_MINOR, Money
from marketplace.merchants.rules.levels import BuyerLevel, check_limit, level, met
from marketplace.merchants.rules.requirements import Asked, Evidence, Item, ItemState, Ruling, Verdict, requirement

TODAY = date(2026, 11, 27)
DAY = timedelta(days=1)
days = st.dates(TODAY - 60 * DAY, TODAY + 60 * DAY)
marks = st.sampled_from(["a", "b"])
shown = st.none() | st.builds(Evidence, marks, st.none() | days, st.booleans())
said = st.none() | st.builds(Ruling, st.sampled_from(Verdict), marks, st.none() | days, st.just("Seen."))
items = st.lists(
    st.tuples(st.sampled_from(Item), st.sampled_from(Asked), shown, said), max_size=6, unique_by=lambda row: row[0]
)
earlier = st.dictionaries(st.sampled_from(Item), st.none() | days, max_size=4)


def board(rows, today=TODAY):
    return [requirement(item, asked, evidence, ruling, today=today) for item, asked, evidence, ruling in rows]


@given(items, earlier)
def test_a_company_is_qualified_just_when_everything_required_counts(rows, before):
    found = board(rows)
    counting = met(found, before, today=TODAY)
    settled = (ItemState.ACCEPTED, ItemState.WAIVED)
    required = [each for each in found if each.asked is Asked.REQUIRED]
    counts = [
        each.state in settled or (each.item in before and (before[each.item] is None or before[each.item] >= TODAY))
        for each in required
    ]
    assert (counting is not None) is all(counts)
    if counting is not None and counting.until is not None:
        assert counting.until >= TODAY
        assert counting.until in [each.until for each in required] + list(before.values())


@given(items, earlier, st.integers(0, 60))
def test_nothing_is_lost_before_the_day_that_was_written_down(rows, before, wait):
    counting = met(board(rows), before, today=TODAY)
    later = TODAY + wait * DAY
    if counting is not None and (counting.until is None or later <= counting.until):
        assert met(board(rows, later), before, today=later) is not None


@given(items, earlier, st.sampled_from(Item))
def test_another_requirement_never_qualifies_anybody(rows, before, item):
    if item not in [row[0] for row in rows] and met(board(rows), before, today=TODAY) is None:
        assert met(board([*rows, (item, Asked.REQUIRED, None, None)]), before, today=TODAY) is None


def test_who_renews_early_loses_nothing_and_who_renews_in_vain_keeps_the_old_to_its_end():
    for ruling in (None, Ruling(Verdict.REJECT, "new", None, "Blurred.")):
        found = board([(Item.TAX_STATUS, Asked.REQUIRED, Evidence("new", TODAY + 90 * DAY), ruling)])
        assert met(found, {}, today=TODAY) is None
        assert met(found, {Item.TAX_STATUS: TODAY + DAY}, today=TODAY).until == TODAY + DAY
        assert met(found, {Item.TAX_STATUS: TODAY - DAY}, today=TODAY) is None


@given(st.booleans(), st.booleans())
def test_a_limit_makes_nobody_verified(is_verified, has_limit):
    found = level(is_verified=is_verified, has_limit=has_limit)
    assert (found is BuyerLevel.UNVERIFIED) is not is_verified
    assert (found is BuyerLevel.CREDIT) is (is_verified and has_limit)


@pytest.mark.parametrize(
    ("minor", "until", "reason", "field"),
    [
        (-1, TODAY, "Good payer.", "amount"),
        (LARGEST_MINOR + 1, TODAY, "Good payer.", "amount"),
        (100, TODAY - DAY, "Good payer.", "until"),
        (100, TODAY, " ", "reason"),
    ],
)
def test_a_limit_is_no_debt_has_an_end_and_a_reason(minor, until, reason, field):
    check_limit(Money(0, "THB"), TODAY, "Taken back.", today=TODAY)
    with pytest.raises(Refused) as refusal:
        check_limit(Money(minor, "THB"), until, reason, today=TODAY)
    assert [error.field for error in refusal.value.errors] == [field]
