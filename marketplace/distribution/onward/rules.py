"""When goods that change lorry reach the second one, and how the two bookings stand to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from marketplace.distribution.rules.freight import LineSpace
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.logistics.itineraries.rules.changing import CHANGE_MINUTES
from marketplace.logistics.rules.cargo import MeasuredUnit

TRANSFER: Final = timedelta(minutes=CHANGE_MINUTES)


class RideState(StrEnum):
    """Whether both lorries take a line, the first alone, or none."""

    STANDS = "stands"
    LOST = "lost"
    ENDED = "ended"


RIDE: Final = Lifecycle(
    "onward_ride",
    {
        RideState.STANDS: {"lose": RideState.LOST, "end": RideState.ENDED},
        RideState.LOST: {"find": RideState.STANDS, "end": RideState.ENDED},
        # The line lost its first lorry and is booked again.
        RideState.ENDED: {"renew": RideState.STANDS},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RideSpace:
    """The second half of a line's way: ``space`` is booked for the ride, whose id stands where a line's else would.

    ``change_at`` is the place of change, ``tariff_id`` what the second carrier's freight was reckoned by.
    """

    line_id: UUID
    change_at: str
    tariff_id: UUID
    space: LineSpace

    @property
    def ride_id(self) -> UUID:
        """The ride."""
        return self.space.line_id


def ready_at(first_arrives_at: datetime) -> datetime:
    """Return from when goods are ready for the second lorry: unloaded, counted and stored anew."""
    return first_arrives_at + TRANSFER


def fits(*, first_arrives_at: datetime, cutoff_cargo_at: datetime) -> bool:
    """Tell whether goods of the first lorry are there before the second takes no more cargo."""
    return ready_at(first_arrives_at) < cutoff_cargo_at


class Lot(Protocol):
    """A unit as a hub measured it."""

    @property
    def cartons(self) -> int:
        """Cartons of it."""
        ...

    @property
    def grams(self) -> int:
        """Its weight."""
        ...

    @property
    def cm3(self) -> int:
        """Its volume."""
        ...


def taken_over(lots: Sequence[Lot], cartons: int) -> tuple[MeasuredUnit, ...]:
    """Return the units that the second carrier takes over where so many cartons came of what the first hub measured.

    Of a unit that came in part weight and volume are its cartons' share, never nothing.
    """
    found: list[MeasuredUnit] = []
    left = cartons
    for lot in lots:
        came = min(lot.cartons, left)
        if not came:
            break
        found.append(
            MeasuredUnit(
                cartons=came,
                grams=max(lot.grams * came // lot.cartons, 1),
                volume_cm3=max(lot.cm3 * came // lot.cartons, 1),
            )
        )
        left -= came
    return tuple(found)
