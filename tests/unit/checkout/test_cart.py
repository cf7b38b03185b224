"""Bundles, departures and totals of a cart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details.dangerous import Hindrance
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.checkout.rules.cargo import Bar
from marketplace.checkout.rules.cart import CartLine, GoneLine, bundled, price_line, price_sample
from marketplace.checkout.rules.options import MOST_OPTIONS, choose
from marketplace.kernel.money import Money
from marketplace.orders.rules.samples import PlacedSample, Way
from tests.support.carts import CONFIRM_BY, LADDERS, MERCHANTS, NOW, codes, item, line, offer, option


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(1, 500)), max_size=12))
def test_every_line_is_in_one_bundle_and_in_the_totals_once(rows):
    lines = [line(offer(merchant_id=MERCHANTS[who]), quantity=tens * 10, basis=basis) for who, basis, tens in rows]
    cart = bundled("VNHAN", lines)
    assert len(cart.lines) == len(lines)
    assert len({bundle.key for bundle in cart.bundles}) == len({(who, basis) for who, basis, _ in rows})
    for currency, kind in (("CNY", "goods"), ("THB", "goods"), ("CNY", "freight")):
        shown = sum(one.money.minor for one in cart.totals if (one.money.currency, one.kind) == (currency, kind))
        amounts = [one.amount if kind == "goods" else one.freight for one in lines]
        assert shown == sum(one.minor for one in amounts if one is not None and one.currency == currency)


def test_freight_is_included_where_the_seller_carries_the_goods():
    assert line(basis=0).freight == Money(1_000, "CNY")
    assert line(basis=1).freight is None
    assert line(basis=1).freight_included


def test_the_earliest_arrival_with_room_and_tariff_is_chosen():
    full, unpriced, good = option(1, fits=False), option(2, freight=None), option(3)
    assert choose([full, unpriced, good], None, needs_room=True) == good
    assert choose([full, unpriced], None, needs_room=True) is None
    assert choose([full, unpriced], None, needs_room=False) == full
    assert choose([unpriced], None, needs_room=False) is None
    assert choose([full, good], full.departure_id, needs_room=True) == full


def test_a_departure_that_does_not_take_the_goods_is_chosen_only_by_name_and_says_why():
    barred, full = option(1, bar=Bar.SEGREGATION), option(2, fits=False)
    assert choose([barred, full], None, needs_room=False) == full
    assert choose([barred], None, needs_room=True) is None
    found = line(options=[barred, full], wanted=barred.departure_id)
    assert codes(found) == ["departure_barred"]
    assert found.problems[0].facts == {"why": "segregation", "departure": str(barred.departure_id)}


def test_a_departure_that_the_merchants_silence_would_miss_is_chosen_only_for_want_of_a_safe_one_with_room():
    tight, safe, full = option(1, tight=True), option(3), option(2, fits=False)
    assert choose([tight, full, safe], None, needs_room=True) == safe
    assert choose([tight, full], None, needs_room=False) == tight
    assert choose([tight, safe], tight.departure_id, needs_room=True) == tight


def test_a_departure_that_is_no_longer_possible_names_the_next_one():
    gone, coming = uuid4(), option(2)
    found = line(options=[coming], wanted=gone)
    assert (codes(found), found.chosen) == (["departure_missed"], coming)
    assert found.problems[0].facts["next"] == str(coming.departure_id)
    assert codes(line(options=[coming], wanted=coming.departure_id)) == []


def test_the_chosen_departure_is_among_those_shown_however_late_it_is():
    many = [option(day, tight=day < 15) for day in range(1, 17)]
    found = line(options=many)
    assert found.chosen == many[14]
    assert found.options == (*many[: MOST_OPTIONS - 1], many[14])
    assert line(options=many[:MOST_OPTIONS]).options == tuple(many[:MOST_OPTIONS])


def test_a_line_says_why_it_cannot_be_ordered():
    assert codes(line(offer(moq=20))) == ["quantity_changed"]
    assert codes(line(offer(packing=None))) == ["packing_unknown"]
    assert codes(line(destination=None)) == ["destination_missing"]
    assert codes(line(options=[])) == ["no_departure"]
    dear = (make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal(10**11)),)
    assert codes(line(offer(ladders=dear), quantity=100)) == []
    assert codes(line(offer(ladders=dear, available=200), quantity=110)) == ["amount_too_large"]
    assert isinstance(line(), CartLine)
    assert codes(line()) == []


def test_no_courier_takes_dangerous_goods_or_what_may_be_some():
    sample = PlacedSample(
        id=uuid4(), reference="SMP-1", way=Way.COURIER, goods=Money(500, "CNY"), courier=Money(200, "CNY"),
        customs=Money(500, "CNY"), lead_days=3, courier_days=5, credit_days=None, credit_least=None,
    )  # fmt: skip

    def sent(**facts):
        sold = offer(**facts)
        found = price_sample(
            item(sold), sold, sample, destination="VNHAN", confirm_by=CONFIRM_BY, options=[option()],
        )  # fmt: skip
        assert (found.amount, found.chosen, found.options) == (Money(700, "CNY"), None, ())
        return codes(found)

    assert sent() == []
    assert sent(hindrance=Hindrance.UNDECIDED, packing=None) == ["dangerous_undecided"]
    assert sent(hindrance=Hindrance.NOT_CARRIED, packing=None) == ["dangerous_not_carried"]
    assert sent(dangerous={"answer": "dangerous"}) == ["dangerous_courier"]


def test_a_certificate_ends_by_the_day_on_which_the_lorry_leaves_where_it_leaves():
    until = date(2026, 12, 1)
    leaves = datetime(2026, 12, 1, 17, tzinfo=UTC)  # 01:00 of the second in China
    lorry = option(departs_at=leaves, departs_zone="Asia/Shanghai")
    assert "certificate_ends" in codes(line(offer(certified_until=until), options=[lorry]))
    lorry = option(departs_at=leaves, departs_zone="UTC")
    assert "certificate_ends" not in codes(line(offer(certified_until=until), options=[lorry]))


def test_a_price_basis_that_is_no_longer_offered_is_gone_and_not_in_the_totals():
    sold = offer()
    gone = price_line(
        item(sold), replace(sold, ladders=LADDERS[1:]), destination="VNHAN", confirm_by=CONFIRM_BY, now=NOW, options=[]
    )
    assert isinstance(gone, GoneLine)
    cart = bundled("VNHAN", [gone])
    assert (cart.totals, cart.bundles, len(cart.gone)) == ((), (), 1)
    assert gone.problem.facts["accepted"] == "THB DAP VNHAN"


def test_prices_that_are_not_for_the_asker_to_read_are_hidden_and_not_gone():
    found = line(offer(ladders=()))
    assert isinstance(found, GoneLine)
    assert (found.problem.code, found.problem.facts) == ("price_hidden", {})


def test_a_deposit_is_due_while_the_first_lorry_keeps_room_for_goods_from_stock():
    sooner, later = (option(cutoff_cargo_at=NOW + timedelta(days=days)) for days in (3, 5))
    made = offer(lead_days=7)
    (bundle,) = bundled("VNHAN", [line(options=[one]) for one in (later, sooner)]).bundles
    assert bundle.deposit_until(NOW + timedelta(days=9)) == sooner.cutoff_cargo_at
    assert bundle.deposit_until(NOW + timedelta(days=2)) == NOW + timedelta(days=2)
    (unhurried,) = bundled("VNHAN", [line(made, options=[sooner])]).bundles
    assert unhurried.deposit_until(NOW + timedelta(days=9)) == NOW + timedelta(days=9)


def test_a_cart_is_orderable_when_nothing_is_said_against_any_of_it():
    assert bundled("VNHAN", [line()]).is_orderable
    assert not bundled("VNHAN", []).is_orderable
    assert not bundled("VNHAN", [line(), line(offer(packing=None))]).is_orderable
    gone = price_line(
        replace(item(offer()), place_code="CNCQI"),
        offer(),
        destination=None,
        confirm_by=CONFIRM_BY,
        now=NOW,
        options=[],
    )
    assert isinstance(gone, GoneLine)
    assert not bundled("VNHAN", [line(), gone]).is_orderable


def test_freight_that_is_owed_and_not_known_is_said():
    assert not bundled("VNHAN", [line(), line(basis=1, options=[])]).is_freight_unknown
    assert bundled("VNHAN", [line(), line(options=[])]).is_freight_unknown
    assert bundled("VNHAN", [line(options=[option(freight=None)])]).is_freight_unknown


def test_goods_go_elsewhere_only_where_the_seller_brings_them_to_another_place():
    bought, brought = (bundled("THBKK", [line(basis=basis)]).bundles[0] for basis in (0, 1))
    assert not bought.is_elsewhere("THBKK")
    assert brought.is_elsewhere("THBKK")
    assert not brought.is_elsewhere("VNHAN")
    assert not brought.is_elsewhere(None)
