"""What a hub and a consignee count, and the case that is opened where it is not what was declared."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.logistics.rules.cargo import MeasuredUnit


class Stage(StrEnum):
    """Where goods were counted."""

    HANDOVER = "handover"
    RECEIPT = "receipt"


class DiscrepancyState(StrEnum):
    """Whether what is missing may still come."""

    OPEN = "open"
    MADE_GOOD = "made_good"
    SHORT = "short"


# What did not come before the lorry left is short: between merchant and buyer. What was loaded and did not arrive is
# lost: between the carrier and whoever bears the risk of the way.
DISCREPANCY: Final = Lifecycle(
    "discrepancy",
    {DiscrepancyState.OPEN: {"make_good": DiscrepancyState.MADE_GOOD, "leave_short": DiscrepancyState.SHORT}},
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Cartons as a hub counted, weighed and measured them: by the sides of the whole lot, or its volume.

    ``complete`` says that nothing more comes; until then the room of what is missing stays the line's.
    """

    cartons: int
    grams: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    volume_cm3: int | None = None
    remarks: str = ""
    override_reason: str = ""
    complete: bool = False

    @property
    def unit(self) -> MeasuredUnit:
        """The lot as the carrier weighs and measures it."""
        sides = (self.length_mm, self.width_mm, self.height_mm)
        return MeasuredUnit(self.cartons, self.grams, *sides, self.volume_cm3)


@dataclass(frozen=True, slots=True)
class Received:
    """Cartons as the consignee's side counted them; ``complete`` when nothing more is to come.

    ``confirmed``: however few came.
    """

    cartons: int
    damaged: int = 0
    remarks: str = ""
    complete: bool = True
    confirmed: bool = False


def check_count(received: Received, *, loaded: int, before: int) -> None:
    """Refuse ``cartons`` for more than were loaded and not counted ``before``.

    Conflict ``few_came`` for a last count with which less than half of what was loaded has come, until somebody says
    that it is right: what is missing is lost at once.
    """
    left, came = loaded - before, before + received.cartons
    if not 0 <= received.cartons <= left:
        code = "too_small" if received.cartons < 0 else "too_large"
        raise Refused.field("cartons", code, f"0 to {left} cartons")
    if received.complete and came * 2 < loaded and not received.confirmed:
        raise Conflict("few_came", came=came, loaded=loaded)


def shares(units: int, damaged_units: int, left: int, *, complete: bool) -> tuple[int, int, int]:
    """Return the units delivered whole, damaged and lost of what came now and what is left."""
    came = min(units, left)
    damaged = min(damaged_units, came)
    return came - damaged, damaged, left - came if complete else 0
