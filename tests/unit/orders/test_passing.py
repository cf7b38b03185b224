"""Which events of a payment plan can still happen to goods that came so far."""

import pytest

from marketplace.orders.rules.passing import possible
from marketplace.orders.rules.states import LineState
from marketplace.payments.rules.terms import MilestoneEvent, Rail

E, L = MilestoneEvent, LineState


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        ({L.OPEN: 5}, E.READY),
        ({L.IN_PRODUCTION: 5}, E.READY),
        ({L.OPEN: 4, L.READY: 1}, E.HANDED_OVER),
        ({L.PACKED: 5}, E.HANDED_OVER),
        ({L.PACKED: 4, L.HANDED_OVER: 1}, E.EXPORT_RELEASED),
        # A border that nobody noted may be crossed already.
        ({L.IN_TRANSIT: 5}, E.DELIVERED),
        ({L.DELIVERED: 5}, E.ACCEPTED),
        ({L.LOST: 1, L.ACCEPTED: 4}, E.ACCEPTED),
        ({L.CANCELLED: 5}, E.READY),
    ],
)
def test_the_first_event_that_can_still_happen(parts, first):
    found = possible(rail=Rail.BANK, is_confirmed=True, lines=[parts])
    assert found == tuple(E)[tuple(E).index(first) :]


def test_the_line_that_is_furthest_decides():
    assert possible(rail=Rail.BANK, is_confirmed=True, lines=[{L.OPEN: 1}, {L.IN_TRANSIT: 1}])[0] is E.DELIVERED


def test_a_deposit_comes_only_to_what_a_provider_holds_before_the_order_is_confirmed():
    assert possible(rail=Rail.BANK, is_confirmed=False, lines=[{L.OPEN: 1}])[0] is E.READY
    assert possible(rail=Rail.CARD, is_confirmed=False, lines=[{L.OPEN: 1}])[0] is E.DEPOSIT
    assert possible(rail=Rail.CARD, is_confirmed=True, lines=[{L.OPEN: 1}])[0] is E.READY
    assert possible(rail=Rail.CARD, is_confirmed=False, lines=[]) == tuple(E)
