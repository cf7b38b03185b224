"""Which side may end an order alone, by how far its goods are; beyond that both have to agree."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final, Literal

from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.states import AT_MERCHANT, BEFORE_PACKING, ENDED, LineState, OrderState

# Units that were taken off an order: no longer anybody's to bring.
TAKEN_OFF: Final = frozenset({LineState.REJECTED, LineState.CANCELLED})


class Stage(StrEnum):
    """How far an order is on its way, as far as ending it goes."""

    PLACED = "placed"
    STOCK = "stock"  # confirmed, its goods lie ready
    PRODUCTION = "production"  # something of it is made to order, or was made
    PACKED = "packed"
    GONE = "gone"  # something of it left its merchant, or the order is over


# Who may end an order alone at which stage. A buyer may besides end one that is late: see distribution's lateness.
ALONE: Final[dict[Stage, tuple[Literal["buyer", "merchant"], ...]]] = {
    Stage.PLACED: ("buyer", "merchant"),
    Stage.STOCK: ("buyer", "merchant"),
    Stage.PRODUCTION: ("merchant",),
    Stage.PACKED: (),
    Stage.GONE: (),
}
# Until then both together may.
TOGETHER: Final = frozenset(Stage) - {Stage.GONE}


def stage_of(state: OrderState, lines: Iterable[tuple[Parts, bool]]) -> Stage:
    """Return the stage of an order whose lines stand so; each line's flag says whether it is made to order."""
    if state in ENDED:
        return Stage.GONE
    if state is OrderState.PLACED:
        return Stage.PLACED
    stages = {_of_line(standing(parts), is_made=is_made) for parts, is_made in lines}
    order = list(Stage)
    furthest = max((order.index(stage) for stage in stages), default=order.index(Stage.STOCK))
    return order[furthest]


def standing(parts: Parts) -> dict[LineState, int]:
    """Return the parts of a line that still count: those taken off it are nobody's business any longer."""
    return {state: quantity for state, quantity in parts.items() if state not in TAKEN_OFF}


def alone(stage: Stage, *, is_forfeit: bool = False) -> tuple[Literal["buyer", "merchant"], ...]:
    """Return who may end an order at this stage without asking the other.

    ``is_forfeit``: a card's bank took its money and nothing of it is held any more. Then the merchant ends it as long
    as the goods are with him: whoever has his money back has no reason to agree.
    """
    return ("merchant",) if is_forfeit and stage is Stage.PACKED else ALONE[stage]


def may_alone(stage: Stage, side: str) -> bool:
    """Tell whether buyer or merchant may end an order at this stage without asking the other."""
    return side in alone(stage)


def _of_line(states: Collection[LineState], *, is_made: bool) -> Stage:
    if not set(states) <= AT_MERCHANT:
        return Stage.GONE
    if not set(states) <= BEFORE_PACKING:
        return Stage.PACKED
    return Stage.PRODUCTION if is_made and states else Stage.STOCK
