"""When a merchant is asked whether a day stands, and what a new word about it is."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle

# Days before the goods are to be ready.
ASKED_BEFORE: Final = (14, 7, 3)


class Word(StrEnum):
    """What a merchant said about the day."""

    CONFIRMED = "confirmed"
    MOVED = "moved"


class Standing(StrEnum):
    """How sure the day is."""

    PROMISED = "promised"
    CONFIRMED = "confirmed"
    MOVED = "moved"


class SlipReason(StrEnum):
    """Why goods are ready later than was said."""

    MATERIAL = "material"
    CAPACITY = "capacity"
    QUALITY = "quality"
    POWER = "power"
    WEATHER = "weather"
    BUYER = "buyer"
    OTHER = "other"


class AskState(StrEnum):
    """What came of asking."""

    OPEN = "open"
    STANDS = "stands"
    MOVED = "moved"
    UNANSWERED = "unanswered"
    OVER = "over"


_A = AskState
ASK: Final = Lifecycle(
    "ready_ask",
    {
        _A.OPEN: {"stand": _A.STANDS, "move": _A.MOVED, "lapse": _A.UNANSWERED, "end": _A.OVER},
        # A late answer is one.
        _A.UNANSWERED: {"stand": _A.STANDS, "move": _A.MOVED},
    },
)


def word(before: date | None, day: date, reason: SlipReason | None) -> Word:
    """Return what it is to name this day after that one; Refused ``reason`` for a later day without one."""
    if before is None or day == before:
        return Word.CONFIRMED
    if day > before and reason is None:
        raise Refused.field("reason", "required", ", ".join(SlipReason))
    return Word.MOVED


def due(day: date, *, said_on: date, today: date, asked: Collection[int]) -> int | None:
    """Return how many days before ``day`` the merchant is to be asked now; None where he is not.

    Of several times that were let pass the nearest counts, once; a time before the day was last named needs no asking.
    """
    reached = [days for days in ASKED_BEFORE if day - timedelta(days=days) <= today]
    if not reached or today >= day:
        return None
    nearest = min(reached)
    return nearest if nearest not in asked and said_on < day - timedelta(days=nearest) else None
