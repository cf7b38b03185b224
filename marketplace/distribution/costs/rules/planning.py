"""What a departure is expected to cost: rates of its line, reckoned on what its legs and its load are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import LARGEST_MINOR, Money, UnitPrice

# Quantities are kept in thousandths: a kilogram is a thousandth of a tonne.
ONE: Final = 1_000
_BILLION: Final = 10**9


class CostKind(StrEnum):
    """What is paid for to run a lorry."""

    HAULAGE = "haulage"
    FUEL = "fuel"
    TOLL = "toll"
    CROSSING = "crossing"
    SWAP = "swap"
    TRANSHIPMENT = "transhipment"
    PERMIT = "permit"
    DC = "dc"
    LAST_MILE = "last_mile"
    WAITING = "waiting"


class Unit(StrEnum):
    """What a rate is for."""

    TRIP = "trip"
    KM = "km"
    LEG = "leg"
    BORDER = "border"
    SWAP = "swap"
    TRANSHIPMENT = "transhipment"
    TONNE = "tonne"
    STOP = "stop"
    HOUR = "hour"


UNITS: Final[dict[CostKind, tuple[Unit, ...]]] = {
    CostKind.HAULAGE: (Unit.KM, Unit.TRIP),
    CostKind.FUEL: (Unit.KM, Unit.TRIP),
    CostKind.TOLL: (Unit.LEG, Unit.KM, Unit.TRIP),
    CostKind.CROSSING: (Unit.BORDER, Unit.TRIP),
    CostKind.SWAP: (Unit.SWAP, Unit.TRIP),
    CostKind.TRANSHIPMENT: (Unit.TRANSHIPMENT, Unit.TONNE),
    CostKind.PERMIT: (Unit.TRIP, Unit.BORDER),
    CostKind.DC: (Unit.TONNE,),
    CostKind.LAST_MILE: (Unit.STOP, Unit.TONNE),
    CostKind.WAITING: (Unit.HOUR,),
}


class Basis(StrEnum):
    """Whether a cost is expected or has come about."""

    PLANNED = "planned"
    ACTUAL = "actual"


class SheetState(StrEnum):
    """Whether costs of a departure may still be entered."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a line pays for something from a day on; ``vehicle_id`` None: for every lorry of it.

    ``company_id`` is the partner who asks for it, None for the line's carrier.
    """

    id: UUID
    kind: CostKind
    unit: Unit
    vehicle_id: UUID | None
    company_id: UUID | None
    price: UnitPrice
    free_hours: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class Trip:
    """What rates are reckoned on; ``km`` None: a leg's length is not known, ``waits``: minutes at each border."""

    km: int | None
    legs: int
    waits: tuple[int, ...]
    swaps: int
    transhipments: int
    grams: int
    stops: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One expected cost; ``quantity`` in thousandths of the rate's unit."""

    rate: Rate
    quantity: int
    amount: Money


def check_rate(kind: CostKind, unit: Unit, *, free_hours: int) -> None:
    """Refuse a unit that a kind of cost is not reckoned by, and free hours of anything but waiting."""
    if unit not in UNITS[kind]:
        raise Refused.field("unit", "choice", ", ".join(UNITS[kind]))
    if free_hours and kind is not CostKind.WAITING:
        raise Refused.field("free_hours", "range", "0, but for waiting")


def in_force(rates: Iterable[Rate], *, vehicle_id: UUID, day: date) -> tuple[Rate, ...]:
    """Return one rate for each kind and unit: the newest by a day, that of the lorry's own type before the general.

    Of two from the same day the later one in the list counts.
    """
    found: dict[tuple[CostKind, Unit], Rate] = {}
    for rate in sorted(rates, key=lambda one: (one.vehicle_id is not None, one.valid_from)):
        if rate.valid_from <= day and rate.vehicle_id in (None, vehicle_id):
            found[rate.kind, rate.unit] = rate
    kinds, units = list(CostKind), list(Unit)
    return tuple(found[key] for key in sorted(found, key=lambda key: (kinds.index(key[0]), units.index(key[1]))))


def plan(rates: Sequence[Rate], trip: Trip) -> tuple[tuple[Planned, ...], tuple[Rate, ...]]:
    """Return what rates in force come to, without what comes to nothing, and the rates that cannot be reckoned."""
    made: list[Planned] = []
    unknown: list[Rate] = []
    for rate in rates:
        quantity = _quantity(rate, trip)
        if quantity is None:
            unknown.append(rate)
        elif amount := priced(rate.price, quantity):
            made.append(Planned(rate, quantity, amount))
    return tuple(made), tuple(unknown)


def priced(price: UnitPrice, quantity: int) -> Money:
    """Return the cost of so many thousandths of a unit, rounded once, half up."""
    return Money.rounded(Decimal(price.micro) * quantity / _BILLION, price.currency)


def check_amount(amount: Money, *, field: str = "amount") -> None:
    """Refuse a cost that is nothing, negative or beyond what a sum can hold."""
    if amount.minor <= 0:
        raise Refused.field(field, "too_small", "more than 0")
    if amount.minor > LARGEST_MINOR // ONE:
        raise Refused.field(field, "too_large", str(Money(LARGEST_MINOR // ONE, amount.currency)))


def check_day(day: date, *, field: str, now: datetime) -> None:
    """Refuse the day of a cost that is still to come, wherever the partner is."""
    if day > (now + timedelta(days=1)).date():
        raise Refused.field(field, "future", "today, or an earlier day")


def _quantity(rate: Rate, trip: Trip) -> int | None:
    if rate.unit is Unit.TONNE:
        return (trip.grams + ONE // 2) // ONE
    count = {
        Unit.TRIP: 1,
        Unit.KM: trip.km,
        Unit.LEG: trip.legs,
        Unit.BORDER: len(trip.waits),
        Unit.SWAP: trip.swaps,
        Unit.TRANSHIPMENT: trip.transhipments,
        Unit.STOP: trip.stops,
        Unit.HOUR: sum(paid_hours(minutes, free_hours=rate.free_hours) for minutes in trip.waits),
    }[rate.unit]
    return None if count is None else count * ONE


def paid_hours(minutes: int, *, free_hours: int) -> int:
    """Return the hours of a stay that are paid for: those after the free ones, a begun hour whole."""
    return max(0, -(-minutes // 60) - free_hours)
