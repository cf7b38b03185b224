"""Who bears what a held lorry costs: the shares are the cost exactly, whoever is aboard and whoever is named."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.distribution.holds.rules import bearing as rules
from marketplace.distribution.holds.rules.bearing import Aboard, Act, Bearing, BearingRule, ShareBy
from marketplace.distribution.holds.rules.setting_off import Open, used
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.logistics.rules.states import HoldCause

DAY = date(2026, 11, 30)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
ABOARD = [Aboard(FIRST, 1_000), Aboard(SECOND, 2_000), Aboard(THIRD, 4_000)]
COST = Money.of("100.00", "CNY")


def parts(who, *, act=Act.WAITING, by=ShareBy.CHARGEABLE, moved=None, about=None, aboard=ABOARD, payable=None):
    bearing = Bearing(who, who, who, who, by)
    known = {one.booking_id for one in ABOARD} if payable is None else payable
    found = rules.portions(COST, bearing, act=act, moved=moved, about=about, aboard=aboard, payable=known)
    return [(one.bearer, one.booking_id, str(one.amount.amount)) for one in found]


def test_every_class_of_causes_has_a_row_in_the_first_table():
    assert set(rules.DEFAULT) == set(HoldCause)
    for bearing in rules.DEFAULT.values():
        rules.check(bearing)


def test_customs_pay_nobody():
    with pytest.raises(Refused) as refused:
        rules.check(Bearing(Bearer.CUSTOMS, Bearer.CARRIER, Bearer.CUSTOMS, Bearer.GOODS))
    assert [error.field for error in refused.value.errors] == ["waiting", "transfer"]


def test_the_carriers_and_the_citys_are_whole():
    assert parts(Bearer.CARRIER) == [(Bearer.CARRIER, None, "100.00")]
    assert parts(Bearer.PLATFORM, about=FIRST) == [(Bearer.PLATFORM, None, "100.00")]
    assert parts(Bearer.CUSTOMS) == [(Bearer.PLATFORM, None, "100.00")]


def test_a_shipper_pays_once_it_is_named():
    assert parts(Bearer.SHIPPER, about=SECOND) == [(Bearer.SHIPPER, SECOND, "100.00")]
    assert parts(Bearer.SHIPPER) == [(Bearer.PLATFORM, None, "100.00")]
    assert parts(Bearer.SHIPPER, about=SECOND, payable=()) == [(Bearer.PLATFORM, None, "100.00")]


def test_goods_share_by_weight_or_each_the_same():
    assert [row[2] for row in parts(Bearer.GOODS)] == ["14.29", "28.57", "57.14"]
    assert [row[2] for row in parts(Bearer.GOODS, by=ShareBy.EQUAL)] == ["33.34", "33.33", "33.33"]
    assert parts(Bearer.GOODS, moved=SECOND) == [(Bearer.GOODS, SECOND, "100.00")]
    assert parts(Bearer.GOODS, moved=SECOND, payable=()) == [(Bearer.PLATFORM, None, "100.00")]


def test_what_falls_on_nobody_who_can_be_charged_stays_with_the_city():
    assert parts(Bearer.GOODS, payable={FIRST}) == [
        (Bearer.GOODS, FIRST, "14.29"), (Bearer.PLATFORM, None, "85.71"),
    ]  # fmt: skip
    assert parts(Bearer.GOODS, aboard=[]) == [(Bearer.PLATFORM, None, "100.00")]
    assert parts(Bearer.GOODS, aboard=[Aboard(FIRST, 0)]) == [(Bearer.PLATFORM, None, "100.00")]


def rule(day, cause=HoldCause.WEATHER, **more):
    return BearingRule(id=uuid4(), cause=cause, bearing=rules.DEFAULT[cause], valid_from=day, source="test", **more)


def test_the_last_rule_of_the_latest_day_counts():
    old, new, later = rule(DAY - timedelta(days=9)), rule(DAY), rule(DAY + timedelta(days=1))
    other, again = rule(DAY, HoldCause.ACCIDENT), rule(DAY)
    found = (old, other, new, again, later)
    assert rules.in_force(found, cause=HoldCause.WEATHER, on=DAY) is again
    assert rules.in_force((new, old), cause=HoldCause.WEATHER, on=DAY) is new
    assert rules.in_force(found, cause=HoldCause.WEATHER, on=DAY - timedelta(days=1)) is old
    assert rules.in_force(found, cause=HoldCause.SECURITY, on=DAY) is None


def test_a_cost_entered_by_hand_is_for_what_its_kind_says():
    assert [rules.act_of(kind) for kind in (CostKind.WAITING, CostKind.TRANSHIPMENT, CostKind.SWAP)] == [
        Act.WAITING, Act.TRANSFER, Act.REST,
    ]  # fmt: skip


def test_what_a_carrier_bears_is_taken_off_the_oldest_first():
    shares = [Open(FIRST, Money.of("60", "CNY")), Open(SECOND, Money.of("50", "CNY"))]
    taken = used(Money.of("70", "CNY"), shares)
    assert [(one.share_id, str(one.amount.amount)) for one in taken] == [(FIRST, "60.00"), (SECOND, "10.00")]
    assert [one.share_id for one in used(Money.of("20", "CNY"), shares)] == [FIRST]
    with pytest.raises(Refused):
        used(Money.of("110.01", "CNY"), shares)
    with pytest.raises(Refused):
        used(Money.of("1", "CNY"), [])


_BOOKINGS = [UUID(int=number) for number in range(1, 6)]
_COST = st.tuples(
    st.integers(1, 10**9),
    st.sampled_from(["CNY", "VND", "USD"]),
    st.sampled_from(list(Act)),
    st.sampled_from([None, *_BOOKINGS]),
)


@given(
    bearers=st.tuples(*(st.sampled_from(list(Bearer)) for _ in Act)),
    by=st.sampled_from(list(ShareBy)),
    costs=st.lists(_COST, max_size=6),
    weights=st.dictionaries(st.sampled_from(_BOOKINGS), st.integers(0, 30_000_000)),
    payable=st.sets(st.sampled_from(_BOOKINGS)),
    about=st.sampled_from([None, *_BOOKINGS]),
)
def test_what_is_charged_set_off_and_kept_is_what_was_entered_in_each_currency(
    bearers, by, costs, weights, payable, about
):
    bearing, aboard = Bearing(*bearers, by), [Aboard(key, grams) for key, grams in weights.items()]
    entered, charged, carriers, citys = Counter(), Counter(), Counter(), Counter()
    for minor, currency, act, moved in costs:
        entered[currency] += minor
        for part in rules.portions(
            Money(minor, currency), bearing, act=act, moved=moved, about=about, aboard=aboard, payable=payable
        ):
            assert part.amount.minor > 0
            assert part.amount.currency == currency
            whose = {Bearer.CARRIER: carriers, Bearer.PLATFORM: citys}.get(part.bearer, charged)
            assert (whose is charged) == (part.booking_id is not None)
            assert part.booking_id is None or part.booking_id in payable
            whose[currency] += part.amount.minor
    assert charged + carriers + citys == entered
