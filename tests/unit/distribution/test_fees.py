"""What is charged for goods that do not come, come late or are given up late, to whom, and how much."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.fees.rules import terms as rules
from marketplace.distribution.fees.rules.states import FEE, FeeState
from marketplace.distribution.fees.rules.terms import Basis, FeeKind, FeeRule, Left, Side
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice

CUTOFF = datetime(2026, 12, 4, 10, tzinfo=UTC)
NO_MINIMUM = Money(0, "CNY")


def rule(kind=FeeKind.NO_SHOW, **changes):
    made = FeeRule(
        id=new_id(),
        kind=kind,
        basis=Basis.PERCENT,
        share_bp=5_000,
        per_kg=None,
        minimum=Money.of("100", "CNY"),
        grace=timedelta(hours=1),
        free_until=timedelta(days=3),
        valid_from=date(2026, 1, 1),
        source="read",
        is_fictitious=False,
    )
    return replace(made, **changes)


def left(**changes):
    made = Left(reason="no_cargo", rolled=True, is_confirmed=True, has_cargo=False, cutoff_at=CUTOFF, at=CUTOFF)
    return replace(made, **changes)


def kind_of(found, **found_rules):
    return rules.kind_of(found, **{"no_show": rule(), "cancellation": rule(FeeKind.CANCELLATION)} | found_rules)


def same(amount):
    return amount


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, FeeKind.NO_SHOW),
        ({"at": CUTOFF - timedelta(minutes=1)}, None),  # closed early: there was time left
        ({"is_confirmed": False}, None),
        ({"has_cargo": True}, None),
        ({"reason": "departure_cancelled", "at": CUTOFF + timedelta(days=1)}, None),
        ({"reason": "not_loaded", "at": CUTOFF + timedelta(days=1)}, None),
        ({"reason": "late_first", "at": CUTOFF + timedelta(days=1)}, None),
        ({"reason": "no_onward", "rolled": False, "at": CUTOFF - timedelta(hours=1)}, None),
        ({"reason": "by_hand", "at": CUTOFF + timedelta(minutes=59)}, None),
        ({"reason": "by_hand", "at": CUTOFF + timedelta(hours=1)}, FeeKind.NO_SHOW),
        ({"reason": "ready_date", "at": CUTOFF - timedelta(minutes=1)}, None),
        ({"reason": "declined", "rolled": False, "at": CUTOFF - timedelta(hours=1)}, None),
        ({"reason": "declined", "rolled": False, "at": CUTOFF + timedelta(hours=1)}, FeeKind.NO_SHOW),
        ({"reason": "order_buyer", "rolled": False, "at": CUTOFF - timedelta(days=3)}, None),
        ({"reason": "order_buyer", "rolled": False, "at": CUTOFF - timedelta(days=2)}, FeeKind.CANCELLATION),
        ({"reason": "order_buyer", "rolled": False, "at": CUTOFF + timedelta(hours=1)}, FeeKind.NO_SHOW),
    ],
)
def test_what_leaves_a_lorry_is_charged_for_what_it_was(changes, kind):
    assert kind_of(left(**changes)) is kind


def test_without_a_rule_nothing_is_asked():
    late = left(reason="order_buyer", rolled=False, at=CUTOFF + timedelta(hours=2))
    assert kind_of(late, no_show=None) is FeeKind.CANCELLATION
    assert kind_of(late, no_show=None, cancellation=None) is None


@given(
    minutes=st.integers(-20_000, 20_000),
    reason=st.sampled_from(["no_cargo", "by_hand", "declined", "ready_date", "order_buyer", "plan", "not_loaded"]),
    rolled=st.booleans(),
    confirmed=st.booleans(),
    cargo=st.booleans(),
)
def test_goods_that_are_there_and_the_roads_doing_never_cost(minutes, reason, rolled, confirmed, cargo):
    found = left(
        reason=reason,
        rolled=rolled,
        is_confirmed=confirmed,
        has_cargo=cargo,
        at=CUTOFF + timedelta(minutes=minutes),
    )
    kind = kind_of(found)
    if cargo or not confirmed or reason in ("plan", "not_loaded"):
        assert kind is None
    if kind is FeeKind.NO_SHOW:
        assert minutes >= 0
    if kind is FeeKind.CANCELLATION:
        assert not rolled
        assert minutes > -3 * 24 * 60


def test_cargo_is_late_only_after_its_grace():
    late = rule(FeeKind.LATE_CARGO)
    assert not rules.is_late(late, cutoff_at=CUTOFF, at=CUTOFF + timedelta(hours=1))
    assert rules.is_late(late, cutoff_at=CUTOFF, at=CUTOFF + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize(
    ("kind", "incoterm", "reason", "side"),
    [
        (FeeKind.NO_SHOW, "FCA", "no_cargo", Side.MERCHANT),
        (FeeKind.NO_SHOW, "DAP", "order_buyer", Side.MERCHANT),
        (FeeKind.LATE_CARGO, "EXW", "", Side.BUYER),
        (FeeKind.CANCELLATION, "FCA", "order_buyer", Side.BUYER),
        (FeeKind.CANCELLATION, "EXW", "order_merchant", Side.MERCHANT),
        (FeeKind.CANCELLATION, "FCA", "order_late", Side.MERCHANT),
        (FeeKind.CANCELLATION, "FCA", "order_agreed", Side.MERCHANT),
        (FeeKind.CANCELLATION, "EXW", "order_change", Side.BUYER),
    ],
)
def test_who_hands_the_goods_over_or_cancels_owes_it(kind, incoterm, reason, side):
    assert rules.owed_by(kind, incoterm=incoterm, reason=reason) is side


def test_the_rule_of_the_day_counts_and_of_one_day_the_last():
    first, second = rule(valid_from=date(2026, 1, 1)), rule(valid_from=date(2026, 6, 1))
    third, other = rule(valid_from=date(2026, 6, 1)), rule(FeeKind.CANCELLATION)
    all_of = (first, second, third, other)
    in_force = lambda on: rules.in_force(all_of, kind=FeeKind.NO_SHOW, on=on)  # noqa: E731
    assert in_force(date(2025, 12, 31)) is None
    assert in_force(date(2026, 5, 31)) is first
    assert in_force(date(2026, 6, 1)) is third
    assert rules.in_force((second, first), kind=FeeKind.NO_SHOW, on=date(2026, 7, 1)) is second


def test_a_share_of_the_freight_is_at_least_the_least_charge():
    half = rule()
    assert rules.fee(half, freight=Money.of("1000", "CNY"), grams=1, convert=same) == Money.of("500", "CNY")
    assert rules.fee(half, freight=Money.of("10", "CNY"), grams=1, convert=same) == Money.of("100", "CNY")
    dollars = Money.of("10", "USD")
    assert rules.fee(half, freight=dollars, grams=1, convert=lambda _: None) == Money.of("5", "USD")


def test_a_price_by_weight_is_in_the_freights_currency_where_a_rate_is_known():
    by_kg = rule(basis=Basis.PER_KG, share_bp=0, per_kg=UnitPrice.of("0.20", "CNY"), minimum=Money.of("10", "CNY"))
    to_usd = lambda amount: Money.rounded(amount.amount / 10, "USD")  # noqa: E731
    freight = Money.of("100", "USD")
    assert rules.fee(by_kg, freight=freight, grams=1_000_000, convert=to_usd) == Money.of("20", "USD")
    assert rules.fee(by_kg, freight=freight, grams=1_000, convert=to_usd) == Money.of("1", "USD")
    assert rules.fee(by_kg, freight=freight, grams=1_000_000, convert=lambda _: None) == Money.of("200", "CNY")


@given(freight=st.integers(0, 10**9), share=st.integers(1, 10_000), least=st.integers(0, 10**6))
def test_a_fee_never_falls_as_freight_rises_and_keeps_its_bounds(freight, share, least):
    one = rule(share_bp=share, minimum=Money(least, "CNY"))
    small = rules.fee(one, freight=Money(freight, "CNY"), grams=0, convert=same)
    large = rules.fee(one, freight=Money(freight + 1_000, "CNY"), grams=0, convert=same)
    assert small <= large
    assert small.minor >= least
    assert small.minor <= max(least, freight)


@given(grams=st.integers(0, 30_000_000), micro=st.integers(1, 10**7))
def test_a_fee_by_weight_is_that_of_a_freight_of_this_price(grams, micro):
    one = rule(basis=Basis.PER_KG, share_bp=0, per_kg=UnitPrice(micro, "CNY"), minimum=NO_MINIMUM)
    found = rules.fee(one, freight=NO_MINIMUM, grams=grams, convert=same)
    exact = Decimal(micro) * grams / 10**7
    assert abs(found.minor - exact) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"share_bp": 0}, "percent"),
        ({"share_bp": 10_001}, "percent"),
        ({"basis": Basis.PER_KG}, "per_kg"),
        ({"basis": Basis.PER_KG, "per_kg": UnitPrice(0, "CNY")}, "per_kg"),
        ({"minimum": Money(-1, "CNY")}, "minimum"),
        ({"grace": timedelta(hours=25)}, "grace_minutes"),
        ({"free_until": timedelta(days=61)}, "free_days"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(changes, field):
    rules.check(rule())
    with pytest.raises(Refused) as refused:
        rules.check(rule(**changes))
    assert [error.field for error in refused.value.errors] == [field]


def test_what_is_let_off_stays_so():
    assert FEE.apply(FEE.apply(FeeState.CHARGED, "ask"), "waive") is FeeState.WAIVED
    with pytest.raises(Conflict):
        FEE.apply(FeeState.WAIVED, "charge")
