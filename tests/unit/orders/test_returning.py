"""How far goods are that go back, who may say what meanwhile, and what customs are told that they are worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.orders.rules import returning
from marketplace.orders.rules.returning import WAY_BACK, WayBack


def test_goods_go_from_hub_to_hub_and_may_lose_their_lorry_until_it_leaves():
    way = None
    for action in ("book", "hand_over", "depart", "cross", "cross", "arrive", "receive"):
        assert returning.can(way, action)
        way = returning.follow(way, action)
    assert way is WayBack.RECEIVED
    assert WAY_BACK.actions(way) == []
    assert returning.follow(WayBack.BOOKED, "lose") is WayBack.GIVEN_UP
    assert returning.follow(returning.follow(WayBack.HANDED_OVER, "lose"), "book") is WayBack.HANDED_OVER
    # A line within one country on the other side has no second border, or none that was noted.
    assert returning.follow(WayBack.IN_TRANSIT, "arrive") is WayBack.ARRIVED
    with pytest.raises(Conflict, match="state"):
        returning.follow(WayBack.IN_TRANSIT, "lose")


@pytest.mark.parametrize("way", [None, *WayBack])
def test_nobody_speaks_about_goods_that_a_lorry_has(way):
    has_them = way in (WayBack.HANDED_OVER, WayBack.IN_TRANSIT, WayBack.CROSSED)
    gone = has_them or way in (WayBack.ARRIVED, WayBack.RECEIVED)
    assert (returning.is_on_its_way(way), returning.is_gone(way)) == (has_them, gone)
    for withdraws, refused in ((False, has_them), (True, gone)):
        if refused:
            with pytest.raises(Conflict, match="on_its_way"):
                returning.check_word(way, reference="CLM-1", withdraws=withdraws)
        else:
            returning.check_word(way, reference="CLM-1", withdraws=withdraws)


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(["CNY", "VND", "LAK"]))
def test_customs_are_never_told_that_goods_are_worth_nothing(minor, currency):
    price = Money(minor, currency)
    told = returning.customs_value(price)
    assert told.minor >= 1
    assert told == (price or Money(1, currency))
