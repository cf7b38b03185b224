"""Counts, arrivals and transfers: what differs, who must look at it, and what follows what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.logistics.centres.rules.lots import LARGEST_QUANTITY


class Reason(StrEnum):
    """Why the shelf has another number than the books."""

    LOST = "lost"
    FOUND = "found"
    BROKEN = "broken"
    WRONG_BEFORE = "wrong_before"


class CountState(StrEnum):
    """A count sheet is open, waits for a second pair of eyes, and is booked or dropped."""

    OPEN = "open"
    WAITING = "waiting"
    BOOKED = "booked"
    DROPPED = "dropped"


COUNT: Final = Lifecycle(
    "count",
    {
        CountState.OPEN: {"book": CountState.BOOKED, "ask": CountState.WAITING, "drop": CountState.DROPPED},
        CountState.WAITING: {"book": CountState.BOOKED, "drop": CountState.DROPPED},
    },
)


class ArrivalState(StrEnum):
    """Goods that their owner announces to a centre."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"


ARRIVAL: Final = Lifecycle(
    "arrival",
    {ArrivalState.ANNOUNCED: {"receive": ArrivalState.RECEIVED, "withdraw": ArrivalState.WITHDRAWN}},
)


class TransferState(StrEnum):
    """Goods between two centres."""

    SENT = "sent"
    RECEIVED = "received"


TRANSFER: Final = Lifecycle("transfer", {TransferState.SENT: {"receive": TransferState.RECEIVED}})


@dataclass(frozen=True, slots=True)
class Counted:
    """What lies there of a lot, and why that differs."""

    units: int
    reason: Reason | None = None


def differences(expected: Mapping[UUID, int], counted: Mapping[UUID, Counted]) -> dict[UUID, int]:
    """Return by how much the lots of a sheet differ; those without a figure stay as they are.

    Refused names lots of other sheets, figures that are none, and differences without a reason.
    """
    errors: list[FieldError] = []
    found: dict[UUID, int] = {}
    for lot_id, one in counted.items():
        field = f"lots.{lot_id}"
        if lot_id not in expected:
            errors.append(FieldError(field, "unknown", "a lot of this sheet"))
        elif not 0 <= one.units <= LARGEST_QUANTITY:
            errors.append(FieldError(field, "whole_range", f"0 to {LARGEST_QUANTITY}"))
        elif one.units != expected[lot_id]:
            if one.reason is None:
                errors.append(FieldError(field, "reason_missing", ", ".join(Reason)))
            found[lot_id] = one.units - expected[lot_id]
    if errors:
        raise Refused.fields(*errors)
    return found


def needs_second(expected: Mapping[UUID, int], found: Mapping[UUID, int], *, percent: int) -> bool:
    """Tell whether a difference of any lot is above so many hundredths of what the books say."""
    return any(abs(by) * 100 > expected[lot_id] * percent for lot_id, by in found.items())


def check_second(*, counted_by: UUID | None, person_id: UUID) -> None:
    """Raise Conflict ``same_person`` for who counted and would confirm that, too."""
    if counted_by == person_id:
        raise Conflict("same_person")


def check_received(*, sent: int, received: int) -> None:
    """Refuse to receive more than was sent."""
    if not 0 <= received <= sent:
        raise Refused.field("quantity", "whole_range", f"0 to {sent}")
