"""What is made of a line of the provider's books."""

import pytest

from marketplace.kernel.money import Money
from marketplace.payments.rules.bookings import ACTIONS, BOOKINGS, OPEN, BookingState, converted, judge
from marketplace.payments.rules.ledger import AccountKind, TransferKind, check_entries


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"is_known": False, "booked": None, "booked_fee": 0}, BookingState.UNMATCHED),
        ({"is_known": True, "booked": None, "booked_fee": 0}, BookingState.MISSING),
        ({"is_known": True, "booked": 99, "booked_fee": -3}, BookingState.DIFFERS),
        ({"is_known": True, "booked": 100, "booked_fee": -2}, BookingState.DIFFERS),
        ({"is_known": True, "booked": 100, "booked_fee": -3}, BookingState.MATCHED),
    ],
)
def test_a_line_is_alike_to_the_last_unit_or_it_is_not(facts, state):
    assert judge(amount=100, fee=3, **facts) is state


def test_what_is_open_can_become_anything_else_that_is_judged():
    for state in OPEN:
        for judged, action in ACTIONS.items():
            assert judged is state or BOOKINGS.allows(state, action)


def test_what_the_provider_changes_balances_in_each_currency():
    entries = converted(Money(1_000, "CNY"), Money(190, "SGD"))
    check_entries(TransferKind.PROVIDER_CONVERTED, entries)
    moved = {(ref.kind, ref.currency): amount.minor for ref, amount in entries}
    assert moved == {
        (AccountKind.PROVIDER_CLEARING, "CNY"): -1_000,
        (AccountKind.PROVIDER_EXCHANGE, "CNY"): 1_000,
        (AccountKind.PROVIDER_CLEARING, "SGD"): 190,
        (AccountKind.PROVIDER_EXCHANGE, "SGD"): -190,
    }
