"""Halls, booths and who stands there until when: days are those of the place, both ends count."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from marketplace.catalog.figures.rules import is_robot
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused

# A day is one row, so that the database itself lets nobody stand on a booth that day twice.
LONGEST_TENANCY: Final = 1_100
LARGEST_AREA: Final = Decimal(10_000)
PLAN: Final = 40
MOST_EXHIBITS: Final = 60
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}", re.ASCII)
_CODE_ACCEPTED: Final = "1 to 12 capital letters, digits and hyphens, such as A-12"


def is_visitor(agent: str, purpose: str = "") -> bool:
    """Tell people from robots by the name a browser gives itself, and from browsers that only look ahead."""
    return not is_robot(agent) and "prefetch" not in purpose.lower()


def check_hall(code: str, names: Mapping[str, str]) -> None:
    """Refuse a hall without a code and an English name."""
    errors: list[FieldError] = [] if _CODE.fullmatch(code) else [FieldError("code", "showroom_code", _CODE_ACCEPTED)]
    if not names.get("en"):
        errors.append(FieldError("names", "required", "a name in en"))
    if names.keys() - set(LANGUAGES):
        errors.append(FieldError("names", "choice", ", ".join(LANGUAGES)))
    if any(len(name) > 100 for name in names.values()):
        errors.append(FieldError("names", "too_long", "at most 100 characters"))
    if errors:
        raise Refused.fields(*errors)


def check_booth(code: str, area_m2: Decimal, column: int, row: int) -> None:
    """Refuse a booth without a code, without ground, or off the plan."""
    errors: list[FieldError] = [] if _CODE.fullmatch(code) else [FieldError("code", "showroom_code", _CODE_ACCEPTED)]
    if not 0 < area_m2 <= LARGEST_AREA:
        errors.append(FieldError("area_m2", "range", f"more than 0, at most {LARGEST_AREA} m²"))
    for name, value in (("column", column), ("row", row)):
        if not 1 <= value <= PLAN:
            errors.append(FieldError(name, "range", f"1 to {PLAN}"))
    if errors:
        raise Refused.fields(*errors)


def check_period(from_on: date, until_on: date, *, today: date) -> None:
    """Refuse a tenancy that is over, ends before it begins, or is longer than contracts are."""
    if until_on < from_on:
        raise Refused.field("until_on", "tenancy_until", f"{from_on.isoformat()} or later")
    if until_on < today:
        raise Refused.field("until_on", "tenancy_until", f"{today.isoformat()} or later")
    last = from_on + timedelta(days=LONGEST_TENANCY - 1)
    if until_on > last:
        raise Refused.field("until_on", "tenancy_long", f"{last.isoformat()} or earlier")


def check_end(until_on: date, *, from_on: date, before: date, today: date) -> None:
    """Refuse to end a tenancy before its first day, in the past, or no earlier than it ends anyway."""
    first = max(from_on, today)
    if not first <= until_on < before:
        raise Refused.field("until_on", "tenancy_end", f"{first.isoformat()} to {before - timedelta(days=1)}")


def days(from_on: date, until_on: date) -> Iterator[date]:
    """Return the days of a tenancy, both ends among them."""
    return (from_on + timedelta(days=number) for number in range((until_on - from_on).days + 1))
