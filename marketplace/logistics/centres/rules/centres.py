"""Centres: their hours and licence, and where goods may be sent from one to another."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.centres.rules.lots import Status

EVERY_DAY: Final = 0b111_1111
MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Figures:
    """When a centre is open by its own clock (days as bits, Monday the lowest), and its licence for bonded goods.

    Minutes since midnight. ``is_assumed``: nobody published it.
    """

    days: int
    opens: int
    closes: int
    licence_number: str | None
    licence_until: date | None
    source: str
    is_assumed: bool


def check_figures(figures: Figures) -> None:
    """Refuse, by field, hours that are none, and a licence without its last day or the other way round."""
    errors: list[FieldError] = []
    if not 1 <= figures.days <= EVERY_DAY:
        errors.append(FieldError("weekdays", "required", "one weekday or more"))
    if not 0 <= figures.opens < figures.closes <= MINUTES:
        errors.append(FieldError("closes", "after_opening", "a time after it opens"))
    if (figures.licence_number is None) != (figures.licence_until is None):
        missing = "licence_until" if figures.licence_until is None else "licence_number"
        errors.append(FieldError(missing, "required", "a value"))
    if errors:
        raise Refused.fields(*errors)


def takes_bonded(licence_until: date | None, today: date) -> bool:
    """Tell whether bonded goods may be taken in on a day."""
    return licence_until is not None and today <= licence_until


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where goods of a status are sent, and under which transit movement."""

    status: Status
    from_country: str
    to_country: str
    is_same_centre: bool
    to_takes_bonded: bool
    transit_reference: str | None


def check_way(way: Way) -> None:
    """Refuse, by field, what customs do not let through.

    Bonded goods need a transit reference and a bonded centre to go to; free ones stay in their country.
    """
    errors: list[FieldError] = []
    if way.is_same_centre:
        errors.append(FieldError("to_centre", "same_centre", "another centre"))
    elif way.status is Status.BONDED:
        if not way.to_takes_bonded:
            errors.append(FieldError("to_centre", "not_bonded_centre", "a centre with a licence for bond"))
        if way.transit_reference is None:
            errors.append(FieldError("transit_reference", "required", "the number of the transit movement"))
    elif way.from_country != way.to_country:
        errors.append(FieldError("to_centre", "free_leaves_country", f"a centre in {way.from_country}"))
    if errors:
        raise Refused.fields(*errors)
