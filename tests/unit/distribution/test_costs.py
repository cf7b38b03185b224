"""Costs planned from rates, freight shared by what carries it, margins, invoices held against a plan."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.distribution.costs.rules import margin, matching, planning, sharing
from marketplace.distribution.costs.rules.margin import Margin
from marketplace.distribution.costs.rules.matching import Charge, Decision, InvoiceState, LineState, Reason
from marketplace.distribution.costs.rules.planning import UNITS, CostKind, Rate, Trip, Unit
from marketplace.distribution.costs.rules.sharing import Carried, Free, Posted
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import LARGEST_MINOR, Money, UnitPrice
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.rules.freight import chargeable
from tests.conftest import SOAK

COUNT = settings(max_examples=300 if SOAK else 40)
LORRY = UUID(int=1)
TRIP = Trip(km=1_000, legs=4, waits=(14 * 60, 90), swaps=1, transhipments=0, grams=12_345_678, stops=3)


def cny(minor):
    return Money(minor, "CNY")


def rate(kind, unit, price="2", *, vehicle=None, day=date(2026, 1, 1), free=0):
    return Rate(new_id(), kind, unit, vehicle, None, UnitPrice.of(price, "CNY"), free, day)


@pytest.mark.parametrize(
    ("kind", "unit", "free", "minor"),
    [
        (CostKind.HAULAGE, Unit.KM, 0, 200_000),
        (CostKind.HAULAGE, Unit.TRIP, 0, 200),
        (CostKind.TOLL, Unit.LEG, 0, 800),
        (CostKind.CROSSING, Unit.BORDER, 0, 400),
        (CostKind.SWAP, Unit.SWAP, 0, 200),
        (CostKind.LAST_MILE, Unit.STOP, 0, 600),
        # 12.346 t at 2 a tonne; of the two stays 2 hours begun count, then 12 and 0 beyond two free ones.
        (CostKind.DC, Unit.TONNE, 0, 2_469),
        (CostKind.WAITING, Unit.HOUR, 0, 3_200),
        (CostKind.WAITING, Unit.HOUR, 2, 2_400),
    ],
)
def test_a_rate_is_reckoned_on_what_its_unit_counts(kind, unit, free, minor):
    (made,), unknown = planning.plan([rate(kind, unit, free=free)], TRIP)
    assert (made.amount, unknown) == (cny(minor), ())


def test_what_comes_to_nothing_is_no_cost_and_what_cannot_be_reckoned_is_told():
    free, far = rate(CostKind.TRANSHIPMENT, Unit.TRANSHIPMENT), rate(CostKind.FUEL, Unit.KM)
    bare = Trip(km=None, legs=0, waits=(), swaps=0, transhipments=0, grams=0, stops=0)
    assert planning.plan([free, far], bare) == ((), (far,))


def test_the_newest_rate_by_the_day_counts_and_that_of_the_lorrys_own_kind_before_the_general():
    old, new = rate(CostKind.TOLL, Unit.LEG), rate(CostKind.TOLL, Unit.LEG, "3", day=date(2026, 3, 1))
    coming = rate(CostKind.TOLL, Unit.LEG, "9", day=date(2026, 9, 1))
    own = rate(CostKind.TOLL, Unit.LEG, "4", vehicle=LORRY)
    other = rate(CostKind.TOLL, Unit.LEG, "5", vehicle=UUID(int=2))
    mended = rate(CostKind.TOLL, Unit.LEG, "6", day=date(2026, 3, 1))
    day = date(2026, 5, 1)
    assert planning.in_force([old, new, coming, other], vehicle_id=LORRY, day=day) == (new,)
    assert planning.in_force([old, new, mended], vehicle_id=LORRY, day=day) == (mended,)
    assert planning.in_force([own, old, new], vehicle_id=LORRY, day=day) == (own,)
    two = [rate(CostKind.WAITING, Unit.HOUR), rate(CostKind.HAULAGE, Unit.TRIP)]
    assert planning.in_force(two, vehicle_id=LORRY, day=day) == (two[1], two[0])


def test_rates_and_costs_that_make_no_sense_are_refused():
    for kind, units in UNITS.items():
        for unit in units:
            planning.check_rate(kind, unit, free_hours=0)
    planning.check_rate(CostKind.WAITING, Unit.HOUR, free_hours=8)
    for kind, unit, free in ((CostKind.DC, Unit.KM, 0), (CostKind.TOLL, Unit.LEG, 1)):
        with pytest.raises(Refused):
            planning.check_rate(kind, unit, free_hours=free)
    planning.check_amount(cny(1))
    for minor in (0, -1, LARGEST_MINOR):
        with pytest.raises(Refused):
            planning.check_amount(cny(minor))


def test_a_cost_is_of_a_day_that_has_begun_somewhere():
    now = datetime(2026, 11, 30, 16, tzinfo=UTC)
    planning.check_day(date(2026, 12, 1), field="incurred_on", now=now)
    with pytest.raises(Refused) as refused:
        planning.check_day(date(2026, 12, 2), field="incurred_on", now=now)
    assert [(error.field, error.code) for error in refused.value.errors] == [("incurred_on", "future")]


LOADS = st.builds(
    Load,
    grams=st.integers(0, 30_000_000), cm3=st.integers(0, 90_000_000),
    ldm_mm=st.integers(0, 14_000), pallets=st.integers(0, 40),
)  # fmt: skip


@pytest.mark.soak
@COUNT
@given(st.integers(-(10**10), 10**12), st.lists(LOADS, min_size=1, max_size=6))
def test_the_shares_of_a_lines_freight_are_the_whole_and_fair(minor, loads):
    carried = [Carried(new_id(), new_id(), load) for load in loads]
    parts = sharing.shared(cny(minor), carried, m3_factor=333, ldm_factor=1_850)
    assert sum(part.minor for part in parts.values()) == minor
    weights = [chargeable(load, m3_factor=333, ldm_factor=1_850).grams for load in loads]
    whole = sum(weights)
    for one, weight in zip(carried, weights, strict=True):
        if whole:
            assert abs(parts[one.booking_id].minor * whole - minor * weight) < whole


def test_what_is_free_has_its_reason_and_what_the_ledger_says_is_earned():
    assert sharing.why_free(None, had_contract=False) is Free.NO_CONTRACT
    assert sharing.why_free(None, had_contract=True) is Free.CANCELLED
    assert sharing.why_free(cny(0), had_contract=True) is Free.LET_OFF
    assert sharing.why_free(cny(1), had_contract=True) is None
    books = Posted(due=100, back=-30, charges=-5, released=7)
    assert (books.earned(is_cancelled=False), books.earned(is_cancelled=True)) == (77, 72)


AMOUNTS = st.lists(
    st.builds(Money, minor=st.integers(-(10**9), 10**9), currency=st.sampled_from(["CNY", "VND", "THB", "USD"])),
    max_size=12,
)  # fmt: skip
RATES = {"VND": Decimal("0.0002731100"), "THB": Decimal("0.2200000000")}


@pytest.mark.soak
@COUNT
@given(AMOUNTS)
def test_a_sum_is_what_its_parts_are_shown_as_and_names_what_no_rate_brings_in(amounts):
    found = margin.summed(amounts, "CNY", RATES)
    shown = [margin.converted(one, "CNY", RATES) for one in amounts]
    assert found.total.minor == sum(one.minor for one in shown if one is not None)
    assert found.missing == {one.currency for one in amounts if one.currency == "USD"}
    for one, there in zip(amounts, shown, strict=True):
        if one.currency == "CNY":
            assert there == one
        elif there is not None:
            assert abs(there.amount - one.amount * RATES[one.currency]) <= Decimal("0.005")


def test_margins_and_what_a_tonne_and_a_teu_kilometre_cost():
    found = Margin(cny(10_000), cny(7_500))
    assert (found.left, found.basis_points) == (cny(2_500), 2_500)
    assert Margin(cny(0), cny(5)).basis_points is None
    assert Margin(cny(100), cny(150)).basis_points == -5_000
    assert margin.per_tonne(cny(9_000), 4_500_000) == cny(2_000)
    assert margin.per_tonne(cny(9_000), 0) is None
    assert [margin.teu_quarters(mm) for mm in (13_600, 12_000, 5_900, 100)] == [9, 8, 4, 1]
    assert margin.per_teu_km(cny(225_000), ldm_mm=13_600, km=1_000) == cny(100)
    assert margin.per_teu_km(cny(225_000), ldm_mm=13_600, km=None) is None
    full = margin.fill(Load(5, 3, 0, 33), Load(10, 4, 0, 33))
    assert full == dict(zip(DIMENSIONS, (500, 750, 0, 1_000), strict=True))


ONE, TWO = (Charge(UUID(int=number), CostKind.HAULAGE) for number in (1, 2))


def test_a_charge_matches_within_the_tolerance_and_never_what_may_be_asked_for_twice():
    def verdict(asked, planned, *, doubles=()):
        plan = {} if planned is None else {ONE: cny(planned)}
        return matching.weigh({ONE: asked}, planned=plan, doubles=doubles, borne={}, tolerance_bp=200)[ONE]

    assert verdict(cny(10_200), 10_000).matches
    assert verdict(cny(9_800), 10_000).matches
    over = verdict(cny(10_201), 10_000)
    assert (over.matches, over.difference) == (False, cny(201))
    assert not verdict(cny(1), 0).matches
    bare = verdict(cny(5), None)
    assert (bare.matches, bare.difference) == (False, None)
    assert not verdict(None, 10_000).matches
    twice = verdict(cny(10_000), 10_000, doubles={ONE})
    assert (twice.matches, twice.is_double) == (False, True)


@pytest.mark.soak
@COUNT
@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from([ONE, TWO])), min_size=1, max_size=20),
    st.integers(1, 10**9), st.integers(0, 2_000),
)  # fmt: skip
def test_matching_one_invoice_after_another_never_accepts_more_than_the_plan_and_its_tolerance(asked, plan, tolerance):
    left, spent = {ONE: cny(plan), TWO: cny(plan)}, {ONE: 0, TWO: 0}
    for minor, charge in asked:
        doubles = {one for one, sum_ in spent.items() if sum_}
        found = matching.weigh({charge: cny(minor)}, planned=left, doubles=doubles, borne={}, tolerance_bp=tolerance)[
            charge
        ]
        if found.matches:
            spent[charge] += minor
            left[charge] -= cny(minor)
    assert all(sum_ * 10_000 <= plan * (10_000 + tolerance) for sum_ in spent.values())


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ({LineState.OPEN, LineState.ACCEPTED}, InvoiceState.SUBMITTED),
        ({LineState.DIFFERS, LineState.MATCHED}, InvoiceState.DIFFERS),
        ({LineState.MATCHED, LineState.DISPUTED}, InvoiceState.MATCHED),
        ({LineState.ACCEPTED, LineState.SPLIT}, InvoiceState.DISPUTED),
        ({LineState.DISPUTED}, InvoiceState.DISPUTED),
        ({LineState.ACCEPTED}, InvoiceState.ACCEPTED),
    ],
)
def test_an_invoice_stands_where_its_lines_stand(states, state):
    assert matching.state_of(states) is state


def test_a_decision_says_how_much_is_accepted_and_why_not_all():
    asked = cny(100)
    assert matching.accepted(Decision.ACCEPT, asked, None, None) == asked
    assert matching.accepted(Decision.DISPUTE, asked, None, Reason.WRONG_RATE) == cny(0)
    assert matching.accepted(Decision.SPLIT, asked, cny(60), Reason.NO_PROOF) == cny(60)
    for decision, part, reason in (
        (Decision.ACCEPT, None, Reason.NO_PROOF),
        (Decision.DISPUTE, None, None),
        (Decision.DISPUTE, cny(1), Reason.NO_PROOF),
        (Decision.SPLIT, None, Reason.NO_PROOF),
        (Decision.SPLIT, asked, Reason.NO_PROOF),
        (Decision.SPLIT, cny(0), Reason.NO_PROOF),
    ):
        with pytest.raises(Refused):
            matching.accepted(decision, asked, part, reason)


def test_what_a_partner_bears_makes_the_plan_less_and_never_matches():
    found = matching.weigh(
        {ONE: cny(1_000), TWO: cny(500)},
        planned={ONE: cny(1_000), TWO: cny(500)},
        doubles=(),
        borne={ONE: cny(120)},
        tolerance_bp=2_000,
    )
    assert (found[ONE].matches, found[ONE].difference) == (False, cny(120))
    assert (found[TWO].matches, found[TWO].difference) == (True, cny(0))


def test_what_a_partner_bears_in_a_currency_without_a_rate_never_matches():
    asked = {ONE: cny(1_000), TWO: cny(500)}
    found = matching.weigh(asked, planned=asked, doubles=(), borne={ONE: None}, tolerance_bp=2_000)
    assert (found[ONE].matches, found[ONE].difference) == (False, None)
    assert found[TWO].matches
