"""Read a document field by field: everything that is wrong is noted, and refused together at the end."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from marketplace.kernel.errors import FieldError, Refused

_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Sheet:
    """A document while it is read; each reading returns a value, or notes why there is none."""

    def __init__(self, given: Mapping[str, Any], *, prefix: str = "") -> None:
        """Begin; ``prefix`` stands before the names of fields in refusals."""
        self._given = given
        self._prefix = prefix
        self.errors: list[FieldError] = []

    def refuse(self, name: str, code: str, accepted: str = "", **facts: Any) -> None:
        """Note that a field is wrong."""
        self.errors.append(FieldError(f"{self._prefix}{name}", code, accepted, facts))

    def text(self, name: str, *, longest: int, needed: bool = False) -> str:
        """Return a text of one line without doubled blanks; empty for none."""
        text = " ".join(str(self._given.get(name) or "").split())
        if needed and not text:
            self.refuse(name, "required", "a text")
        if len(text) > longest:
            self.refuse(name, "too_long", f"at most {longest} characters")
        return text

    def whole(self, name: str, *, least: int, most: int, needed: bool = False) -> int | None:
        """Return a whole number between bounds."""
        value = self._given.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "required", f"{least} to {most}")
            return None
        if isinstance(value, bool) or not _WHOLE.fullmatch(str(value).strip()):
            self.refuse(name, "whole_number", "a whole number")
            return None
        number = int(str(value).strip())
        if not least <= number <= most:
            self.refuse(name, "too_small" if number < least else "too_large", f"{least} to {most}")
            return None
        return number

    def decimal(self, name: str, *, least: str, most: str, places: int, needed: bool = False) -> Decimal | None:
        """Return a decimal between bounds."""
        value = self._given.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "required", f"{least} to {most}")
            return None
        if isinstance(value, bool) or not _NUMBER.fullmatch(str(value).strip()):
            self.refuse(name, "decimal", "a number such as 12.5")
            return None
        number = Decimal(str(value).strip())
        if not Decimal(least) <= number <= Decimal(most):
            self.refuse(name, "too_small" if number < Decimal(least) else "too_large", f"{least} to {most}")
            return None
        if number != round(number, places):
            self.refuse(name, "too_fine", f"at most {places} decimals")
            return None
        return number

    def choice(self, name: str, choices: Collection[str], *, needed: bool = False) -> str | None:
        """Return one of some words."""
        value = self._given.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "choice", ", ".join(choices))
            return None
        if value not in choices:
            self.refuse(name, "choice", ", ".join(choices))
            return None
        return str(value)

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """Return a day of ISO 8601."""
        value = self._given.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "required", "a day such as 2026-11-25")
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.refuse(name, "calendar_day", "a day such as 2026-11-25")
            return None

    def file(self, name: str, *, needed: bool = False) -> UUID | None:
        """Return the id of a file; whose it is, the service asks."""
        value = self._given.get(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "required", "a file handed in before")
            return None
        try:
            return UUID(str(value))
        except ValueError:
            self.refuse(name, "id", "an id as given by this service")
            return None

    def tick(self, name: str) -> bool:
        """Return whether something is ticked."""
        return self._given.get(name) in (True, "1", "on", "yes", "true")

    def rows(self, name: str, *, most: int) -> Sequence[Mapping[str, Any]]:
        """Return a list of objects."""
        given = self._given.get(name)
        rows = cast("list[Mapping[str, Any]]", given) if isinstance(given, list) else []
        if (given and not rows) or not all(isinstance(each, Mapping) for each in rows):
            self.refuse(name, "list", "a list of objects")
            return ()
        if len(rows) > most:
            self.refuse(name, "too_long", f"at most {most} entries")
        return rows[:most]

    def done(self) -> None:
        """Raise Refused when anything was wrong."""
        if self.errors:
            raise Refused.fields(*self.errors)


def iso(day: date | None) -> str | None:
    """Return a day as a document keeps it."""
    return day.isoformat() if day else None


def plain(number: Decimal | None) -> str | None:
    """Return a decimal as a document keeps it: without needless zeros, never with an exponent."""
    if number is None:
        return None
    return f"{number.normalize():f}" if number else "0"
