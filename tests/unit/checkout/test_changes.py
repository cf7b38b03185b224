"""Ways by two departures: the second after the first is there, each with a freight of its own."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from marketplace.checkout.rules.cargo import Bar
from marketplace.checkout.rules.cart import bundled, price_line
from marketplace.checkout.rules.changes import (
    MOST_CHANGES,
    changes_of,
    freights,
    hours,
    lone_ways,
    missed,
    named,
    offered,
)
from marketplace.checkout.rules.ways import Way
from marketplace.kernel.money import Money
from tests.support.carts import CONFIRM_BY, NOW, codes, item, offer, option


def first(days=1, **more):
    return option(days, **{"cutoff_cargo_at": NOW, "to_place": "VNHAN"} | more)


def second(after=30, days=5, **more):
    return option(days, **{"cutoff_cargo_at": NOW + timedelta(hours=after), "to_place": "VNSGN"} | more)


def ways(firsts, seconds, *, is_dangerous=False):
    return changes_of(firsts, {"VNHAN": seconds}, is_dangerous=is_dangerous)


def ids(change):
    return change.first.departure_id, change.second.departure_id


def test_the_second_lorry_takes_cargo_four_hours_after_the_first_is_there():
    one, early, late = first(), second(28), second(29)
    (found,) = ways([one], [early, late])
    assert (ids(found), found.waits, hours(found.waits)) == (
        (one.departure_id, late.departure_id), timedelta(hours=5), 5,
    )  # fmt: skip
    assert ways([first(to_place="THBKK")], [late]) == ()


def test_a_lorry_without_a_tariff_is_no_part_of_a_way():
    assert ways([first(freight=None)], [second()]) == ()
    assert ways([first()], [second(freight=None)]) == ()


def test_ways_are_told_by_arrival_each_second_lorry_once_and_three_at_most():
    firsts = [first(), first(cutoff_cargo_at=NOW + timedelta(hours=1))]
    seconds = [second(30 + number, 5 + number) for number in range(MOST_CHANGES + 2)]
    found = ways(firsts, seconds)
    assert len(found) == len(firsts) * len(seconds)
    shown = offered(found)
    assert [change.second for change in shown] == seconds[:MOST_CHANGES]
    # Of two first lorries to one second the later gives the goods more time.
    assert all(change.first is firsts[1] for change in shown)


def test_the_way_that_is_wanted_is_among_those_shown():
    found = ways([first()], [second(30 + number, 5 + number) for number in range(MOST_CHANGES + 2)])
    wanted = Way(*ids(found[-1]))
    assert named(found, wanted) == found[-1]
    assert (named(found, None), named(found, Way(uuid4(), uuid4()))) == (None, None)
    shown = offered(found, wanted)
    assert (len(shown), shown[-1]) == (MOST_CHANGES, found[-1])
    assert offered(found, Way(*ids(found[0]))) == offered(found)


def test_a_way_is_not_offered_that_a_lorry_all_the_way_beats():
    (way,) = ways([first()], [second()])
    cost = sum(freights(way), Money.zero("CNY"))

    def shown(**direct):
        lorry = option(5, **{"freight": cost, "to_place": "VNSGN"} | direct)
        return offered([way], directs=[lorry])

    assert shown() == ()
    # Dearer, later, full, barred, without a price or in other money, or with too little time: each has its own worth.
    assert shown(freight=Money(cost.minor + 1, "CNY")) == (way,)
    assert shown(arrives_at=way.second.arrives_at + timedelta(minutes=1)) == (way,)
    assert shown(fits=False) == shown(bar=Bar.SEGREGATION) == shown(freight=None) == (way,)
    assert shown(freight=Money(1, "USD")) == shown(tight=True) == (way,)
    # Who chose it before has it still.
    assert offered([way], Way(*ids(way)), directs=[option(5, freight=cost)]) == (way,)


@given(st.lists(st.tuples(st.integers(4, 8), st.integers(0, 40)), max_size=4), st.integers(4, 8))
def test_no_way_is_offered_that_is_worse_in_arrival_and_cost(directs, days):
    (way,) = ways([first()], [second(days=days)])
    cost = sum(one.minor for one in freights(way))
    lorries = [option(one, freight=Money(cost * tenths // 20, "CNY"), to_place="VNSGN") for one, tenths in directs]
    beaten = any(one.arrives_at <= way.second.arrives_at and one.freight.minor <= cost for one in lorries)
    assert offered([way], directs=lorries) == (() if beaten else (way,))


def test_what_cannot_be_taken_is_told_where_nothing_else_can():
    free, full = second(31), second(30, fits=False)
    assert [one.second for one in offered(ways([first()], [full, free]))] == [free]
    (shown,) = offered(ways([first()], [full]))
    assert not shown.fits
    (barred,) = offered(ways([first()], [second(bar=Bar.SEGREGATION)]))
    assert barred.bar is Bar.SEGREGATION
    (dangerous,) = ways([first()], [free], is_dangerous=True)
    assert dangerous.bar is Bar.DANGEROUS_CHANGE


def priced(change, **more):
    sold = offer()
    return price_line(
        item(sold), sold, destination="VNSGN", confirm_by=CONFIRM_BY, now=NOW, options=[], change=change, **more
    )  # fmt: skip


def test_a_line_with_a_change_owes_two_freights_and_is_there_with_the_second():
    (change,) = ways([first(freight=Money(100, "CNY"))], [second(freight=Money(70, "THB"))])
    line = priced(change)
    assert codes(line) == []
    assert line.ridden == (change.first, change.second)
    assert line.arrives_at == change.second.arrives_at
    assert line.freights == freights(change) == (Money(100, "CNY"), Money(70, "THB"))
    (bundle,) = bundled("VNSGN", [line]).bundles
    assert bundle.freight == (Money(100, "CNY"), Money(70, "THB"))
    assert bundle.room_until == change.first.cutoff_cargo_at


def test_a_way_that_bars_the_goods_or_is_gone_stands_in_the_way():
    (change,) = ways([first()], [second(bar=Bar.SEGREGATION)])
    assert codes(priced(change)) == ["departure_barred"]
    line = priced(None)
    assert (line.ridden, line.arrives_at, line.freights, codes(line)) == ((), None, (), ["no_departure"])
    assert codes(missed(line, Way(uuid4(), uuid4()))) == ["no_departure", "way_missed"]


def test_goods_that_no_lorry_takes_alone_go_by_the_first_way_until_another_is_chosen():
    early, late = ways([first()], [second(30, 5), second(31, 6)])
    line = replace(priced(None), changes=(early, late))
    listing = line.item.listing_id
    assert lone_ways([line]) == {listing: Way(*ids(early))}
    assert lone_ways([replace(line, change=late)]) == {}
    assert lone_ways([replace(line, changes=())]) == {}
    assert lone_ways([replace(line, options=(option(3),))]) == {}
    assert lone_ways([replace(line, options=(option(3, freight=None),))]) == {listing: Way(*ids(early))}
    assert lone_ways([replace(line, changes=ways([first()], [second(bar=Bar.SEGREGATION)]))]) == {}
