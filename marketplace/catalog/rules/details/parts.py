"""Part numbers: the manufacturer's own and the numbers of others that the part stands for."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marketplace.catalog.rules.details.reading import Sheet

MOST_CROSSES: Final = 200
_LONGEST: Final = 60
_LONGEST_LOOKUP: Final = 120


@dataclass(frozen=True, slots=True)
class PartNumbers:
    """A manufacturer and its number, and cross references as pairs of brand and number. Material."""

    manufacturer: str
    number: str
    crosses: tuple[tuple[str, str], ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        crosses = [{"brand": brand, "number": number} for brand, number in self.crosses]
        return {"manufacturer": self.manufacturer, "number": self.number, "crosses": crosses}


def parse(given: Mapping[str, Any]) -> PartNumbers:
    """Read part numbers; Refused naming what is wrong. The same reference twice is one."""
    sheet = Sheet(given)
    manufacturer = sheet.text("manufacturer", longest=_LONGEST, needed=True)
    number = _number(sheet, "number")
    crosses: dict[tuple[str, str], tuple[str, str]] = {}
    for position, row in enumerate(sheet.rows("crosses", most=MOST_CROSSES)):
        part = Sheet(row, prefix=f"crosses.{position}.")
        pair = (part.text("brand", longest=_LONGEST, needed=True), _number(part, "number"))
        crosses.setdefault((pair[0].casefold(), normalised(pair[1])), pair)
        sheet.errors += part.errors
    sheet.done()
    return PartNumbers(manufacturer, number, tuple(crosses.values()))


def _number(sheet: Sheet, name: str) -> str:
    number = sheet.text(name, longest=_LONGEST, needed=True)
    if number and not normalised(number):
        sheet.refuse(name, "part_number", "letters or digits, such as 0 986 494 123")
    return number


def normalised(number: str) -> str:
    """Return a part number as it is looked for: letters and digits alone, in capitals; ``0 986-494.123``."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", number).upper() if letter.isalnum())


def lookup(number: str) -> str:
    """Return a number of any kind as it is kept to be ordered by; one of signs alone stays as it is written."""
    return (normalised(number) or number.strip())[:_LONGEST_LOOKUP]


def numbers_of(sku: str, document: Mapping[str, Any] | None) -> list[str]:
    """Return the numbers by which a listing is ordered, each once: its own, then those of its part numbers."""
    said = [document["number"], *(each["number"] for each in document["crosses"])] if document else []
    return list(dict.fromkeys(map(lookup, (sku, *said))))


def as_part_number(query: str) -> str | None:
    """Return a query as a part number is looked for, None where it is none: words without a figure, or in one piece."""
    number = normalised(query)
    is_apart = number != unicodedata.normalize("NFKC", query).upper().strip()
    return number if is_apart and len(query) <= _LONGEST and any(map(str.isdecimal, number)) else None


def search_texts(document: Mapping[str, Any]) -> list[str]:
    """Return what a listing is found by: each number as it is written and as it is looked for, and the brands."""
    numbers = [document["number"], *(each["number"] for each in document["crosses"])]
    brands = dict.fromkeys([document["manufacturer"], *(each["brand"] for each in document["crosses"])])
    return [*brands, *dict.fromkeys([*numbers, *map(normalised, numbers)])]
