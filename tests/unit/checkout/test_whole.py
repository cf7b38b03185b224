"""A cart takes whole lorries: all lines that go by one share its price, or none does."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from marketplace.checkout.rules.cargo import Bar
from marketplace.checkout.rules.cart import bundled, price_line
from marketplace.checkout.rules.changes import changes_of
from marketplace.checkout.rules.whole import CODE, is_choice_of_another, lost, offer_of, taken
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.terms import WholeLorry
from tests.support.carts import CONFIRM_BY, NOW, codes, item, line, offer, option

LORRY = WholeLorry(Money(50_000, "CNY"), 120, Money(8_000, "CNY"))


def lorry(minor=1_000, **more):
    return option(freight=Money(minor, "CNY"), **{"whole": LORRY, "is_empty": True} | more)


def on(one, **more):
    return line(offer(**more), options=[one], wanted=one.departure_id)


def cart_of(*lines):
    return bundled("VNHAN", lines)


def whys(cart):
    return [one.facts["why"] for found in cart.lines for one in found.problems if one.code == CODE]


def test_all_lines_on_it_share_the_price_and_others_pay_by_weight():
    one, other = lorry(2_000), lorry(700)
    heavier = replace(one, freight=Money(1_000, "CNY"))
    cart = taken(cart_of(on(one), on(heavier), on(other)), {one.departure_id})
    assert [found.freight.minor for found in cart.lines] == [33_333, 16_667, 700]
    assert [found.whole and found.whole.by_weight.minor for found in cart.lines] == [2_000, 1_000, None]
    assert [total.money.minor for total in cart.totals if total.kind == "freight"] == [50_700]
    assert cart.lines[0].chosen.made is None
    assert (cart.is_orderable, is_choice_of_another(cart)) == (True, False)


def test_a_departure_that_no_line_goes_by_changes_nothing():
    cart = cart_of(on(lorry()))
    assert taken(cart, {uuid4()}) == taken(cart, ()) == cart


def test_of_several_prices_on_the_way_the_dearest_counts_and_of_several_currencies_none():
    one = lorry()
    dearer = replace(one, whole=replace(LORRY, price=Money(60_000, "CNY")))
    cart = taken(cart_of(on(one), on(dearer)), {one.departure_id})
    assert sum(found.freight.minor for found in cart.lines) == 60_000
    foreign = replace(one, whole=replace(LORRY, price=Money(60_000, "THB")))
    assert whys(taken(cart_of(on(one), on(foreign)), {one.departure_id})) == ["no_price", "no_price"]


def test_each_line_that_cannot_go_by_it_says_why_and_then_none_does():
    one = lorry()
    unpriced = line(options=[replace(one, freight=None)], wanted=one.departure_id)
    cart = cart_of(
        on(one), on(one, lead_days=5), line(basis=1, options=[one]), on(replace(one, whole=None)), unpriced
    )  # fmt: skip
    found = taken(cart, {one.departure_id})
    assert whys(found) == ["made_to_order", "no_price", "no_price", "freight_included"]
    assert codes(found.lines[0]) == []
    assert found.lines[0].whole is None
    assert (found.is_orderable, is_choice_of_another(found)) == (False, True)
    assert not is_choice_of_another(replace(found, gone=(object(),)))


def test_goods_that_change_lorry_go_by_no_whole_one():
    first = lorry(cutoff_cargo_at=NOW)
    second = lorry(cutoff_cargo_at=NOW + timedelta(days=9), to_place="VNSGN")
    (change,) = changes_of([replace(first, to_place="VNHAN")], {"VNHAN": [second]}, is_dangerous=False)
    sold = offer()
    changing = price_line(
        item(sold), sold, destination="VNSGN", confirm_by=CONFIRM_BY, now=NOW, options=[], change=change
    )  # fmt: skip
    assert whys(taken(cart_of(changing), {second.departure_id})) == ["changes"]


def test_it_is_offered_while_it_is_empty_and_takes_the_goods():
    one = lorry()
    assert offer_of(on(one), one) == LORRY
    for change in ({"is_empty": False}, {"fits": False}, {"bar": Bar.SEGREGATION}, {"whole": None}, {"freight": None}):
        other = replace(one, **change)
        assert offer_of(on(other), other) is None
    assert offer_of(on(one, lead_days=3), one) is None
    assert offer_of(replace(on(one), sample=object()), one) is None


def test_a_lorry_that_somebody_else_is_on_now_is_lost_and_its_room_may_be_too():
    mine = lorry()
    assert lost(taken(cart_of(on(mine)), {mine.departure_id})) == {}
    assert lost(cart_of(on(lorry(is_empty=False)))) == {}
    for fits in (True, False):
        one = lorry(is_empty=False, fits=fits)
        found = taken(cart_of(on(one), on(lorry())), {one.departure_id})
        assert lost(found) == {found.lines[0].item.listing_id: fits}


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=9), st.integers(0, 10**9), st.data())
def test_whatever_is_chosen_the_freight_is_the_whole_price_or_that_by_weight(weights, price, data):
    one = lorry(whole=replace(LORRY, price=Money(price, "CNY")))
    breaks = data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)))
    lines = [
        on(replace(one, freight=Money(weight, "CNY")), lead_days=5 if broken else None)
        for weight, broken in zip(weights, breaks, strict=True)
    ]
    found = taken(cart_of(*lines), {one.departure_id})
    amounts = [each.freight.minor for each in found.lines]
    assert (sum(amounts) == price) if not any(breaks) else (amounts == weights)
    assert min(amounts) >= 0
    assert is_choice_of_another(found) is any(breaks)
