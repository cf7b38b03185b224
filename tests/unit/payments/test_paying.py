"""What money that came makes of a payment."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import LARGEST_MINOR, Money
from marketplace.payments.rules import paying, receipts
from marketplace.payments.rules.paying import (
    MILESTONE_OF,
    PAYMENTS,
    Open,
    PaymentState,
    Standing,
    check_split,
    meant,
    withdrawing,
)

MINOR = st.integers(0, 10**9)


def cny(minor):
    return Money(minor, "CNY")


@given(st.integers(1, 10**9), MINOR, st.integers(0, 20_000), st.booleans())
def test_a_standing_adds_up(amount, paid, tolerance, settled):
    found = paying.standing(amount=cny(amount), paid=cny(paid), tolerance=cny(tolerance), settled=settled)
    assert min(found.paid.minor, found.charges.minor, found.surplus.minor) >= 0
    assert not (found.charges and found.surplus)
    if found.action == "settle":
        assert found.paid + found.charges - found.surplus == cny(amount)
    else:
        assert paid < amount
        assert not settled
        assert not found.charges
        assert not found.surplus


@pytest.mark.parametrize(
    ("paid", "action", "charges", "surplus"),
    [
        (70_000, "settle", 0, 0),
        (57_000, "settle", 13_000, 0),
        (52_000, "settle", 18_000, 0),
        (51_999, "part", 0, 0),
        (70_001, "settle", 0, 1),
    ],
)
def test_short_within_the_tolerance_is_paid(paid, action, charges, surplus):
    found = paying.standing(amount=cny(70_000), paid=cny(paid), tolerance=cny(18_000), settled=False)
    assert (found.action, found.charges.minor, found.surplus.minor) == (action, charges, surplus)


def test_a_coin_does_not_settle_a_small_payment():
    found = paying.standing(amount=cny(100), paid=cny(49), tolerance=cny(18_000), settled=False)
    assert found.action == "part"
    assert paying.standing(amount=cny(100), paid=cny(50), tolerance=cny(18_000), settled=False).action == "settle"


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=5))
def test_an_allotment_uses_the_money_up(received, lacking):
    try:
        parts = paying.allot(cny(received), [cny(minor) for minor in lacking])
    except Refused:
        assert min(lacking[:-1], default=1) == 0 or sum(lacking[:-1]) >= received
        return
    assert sum(part.minor for part in parts) == received
    assert all(part.minor > 0 for part in parts)
    assert all(part.minor <= least for part, least in zip(parts[:-1], lacking[:-1], strict=True))


def test_every_payment_state_has_a_milestone_state():
    assert MILESTONE_OF.keys() == set(PaymentState)


def test_a_slip_stops_the_clock_and_a_settled_payment_only_takes_more_money():
    assert not PAYMENTS.allows(PaymentState.SLIP_RECEIVED, "lapse")
    assert PAYMENTS.actions(PaymentState.PAID) == ["settle", "withdraw", "withdraw_rest"]
    assert not PAYMENTS.actions(PaymentState.CANCELLED)


NOW = datetime(2026, 11, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 26), date(2026, 11, 25), date(2024, 11, 25)])
def test_a_receipt_of_a_possible_day_is_taken(day):
    receipts.check_receipt(cny(1), day, now=NOW)


@pytest.mark.parametrize(
    ("amount", "day", "fields"),
    [
        (0, date(2026, 11, 25), ["amount"]),
        (-1, date(2026, 11, 25), ["amount"]),
        (LARGEST_MINOR + 1, date(2026, 11, 25), ["amount"]),
        (1, date(2026, 11, 27), ["received_on"]),
        (0, date(2020, 1, 1), ["amount", "received_on"]),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(amount, day, fields):
    with pytest.raises(Refused) as refusal:
        receipts.check_receipt(cny(amount), day, now=NOW)
    assert [error.field for error in refusal.value.errors] == fields


@pytest.mark.parametrize(("minor", "is_likely"), [(548_000, True), (548_001, False), (9_999_999_900, False), (1, True)])
def test_far_more_than_is_open_is_looked_at_twice(minor, is_likely):
    due, tolerance = cny(480_000), cny(20_000)
    receipts.check_likely(cny(minor), due=due, tolerance=tolerance, confirmed=True)
    if is_likely:
        receipts.check_likely(cny(minor), due=due, tolerance=tolerance, confirmed=False)
        return
    with pytest.raises(Conflict) as refused:
        receipts.check_likely(cny(minor), due=due, tolerance=tolerance, confirmed=False)
    assert refused.value.code == "amount_unlikely"
    assert refused.value.facts["due"] == "4800.00 CNY"


@pytest.mark.parametrize(
    ("paid", "charges", "surplus", "action"),
    [(0, 0, 0, "withdraw"), (40, 0, 0, "withdraw_rest"), (98, 2, 0, "settle"), (120, 0, 20, "settle")],
)
def test_withdrawing_a_receipt_leaves_what_came_before_it(paid, charges, surplus, action):
    before = Standing(cny(paid), cny(charges), cny(surplus), "part")
    assert withdrawing(amount=cny(100), before=before) == action


def test_a_slip_is_disputed_for_what_has_not_come():
    assert paying.disputing(paid=cny(0)) == "dispute"
    assert paying.disputing(paid=cny(1)) == "dispute_rest"


def test_money_without_a_reference_is_meant_by_amount_and_payer():
    ids = [new_id() for _ in range(4)]
    waiting = [
        Open(ids[0], cny(3_000_00), "Hanoi Parts"),
        Open(ids[1], cny(3_000_00), "Other"),
        Open(ids[2], cny(3_100_00), "Hanoi Parts"),
        Open(ids[3], Money(3_000_00, "USD"), "Hanoi Parts"),
    ]
    allowed = cny(180_00)
    assert meant(cny(3_000_00), sender=" HANOI parts", waiting=waiting, tolerance=allowed) == (
        (ids[0], ids[2]), "amount_and_payer",
    )  # fmt: skip
    assert meant(cny(3_000_00), sender="", waiting=waiting, tolerance=cny(0)) == ((ids[0], ids[1]), "amount")
    assert meant(cny(9_00), sender="Other", waiting=waiting, tolerance=allowed) == ((), "")


def test_a_split_names_each_payment_once_and_sums_up():
    check_split(Money(5, "CNY"), [Money(2, "CNY"), Money(3, "CNY")], payments=2)
    for parts, payments in (
        ([Money(5, "CNY")], 2),
        ([Money(2, "CNY"), Money(3, "USD")], 2),
        ([Money(6, "CNY"), Money(-1, "CNY")], 2),
        ([Money(2, "CNY"), Money(2, "CNY")], 2),
    ):
        with pytest.raises(Refused):
            check_split(Money(5, "CNY"), parts, payments=payments)
