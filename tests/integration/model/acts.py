"""What may happen next, and how often it does; a refusal is an answer like any other."""

from collections.abc import Callable

from tests.integration.model import buying, house, moving, paying, trading
from tests.integration.model.world import HOUR, World, days

_CALLS = (
    "/v1/payment_intents", "/v1/payment_intents/*/capture", "/v1/payment_intents/*/cancel", "/v1/refunds",
    "/v1/refunds", "/v1/transfers", "/v1/transfers/*/reversals",
)  # fmt: skip
_FAULTS = ("timeout_before", "timeout_after", "timeout_after", "throttle", "break_before", "break_after")


def break_something(world: World) -> None:
    """Let the provider fail at one of the next calls, whether it did them or not."""
    fault = world.rng.choice(_FAULTS)
    world.double.switches.arm(fault, method="POST", path=world.rng.choice(_CALLS))
    world.happened(f"fault {fault}")


def hear(world: World) -> None:
    """Hear what the provider has to tell."""
    world.bring_notices()


def wait(world: World) -> None:
    """Let minutes, hours or days pass."""
    world.wait(world.rng.choice((120, 1_200, HOUR, 6 * HOUR, days(0.5), days(1), days(3))))


def rest(world: World) -> None:
    """Let a week pass in which nobody does anything: what waits for somebody lapses, debtors are reminded."""
    world.wait(days(7))


ACTS: tuple[tuple[Callable[[World], None], float], ...] = (
    (buying.place, 7),
    (buying.decide, 10),
    (buying.cancel, 2),
    (buying.end_late, 1),
    (buying.propose, 5),
    (buying.answer, 6),
    (buying.lend, 2),
    (moving.inspect, 4),
    (moving.fulfil, 18),
    (moving.hand_over, 12),
    (moving.lose_room, 1),
    (moving.book_again, 2),
    (moving.drive, 6),
    (moving.receive, 9),
    (moving.accept, 10),
    (moving.argue, 9),
    (paying.receive_money, 14),
    (paying.statement, 7),
    (paying.match_money, 6),
    (paying.show_slip, 3),
    (paying.give_back, 3),
    (trading.be_paid, 6),
    (trading.pay_back, 2),
    (trading.place_sale, 3),
    (house.pay_out, 9),
    (house.house_statement, 3),
    (house.place_house_money, 5),
    (house.doubt_money, 2),
    (house.pay_commission, 2),
    (house.send_back, 2),
    (house.end_hold, 1),
    (house.dispute, 4),
    (house.fill_balance, 2),
    (break_something, 4),
    (hear, 4),
    (wait, 5),
    (rest, 0.5),
)
