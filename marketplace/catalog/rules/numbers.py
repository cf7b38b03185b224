"""Numbers as people write them in sheets: ``12.5``, ``12,5``, ``1.234,50``, ``1 234``, ``60cm``.

Whether a comma is a decimal mark is decided for a whole column by what its unambiguous cells show. A text that reads
two ways and finds no such evidence is refused with both readings: a price is never guessed.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

# Blanks and apostrophes group digits in some countries and mean nothing else.
_GROUPING: Final = re.compile(r"(?<=[0-9])[ \u00a0\u2009\u202f'’_](?=[0-9]{3})")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9][0-9.,]*|[.,][0-9]+)", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_UNIT: Final = re.compile(r"[a-z²³㎏㎝㎜%]+$|[一-鿿]+$")
_MOST_DIGITS: Final = 24
# A price list has thousands of cells and few different weights, sizes and quantities.
_remembered: Final = lru_cache(maxsize=8_192)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may mean: with a decimal point, with a decimal comma; None where it cannot."""

    point: Decimal | None
    comma: Decimal | None

    @property
    def values(self) -> tuple[Decimal, ...]:
        """The different values it may have."""
        return tuple({value for value in (self.point, self.comma) if value is not None})


@dataclass(frozen=True, slots=True)
class Style:
    """Which decimal marks the unambiguous cells of a column show."""

    point: bool = False
    comma: bool = False

    def joined(self, other: "Style") -> "Style":
        """Return the evidence of both."""
        return Style(self.point or other.point, self.comma or other.comma)

    def choose(self, reading: Reading, *, whole: bool = False) -> Decimal | None:
        """Return the one value that a text has in this column, None when it stays ambiguous (or is no number)."""
        values = reading.values
        if len(values) == 1:
            return values[0]
        if self.point != self.comma:
            return reading.point if self.point else reading.comma
        if whole and (fitting := [value for value in values if value == value.to_integral_value()]):
            return fitting[0] if len(fitting) == 1 else None
        return None


def plain(text: str) -> str:
    """Return a text with fullwidth forms narrowed and outer blanks off, as every reading of cells begins."""
    return unicodedata.normalize("NFKC", text).strip()


@_remembered
def split_unit(text: str) -> tuple[str, str]:
    """Part ``60 cm`` into number and unit; the unit is empty where none is written."""
    lowered = plain(text).lower()
    found = _UNIT.search(lowered)
    return (lowered[: found.start()].strip(), found[0]) if found and found.start() else (lowered, "")


@_remembered
def read(text: str) -> Reading:
    """Return what a text may mean as a number; nothing for what is none: NaN, exponents, words."""
    digits = _GROUPING.sub("", text.strip())
    if not _NUMBER.fullmatch(digits) or len(digits) > _MOST_DIGITS:
        return Reading(None, None)
    return Reading(_value(digits, mark=".", group=","), _value(digits, mark=",", group="."))


def style_of(texts: Iterable[str]) -> Style:
    """Return the evidence that the texts of a column give."""
    point = comma = False
    for text in texts:
        reading = read(text)
        marked = "." in text or "," in text
        if not marked or len(reading.values) != 1:
            continue
        point = point or reading.comma is None
        comma = comma or reading.point is None
    return Style(point, comma)


def _value(digits: str, *, mark: str, group: str) -> Decimal | None:
    """Read digits with this decimal mark and this grouping, None where they do not fit it."""
    sign = -1 if digits.startswith("-") else 1
    whole, found, fraction = digits.lstrip("+-").partition(mark)
    if found and (group in fraction or mark in fraction or not fraction):
        return None
    parts = whole.split(group)
    if len(parts) > 1 and not _is_grouped(parts):
        return None
    joined = "".join(parts)
    if joined and not _WHOLE.fullmatch(joined):
        return None
    return sign * Decimal(f"{joined or '0'}.{fraction or '0'}")


def _is_grouped(parts: list[str]) -> bool:
    """Tell groups of three behind one of one to three digits that does not begin with a zero."""
    return 1 <= len(parts[0]) <= 3 and not parts[0].startswith("0") and all(len(part) == 3 for part in parts[1:])
