"""What kind of way a chain of legs is."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from marketplace.logistics.rules.states import Carriage, Mode


class Form(StrEnum):
    """The forms of the corridor, and a ship by itself."""

    ROAD = "road"
    RAIL = "rail"
    RAIL_SEA = "rail_sea"
    SEA = "sea"


# From the one that spares the goods most to the one that handles them most.
_BY_HANDLING: Final = (Carriage.THROUGH, Carriage.SWAP, Carriage.TRANSHIP)


def form_of(modes: Collection[Mode]) -> Form:
    """Return the form of legs: what a train or a ship carries a part of the way is named after these."""
    if Mode.SEA in modes:
        return Form.RAIL_SEA if Mode.RAIL in modes else Form.SEA
    return Form.RAIL if Mode.RAIL in modes else Form.ROAD


def carriage_of(carriages: Collection[Carriage]) -> Carriage:
    """Return the carriage that handles the goods most; through for none."""
    return max(carriages, key=_BY_HANDLING.index, default=Carriage.THROUGH)
