"""Who may end an order alone, stage by stage."""

import pytest

from marketplace.orders.rules.cancelling import ALONE, TOGETHER, Stage, alone, may_alone, stage_of, standing
from marketplace.orders.rules.states import LineState as L
from marketplace.orders.rules.states import OrderState as O

STOCK, MADE = False, True


@pytest.mark.parametrize(
    ("state", "lines", "stage"),
    [
        (O.PLACED, [({L.OPEN: 4}, STOCK)], Stage.PLACED),
        (O.PLACED, [({L.OPEN: 4}, MADE)], Stage.PLACED),
        (O.CONFIRMED, [({L.OPEN: 4}, STOCK)], Stage.STOCK),
        (O.CONFIRMED, [({L.READY: 4}, STOCK)], Stage.STOCK),
        (O.CONFIRMED, [({L.IN_PRODUCTION: 4}, MADE)], Stage.PRODUCTION),
        (O.CONFIRMED, [({L.READY: 4}, MADE)], Stage.PRODUCTION),
        (O.CONFIRMED, [({L.OPEN: 4}, STOCK), ({L.IN_PRODUCTION: 1}, MADE)], Stage.PRODUCTION),
        (O.CONFIRMED, [({L.CANCELLED: 4}, MADE), ({L.OPEN: 1}, STOCK)], Stage.STOCK),
        (O.CONFIRMED, [({L.REJECTED: 4}, MADE), ({L.OPEN: 1, L.CANCELLED: 2}, STOCK)], Stage.STOCK),
        (O.IN_FULFILMENT, [({L.PACKED: 4}, STOCK), ({L.IN_PRODUCTION: 1}, MADE)], Stage.PACKED),
        (O.IN_FULFILMENT, [({L.PACKED: 2, L.HANDED_OVER: 2}, STOCK)], Stage.GONE),
        (O.DELIVERED, [({L.DELIVERED: 4}, STOCK)], Stage.GONE),
        (O.CANCELLED, [({L.CANCELLED: 4}, STOCK)], Stage.GONE),
        (O.REJECTED, [({L.REJECTED: 4}, STOCK)], Stage.GONE),
        (O.CONFIRMED, [], Stage.STOCK),
    ],
)
def test_an_order_is_as_far_as_its_furthest_goods(state, lines, stage):
    assert stage_of(state, lines) is stage


def test_the_table_of_who_may_end_what():
    assert {stage: ALONE[stage] for stage in Stage} == {
        Stage.PLACED: ("buyer", "merchant"),
        Stage.STOCK: ("buyer", "merchant"),
        Stage.PRODUCTION: ("merchant",),
        Stage.PACKED: (),
        Stage.GONE: (),
    }
    assert may_alone(Stage.PRODUCTION, "merchant")
    assert not may_alone(Stage.PRODUCTION, "buyer")
    # Whoever has his money back by his card's bank has no reason to agree.
    assert alone(Stage.PACKED, is_forfeit=True) == ("merchant",)
    assert alone(Stage.GONE, is_forfeit=True) == ()
    assert Stage.GONE not in TOGETHER
    assert standing({L.OPEN: 1, L.CANCELLED: 2, L.REJECTED: 3}) == {L.OPEN: 1}
