"""Which versions of a storefront can be handed in, and what can be said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.exchange.rules.storefronts import (
    DECISIONS,
    FRONT,
    Front,
    FrontState,
    check_decision,
    check_front,
)
from marketplace.kernel.errors import Conflict, Refused

ACTS = sorted({act for acts in FRONT.table.values() for act in acts})


def refused(front):
    with pytest.raises(Refused) as refusal:
        check_front(front)
    return {(error.field, error.code) for error in refusal.value.errors}


def test_a_headline_in_its_first_language_is_enough():
    check_front(Front({"zh": "链条"}, {}, "zh"))


def test_every_field_that_is_wrong_is_named():
    assert refused(Front({}, {}, "en")) == {("headlines", "required")}
    assert refused(Front({"en": "x" * 121}, {"en": "y" * 4_001}, "en")) == {
        ("headlines", "too_long"), ("texts", "too_long"),
    }  # fmt: skip
    assert refused(Front({"en": "x", "xx": "y"}, {}, "en", banner_alt="z" * 161)) == {
        ("headlines", "choice"), ("banner_alt", "too_long"),
    }  # fmt: skip
    assert ("locale", "choice") in refused(Front({"xx": "x"}, {}, "xx"))


def test_who_takes_something_away_says_why():
    check_decision("show", "")
    for decision in ("decline", "hide"):
        check_decision(decision, "Too loud.")
        with pytest.raises(Refused):
            check_decision(decision, " ")
    with pytest.raises(Refused):
        check_decision("supersede", "Not for reviewers.")


@given(st.lists(st.sampled_from(ACTS), max_size=8))
def test_what_was_not_shown_is_never_hidden_and_what_is_over_stays_over(acts):
    state = FrontState.PENDING
    seen = [state]
    for act in acts:
        try:
            state = FRONT.apply(state, act)
        except Conflict:
            continue
        seen.append(state)
    assert seen.count(FrontState.SHOWN) <= 1
    if seen[-1] in {FrontState.HIDDEN, FrontState.SUPERSEDED}:
        assert FrontState.SHOWN in seen
        assert FRONT.actions(seen[-1]) == []
    assert set(DECISIONS) <= set(ACTS)
