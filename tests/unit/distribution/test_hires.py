"""The price of a whole lorry is shared over its goods, anew when some of them leave."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.hires.rules.sharing import Stake, elsewhere, is_by_road, shared, without
from marketplace.kernel.money import Money

PRICE = Money(10_000, "CNY")


def stake(number, weight, share=0, *, is_fixed=False):
    return Stake(UUID(int=number), weight, share, is_fixed=is_fixed)


def minors(parts):
    return [parts[key].minor for key in sorted(parts)]


def test_shares_go_by_what_each_would_pay_by_weight():
    assert minors(shared(PRICE, [stake(1, 600), stake(2, 300)])) == [6_667, 3_333]


def test_goods_that_go_back_keep_what_their_claim_agreed():
    stakes = [stake(1, 600), stake(2, 300), stake(3, 500, 1_000, is_fixed=True)]
    assert minors(shared(PRICE, stakes)) == [6_000, 3_000, 1_000]
    assert minors(shared(PRICE, [stake(1, 600), stake(2, 0, 20_000, is_fixed=True)])) == [0, 20_000]
    assert minors(shared(PRICE, [stake(2, 0, 10_000, is_fixed=True)])) == [10_000]


def test_what_weighs_nothing_shares_evenly():
    assert minors(shared(PRICE, [stake(1, 0), stake(2, 0)])) == [5_000, 5_000]


def test_by_the_hirers_side_the_price_stays_and_by_the_road_it_falls():
    stakes = [stake(1, 600, 6_667), stake(2, 300, 3_333)]
    price, parts = without(PRICE, stakes, stakes[1], by_road=False)
    assert (price, minors(parts)) == (PRICE, [10_000])
    price, parts = without(PRICE, stakes, stakes[1], by_road=True)
    assert (price.minor, minors(parts)) == (6_667, [6_667])


def test_where_only_goods_that_go_back_stay_the_price_is_what_they_pay():
    stakes = [stake(1, 600, 9_000), stake(2, 500, 1_000, is_fixed=True)]
    price, parts = without(PRICE, stakes, stakes[0], by_road=False)
    assert (price.minor, minors(parts)) == (1_000, [1_000])
    assert without(PRICE, stakes[:1], stakes[0], by_road=False) == (PRICE, {})


def test_goods_that_ride_elsewhere_pay_by_weight_and_what_the_road_moved_at_most_that():
    cheap, dear = stake(1, 600, 400), stake(2, 600, 900)
    assert [elsewhere(one, by_road=False) for one in (cheap, dear)] == [600, 600]
    assert [elsewhere(one, by_road=True) for one in (cheap, dear)] == [None, 600]


def test_whose_doing_it_was_is_told_by_the_reason():
    assert all(map(is_by_road, ("not_loaded", "late_first", "held_transfer", "overbooked", "other_lorry")))
    assert not is_by_road("no_cargo")
    assert not is_by_road("order_buyer")


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=10**7), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(min_value=0, max_value=11), st.booleans()), max_size=11),
)
def test_whatever_leaves_the_shares_sum_to_a_price_that_never_rises(minor, weights, leaving):
    price = Money(minor, "VND")
    stakes = [stake(number, weight) for number, weight in enumerate(weights)]
    parts = shared(price, stakes)
    for index, by_road in leaving:
        if len(stakes) == 1:
            return
        stakes = [Stake(one.booking_id, one.weight_minor, parts[one.booking_id].minor) for one in stakes]
        gone = stakes[index % len(stakes)]
        before = price
        price, parts = without(price, stakes, gone, by_road=by_road)
        stakes = [one for one in stakes if one is not gone]
        assert sum(one.minor for one in parts.values()) == price.minor
        assert price <= before <= Money(minor, "VND")
        assert min(one.minor for one in parts.values()) >= 0
