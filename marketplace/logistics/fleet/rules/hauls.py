"""Hauls: ranges of stops of a departure that a carrier other than that of its line drives."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.logistics.fleet.rules.assigning import Span


class HaulState(StrEnum):
    """Where a haul stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_S = HaulState
HAUL: Final = Lifecycle(
    "haul",
    {
        _S.OFFERED: {"accept": _S.ACCEPTED, "decline": _S.DECLINED, "withdraw": _S.WITHDRAWN},
        _S.ACCEPTED: {"withdraw": _S.WITHDRAWN},
    },
)
STANDING: Final = (_S.OFFERED, _S.ACCEPTED)


def within(haul: Span, first: int | None, last: int | None) -> tuple[int, int]:
    """Return the stops that a crew of a haul drives between, the whole haul where none is named."""
    return haul.first if first is None else first, haul.last if last is None else last


def errors_of(haul: Span, first: int, last: int, codes: list[str]) -> list[FieldError]:
    """Return what is wrong with the stops of a crew that are outside its haul; ``codes`` are those of the places."""
    errors: list[FieldError] = []
    if not haul.first <= first < haul.last:
        errors.append(FieldError("from_stop", "choice", ", ".join(codes[haul.first : haul.last])))
    if not haul.first < last <= haul.last:
        errors.append(FieldError("to_stop", "choice", ", ".join(codes[haul.first + 1 : haul.last + 1])))
    return errors


def is_aboard(first_stop: int, leaves_at: int | None) -> bool:
    """Tell whether goods ride on a haul: they leave the lorry behind its first stop (position; None: not known)."""
    return leaves_at is None or leaves_at > first_stop


def overlap(span: Span, others: Iterable[Span]) -> bool:
    """Tell whether some leg is in another range already."""
    return any(span.shares_legs(other) for other in others)
