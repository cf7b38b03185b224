"""Goods that are ordered where they lie: what may be sold there, on which price, and how far a sale is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.pricing import make_ladder
from marketplace.checkout.rules.cart import bundled
from marketplace.checkout.rules.from_centre import ladder_there, problems_there
from marketplace.distribution.centre_sales.rules import (
    PROMISING,
    SALE,
    WAITS,
    WHOLE,
    Lying,
    SaleState,
    after_security,
    after_step,
    check_all_at_once,
    check_damaged,
    check_guarantee,
    check_there,
    check_units,
    check_way,
    chosen,
    handing,
    steps_of,
)
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.centres.rules.lots import Status, portion
from marketplace.logistics.road.rules.transit import ENGAGED, TRANSIT, Regime, Step, TransitState
from tests.support.carts import CONFIRM_BY, NOW, codes, item, offer, option
from tests.unit.checkout.test_cart import price_line

HANOI = Lying(
    centre_id=uuid4(), place_code="VN-DC", place_name="Hanoi DC", place_names={}, country="VN", currency="VND",
    status=Status.BONDED, left=40, days_left=5, places=frozenset({"VNHAN", "VN-DC"}),
)  # fmt: skip
FREE = replace(HANOI, status=Status.FREE, days_left=None)
LOCAL = make_ladder("VND", "FCA", "VNHAN", price=Decimal(90_000))


def line(lying=HANOI, *, quantity=10, basis=1, sold=None):
    sold = sold or offer()
    return price_line(
        replace(item(sold, quantity, basis), lying=lying), sold, destination="VNSGN", confirm_by=CONFIRM_BY,
        options=[option()], now=NOW,
    )  # fmt: skip


def test_bonded_goods_are_taken_on_a_price_in_the_country_of_their_centre():
    sold = offer()
    assert ladder_there(HANOI, sold, sold.ladders) == sold.ladders[1]
    with pytest.raises(Refused) as caught:
        ladder_there(HANOI, sold, sold.ladders[:1])
    assert caught.value.errors[0].accepted == "FCA or DAP at a place in VN"
    with pytest.raises(Conflict, match="not_sold_there"):
        ladder_there(replace(HANOI, status=None), sold, sold.ladders)


def test_free_goods_are_taken_of_a_domestic_seller_in_local_currency():
    sold = offer(country="VN", ladders=(*offer().ladders, LOCAL))
    assert ladder_there(FREE, sold, sold.ladders) == LOCAL
    (problem,) = problems_there(FREE, offer(), offer().ladders[1], quantity=10)
    assert (problem.code, problem.facts["accepted"]) == ("sale_refused", "a company of VN; VND at a place in VN")


def test_a_line_says_why_it_cannot_be_taken():
    ladder = offer().ladders[1]
    assert problems_there(HANOI, offer(), ladder, quantity=40) == []
    (short,) = problems_there(HANOI, offer(), ladder, quantity=41)
    assert (short.code, short.facts) == ("lots_short", {"status": "bonded", "left": 40})
    (gone,) = problems_there(replace(HANOI, status=None), offer(), ladder, quantity=1)
    assert gone.code == "not_sold_there"
    assert [one.code for one in problems_there(HANOI, offer(packing=None), ladder, quantity=1)] == ["packing_unknown"]
    assert codes(line(quantity=15)) == ["quantity_changed"]


def test_a_line_from_a_centre_has_no_lorry_and_is_an_order_of_its_own():
    taken, sold = line(), offer()
    assert (taken.options, taken.chosen, taken.freight, taken.by_lorry) == ((), None, None, False)
    assert (taken.to_place, taken.problems) == ("VN-DC", ())
    at_home = price_line(
        item(sold, basis=1), sold, destination="VNSGN", confirm_by=CONFIRM_BY, options=[option()], now=NOW
    )
    free = line(FREE, sold=offer(country="VN", ladders=(LOCAL, LOCAL)), basis=1)
    cart = bundled("VNSGN", [taken, at_home, line()])
    assert [(bundle.place_code, len(bundle.lines)) for bundle in cart.bundles] == [("VN-DC", 2), ("VNHAN", 1)]
    bonded, ordinary = cart.bundles
    assert bonded.key.endswith(".THB.bonded")
    assert (bonded.lying, ordinary.lying) == (HANOI, None)
    assert (bonded.is_elsewhere("VNSGN"), bonded.is_elsewhere("VN-DC"), bonded.is_elsewhere(None)) == (
        True, False, False,
    )  # fmt: skip
    assert not cart.is_freight_unknown
    assert free.item.lying is FREE


def test_a_sale_goes_on_as_it_is_drawn():
    assert SALE.apply(SaleState.PROMISED, after_security(Status.BONDED)) is SaleState.TO_RELEASE
    assert SALE.apply(SaleState.PROMISED, after_security(Status.FREE)) is SaleState.READY
    assert SALE.apply(SaleState.READY, "hand_over") is SaleState.HANDED_OVER
    assert all(SALE.allows(state, "cancel") for state in WHOLE)
    assert set(PROMISING) - set(WHOLE) == {SaleState.PARTLY_HANDED}
    assert SALE.apply(SaleState.PARTLY_HANDED, "run_short") is SaleState.HANDED_OVER
    with pytest.raises(Conflict, match="state"):
        SALE.apply(SaleState.HANDED_OVER, "cancel")
    assert all(SALE.actions(state) for state in WAITS)


@pytest.mark.parametrize("units", [0, 81])
def test_no_more_is_handed_over_than_was_promised(units):
    check_units(units=80, promised=80)
    with pytest.raises(Refused):
        check_units(units=units, promised=80)


@pytest.mark.parametrize(
    ("units", "complete", "after"),
    [(40, False, SaleState.PARTLY_HANDED), (40, True, SaleState.HANDED_OVER), (80, False, SaleState.HANDED_OVER)],
)
@pytest.mark.parametrize("before", [SaleState.READY, SaleState.PARTLY_HANDED])
def test_the_rest_waits_unless_nothing_follows(before, units, complete, after):
    assert SALE.apply(before, handing(units=units, promised=80, complete=complete)) is after


def test_which_part_came_is_named_where_several_are_on_their_way():
    one, other = uuid4(), uuid4()
    assert (chosen([], None), chosen([one], None), chosen([one, other], other)) == (None, one, other)
    assert chosen([one], other) is None
    with pytest.raises(Refused):
        chosen([one, other], None)


def test_goods_in_transit_go_all_at_once_to_another_place_of_the_regime():
    check_way(Regime.NATIONAL, here="VN-DC", there="VNSGN", countries=["VN", "VN"])
    for there, countries in (("VN-DC", ["VN", "VN"]), ("THBKK", ["VN", "TH"])):
        with pytest.raises(Refused):
            check_way(Regime.NATIONAL, here="VN-DC", there=there, countries=countries)
    check_all_at_once(units=80, promised=80, complete=False)
    check_all_at_once(units=40, promised=80, complete=True)
    with pytest.raises(Refused):
        check_all_at_once(units=40, promised=80, complete=False)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (TransitState.RELEASED, Step.OFFICE), (TransitState.RELEASED, Step.ARRIVE), (TransitState.ENQUIRY, Step.ARRIVE),
        (TransitState.ENQUIRY, Step.DISCHARGE), (TransitState.ARRIVED, Step.REMARK),
    ],
)  # fmt: skip
def test_goods_that_lie_in_the_centre_have_come_nowhere(state, step):
    assert after_step(state, step, is_here=False) is TRANSIT.apply(state, step)
    with pytest.raises(Conflict, match="transit_not_gone"):
        after_step(state, step, is_here=True)
    assert step in steps_of(state, is_here=False)
    assert step not in steps_of(state, is_here=True)


@pytest.mark.parametrize("state", ENGAGED)
def test_what_was_released_may_be_taken_back_while_nothing_left(state):
    assert after_step(state, Step.CANCEL, is_here=True) is TransitState.CANCELLED
    assert Step.CANCEL in steps_of(state, is_here=True)
    with pytest.raises(Conflict, match="state"):
        after_step(state, Step.CANCEL, is_here=False)
    assert SALE.apply(SaleState.READY, "await_release") is SaleState.TO_RELEASE


def test_goods_leave_while_their_guarantee_stands_and_come_with_their_movement():
    assert steps_of(TransitState.DRAFT, is_here=True) == (Step.LODGE, Step.CANCEL)
    check_guarantee(date(2026, 12, 1), date(2026, 12, 1))
    with pytest.raises(Conflict, match="guarantee_over"):
        check_guarantee(date(2026, 12, 1), date(2026, 12, 2))
    check_there(TransitState.ARRIVED)
    with pytest.raises(Conflict, match="transit_under_way"):
        check_there(TransitState.ENQUIRY)


@pytest.mark.parametrize("damaged", [-1, 81])
def test_no_more_is_damaged_than_was_handed_over(damaged):
    check_damaged(damaged=0, handed=80)
    check_damaged(damaged=80, handed=80)
    with pytest.raises(Refused):
        check_damaged(damaged=damaged, handed=80)


@given(st.lists(st.integers(1, 50), max_size=6), st.integers(0, 400))
def test_a_portion_is_as_many_units_as_there_are_of_the_first_lots(there, wanted):
    lots = [(uuid4(), units) for units in there]
    taken = portion(lots, wanted)
    assert sum(units for _, units in taken) == min(wanted, sum(there))
    assert [lot for lot, _ in taken] == [lot for lot, _ in lots][: len(taken)]
    assert all(0 < units <= dict(lots)[lot] for lot, units in taken)
