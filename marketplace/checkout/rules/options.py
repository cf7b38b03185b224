"""The departures, and the ways with a change, by which a line can go, and which of them it goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from marketplace.checkout.rules.cargo import Bar
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.made import Made
from marketplace.logistics.pricing.rules.terms import WholeLorry
from marketplace.logistics.rules.freight import Rates

# Departures shown for a line.
MOST_OPTIONS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The shipment that a line's freight is a share of: its chargeable weight, what it costs, and of how many lines."""

    chargeable_g: int
    charge: Money
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A departure that can carry a line, with the freight of that line; ``fits`` tells whether there is room now.

    It is ``tight`` when a merchant who takes all his time to confirm is too late for it: he must do so before
    ``confirm_before``, else the line is rolled to a later one. ``bar`` is why it does not take these goods at all.

    ``load`` is what the line needs, ``room`` what is left of the ``capacity``. ``whole`` is what all of it costs
    while the lorry ``is_empty``. ``freight`` is a share where the line is sent ``together`` with others.
    """

    departure_id: UUID
    reference: str
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    to_place: str
    departs_at: datetime
    departs_zone: str
    cutoff_cargo_at: datetime
    arrives_at: datetime
    arrives_zone: str
    freight: Money | None
    chargeable_g: int
    binding: str
    tariff_id: UUID | None
    carrier_id: UUID | None
    fits: bool
    confirm_before: datetime
    tight: bool
    bar: Bar | None = None
    made: Made | None = None
    whole: WholeLorry | None = None
    is_empty: bool = False
    load: Load
    room: Load
    capacity: Load
    rates: Rates | None = None
    together: Together | None = None

    @property
    def is_large_enough(self) -> bool:
        """Whether it could carry the line if it were empty."""
        return self.load.fits(self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A way by two departures with a change between them; it ``waits`` until the second takes no more cargo."""

    first: Option
    second: Option
    waits: timedelta
    bar: Bar | None = None

    @property
    def fits(self) -> bool:
        """Whether both have room now."""
        return self.first.fits and self.second.fits


def choose(options: Sequence[Option], wanted: UUID | None, *, needs_room: bool) -> Option | None:
    """Return the wanted departure if it is among these; else the first to arrive, with a tariff, that is safe.

    That is one with room whose merchant may take all his time to confirm; where there is none, one with room that
    needs him to be quicker. Goods made to order, which need no room yet, may be aimed at one that is full now.
    """
    for option in options:
        if option.departure_id == wanted:
            return option
    able = [
        option
        for option in options
        if option.freight is not None and option.bar is None and (option.fits if needs_room else option.is_large_enough)
    ]
    return min(able, key=lambda option: (not option.fits, option.tight), default=None)


def shown(options: Sequence[Option], chosen: Option | None) -> tuple[Option, ...]:
    """Return the first options, the chosen one among them wherever it stands."""
    first = tuple(options[:MOST_OPTIONS])
    return first if chosen is None or chosen in first else (*first[:-1], chosen)
