"""When a declared consignment may be changed, and how much of it may be shipped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.rules.states import BookingState

LONGEST_NUMBER: Final = 35
MOST_CARTONS: Final = 1_000_000


class Side(StrEnum):
    """Of which side of the way a declaration is."""

    EXPORT = "export"
    IMPORT = "import"


class Change(StrEnum):
    """What happens to a consignment that was declared otherwise."""

    ROLL = "roll"
    REMOVE = "remove"
    TOP_UP = "top_up"


# Goods are declared once their room is promised, and not any more once they are counted.
DECLARABLE: Final = (
    BookingState.CONFIRMED,
    BookingState.CARGO_RECEIVED,
    BookingState.LOADED,
    BookingState.IN_TRANSIT,
    BookingState.ARRIVED,
)


@dataclass(frozen=True, slots=True)
class Lodged:
    """A declaration that stands: its number, how many cartons it is of, and the changes amended but not made yet.

    ``due``: changes that were made without an amendment, since the lorry was cancelled; each is to be amended.
    """

    id: UUID
    side: Side
    number: str
    cartons: int
    amended: frozenset[Change] = frozenset()
    due: frozenset[Change] = frozenset()


def check_entry(number: str, cartons: int, lodged_on: date, *, today: date) -> str:
    """Return the number as it is kept, or refuse ``number``, ``cartons`` or ``lodged_on``; ``today`` at its place."""
    kept = check_number(number)
    check_cartons(cartons)
    if lodged_on > today:
        raise Refused.field("lodged_on", "in_the_future", f"{today.isoformat()} or earlier")
    return kept


def check_number(number: str, *, field: str = "number") -> str:
    """Return a customs number in capitals without spaces, or refuse what is none: 4 to 35 letters, digits, - and /."""
    kept = "".join(number.split()).upper()
    if not (4 <= len(kept) <= LONGEST_NUMBER and kept.isascii() and kept.replace("-", "").replace("/", "").isalnum()):
        raise Refused.field(field, "customs_number", f"4 to {LONGEST_NUMBER} letters and digits")
    return kept


def check_cartons(cartons: int) -> None:
    """Refuse a count that no declaration says."""
    if not 1 <= cartons <= MOST_CARTONS:
        raise Refused.field("cartons", "range", f"1 to {MOST_CARTONS}")


def check_amended(change: Change, cartons: int | None, *, before: int) -> int:
    """Return how many cartons a declaration is of after a change; refuse ``cartons`` that do not fit the change."""
    if cartons is None:
        if change is Change.TOP_UP:
            raise Refused.field("cartons", "required")
        return before
    check_cartons(cartons)
    if change is Change.TOP_UP and cartons <= before:
        raise Refused.field("cartons", "too_small", f"more than {before}")
    if change is not Change.TOP_UP and cartons > before:
        raise Refused.field("cartons", "too_large", f"{before} or less")
    return cartons


def check_change(change: Change, declarations: Iterable[Lodged]) -> None:
    """Refuse a change for which not each declaration was amended: Conflict ``declared_locked`` names their numbers."""
    locked = [one.number for one in declarations if change not in one.amended]
    if locked:
        raise Conflict("declared_locked", change=str(change), numbers=", ".join(locked))


def check_shipped(cartons: int, declarations: Sequence[Lodged]) -> None:
    """Refuse to ship more cartons than some declaration is of: Conflict ``beyond_declared`` says how many too many."""
    for one in declarations:
        if cartons > one.cartons:
            raise Conflict(
                "beyond_declared",
                number=one.number,
                declared=one.cartons,
                cartons=cartons,
                gap=cartons - one.cartons,
            )


def check_settled(declarations: Iterable[Lodged]) -> None:
    """Refuse to load what was moved without an amendment: Conflict ``amendment_due`` names the numbers."""
    waiting = [one.number for one in declarations if one.due]
    if waiting:
        raise Conflict("amendment_due", numbers=", ".join(waiting))
