"""Who stays on a lorry that holds less than is booked on it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.shares import factor_at, fill_percent, share_of
from marketplace.logistics.pricing.rules.terms import FillStep
from marketplace.logistics.rules.staying import Claim, Firmness, in_order, who_stays

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOURS = some.integers(0, 5).map(lambda hours: MONDAY + timedelta(hours=hours))
LOADS = some.builds(Load, *(some.integers(0, 9) for _ in range(4)))
CLAIMS = some.lists(
    some.builds(
        Claim,
        some.uuids(version=4),
        LOADS,
        some.sampled_from(Firmness),
        HOURS,
        some.one_of(some.none(), HOURS),
    ),
    max_size=12,
    unique_by=lambda one: one.booking_id,
)
ROOMS = some.builds(Load, *(some.integers(0, 30) for _ in range(4)))


def claim(number, firmness=Firmness.CONFIRMED, hours=0, due=None, pallets=1):
    due_at = None if due is None else MONDAY + timedelta(days=due)
    return Claim(UUID(int=number), Load(pallets=pallets), firmness, MONDAY + timedelta(hours=hours), due_at)


def test_declared_goods_stay_first_then_what_is_there_then_the_earliest_confirmed_then_the_tightest_due():
    held, late = claim(1, Firmness.HELD), claim(2, hours=3)
    slack, tight, open_end = claim(3, hours=1, due=9), claim(4, hours=1, due=2), claim(5, hours=1)
    there, declared = claim(6, Firmness.AT_HUB, hours=5), claim(7, Firmness.DECLARED, hours=9)
    wanted = (declared, there, tight, slack, open_end, late, held)
    assert in_order((held, late, slack, tight, open_end, there, declared)) == wanted
    found = who_stays(wanted, Load(pallets=4))
    assert (found.stay, found.go) == (wanted[:4], wanted[4:])


def test_something_small_stays_where_something_large_before_it_does_not_fit():
    first, large, small = claim(1, pallets=3), claim(2, hours=1, pallets=4), claim(3, hours=2, pallets=1)
    found = who_stays((small, large, first), Load(pallets=4))
    assert (found.stay, found.go) == ((first, small), (large,))


@given(claims=CLAIMS, room=ROOMS)
def test_those_who_stay_fit_and_nobody_is_lost(claims, room):
    found = who_stays(claims, room)
    assert sum((one.load for one in found.stay), Load()).fits(room)
    assert in_order((*found.stay, *found.go)) == in_order(claims)
    assert who_stays(reversed(claims), room) == found


@given(claims=CLAIMS, room=ROOMS)
def test_nobody_moves_on_for_somebody_who_stands_behind_him(claims, room):
    found = who_stays(claims, room)
    places = {one.booking_id: place for place, one in enumerate(in_order(claims))}
    for gone in found.go:
        before = [one for one in found.stay if places[one.booking_id] < places[gone.booking_id]]
        # Were all behind him off the lorry, he would not fit either.
        assert not (sum((one.load for one in before), Load()) + gone.load).fits(room)
        same = [one for one in before if one.firmness is gone.firmness]
        assert all(one.since <= gone.since for one in same)


@given(claims=CLAIMS, room=ROOMS, more=LOADS)
def test_who_all_stay_on_a_lorry_all_stay_on_a_larger_one(claims, room, more):
    if not who_stays(claims, room).go:
        assert not who_stays(claims, room + more).go


STEPS = some.lists(some.tuples(some.integers(1, 100), some.integers(0, 10_000)), max_size=4).map(
    lambda pairs: [FillStep(percent, factor) for percent, factor in pairs]
)


@given(
    taken=LOADS, before=ROOMS, after=ROOMS, steps=STEPS, minor=some.integers(0, 10**9), reached=some.integers(0, 100)
)
def test_no_share_rises_by_another_lorry(taken, before, after, steps, minor, reached):
    paid = Money(minor, "CNY")
    kept = max(reached, fill_percent(taken, before))
    then = max(kept, fill_percent(taken, after))
    assert share_of(paid, factor_at(then, steps)) <= share_of(paid, factor_at(kept, steps))
