"""What a merchant promises of goods every day: warranty, how they stand on a pallet. All go live at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marketplace.catalog.rules.details.reading import Sheet

_LONGEST_PROSE: Final = 1_000
_MOST_UNITS: Final = 10**8
_TALLEST_MM: Final = 2_700


@dataclass(frozen=True, slots=True)
class Warranty:
    """How long a merchant answers for goods, by months, by kilometres, or by what is over first, and for what.

    ``covers`` holds where a language has no text of its own.
    """

    months: int | None
    kilometres: int | None
    covers: str
    covers_en: str = ""
    covers_zh: str = ""
    covers_vi: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        named = {f"covers_{locale}": text for locale, text in self._translated.items() if text}
        return {"months": self.months, "kilometres": self.kilometres, "covers": self.covers, **named}

    @property
    def texts(self) -> dict[str, str]:
        """What it covers, by language."""
        return {locale: text or self.covers for locale, text in self._translated.items()}

    @property
    def _translated(self) -> dict[str, str]:
        return {"en": self.covers_en, "zh": self.covers_zh, "vi": self.covers_vi}


def parse_warranty(given: Mapping[str, Any]) -> Warranty:
    """Read a warranty; Refused naming what is wrong."""
    sheet = Sheet(given)
    found = Warranty(
        months=sheet.whole("months", least=1, most=600),
        kilometres=sheet.whole("kilometres", least=1, most=10_000_000),
        covers=sheet.text("covers", longest=_LONGEST_PROSE, needed=True),
        covers_en=sheet.text("covers_en", longest=_LONGEST_PROSE),
        covers_zh=sheet.text("covers_zh", longest=_LONGEST_PROSE),
        covers_vi=sheet.text("covers_vi", longest=_LONGEST_PROSE),
    )
    if found.months is None and found.kilometres is None and not sheet.errors:
        sheet.refuse("months", "required", "months or kilometres")
    sheet.done()
    return found


@dataclass(frozen=True, slots=True)
class Pallet:
    """How goods stand on a pallet: units on it, its height with the goods on it."""

    units: int
    height_mm: int | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {"units": self.units, "height_mm": self.height_mm}


def parse_pallet(given: Mapping[str, Any], *, carton_units: int | None, multiple: int) -> Pallet:
    """Read a pallet: whole cartons stand on it, and a step of sale fills or divides it.

    Refused ``units`` naming both neighbours that would do; nothing is rounded.
    """
    sheet = Sheet(given)
    units = sheet.whole("units", least=1, most=_MOST_UNITS, needed=True)
    height = sheet.whole("height_mm", least=100, most=_TALLEST_MM)
    if units is not None and carton_units is None:
        sheet.refuse("units", "pallet_carton", "the carton, on the listing's form, before the pallet")
    elif units is not None and not stands(units, carton_units=carton_units, multiple=multiple):
        below, above = neighbours(units, carton_units=carton_units or 1, multiple=multiple)
        accepted = " or ".join(str(each) for each in (below, above) if each)
        sheet.refuse("units", "pallet_units", accepted, below=below, above=above)
    sheet.done()
    return Pallet(units or 0, height)


def stands(units: int, *, carton_units: int | None, multiple: int) -> bool:
    """Tell whether so many units make whole cartons and whole steps of sale, or a step whole pallets."""
    return bool(carton_units) and not units % (carton_units or 1) and (not units % multiple or not multiple % units)


def neighbours(units: int, *, carton_units: int, multiple: int) -> tuple[int, int]:
    """Return the nearest numbers of units below (0 for none) and above that stand on a pallet.

    Those are whole cartons that divide the step of sale, or common multiples of carton and step.
    """
    step = _common(carton_units, multiple)
    dividing = [
        size * carton_units
        for size in range(1, min(multiple // carton_units, 10_000) + 1)
        if not multiple % (size * carton_units)
    ]
    below = max([each for each in dividing if each < units] + [units // step * step])
    above = min([each for each in dividing if each > units] + [(units // step + 1) * step])
    return below, above


def _common(one: int, other: int) -> int:
    greater, smaller = max(one, other), min(one, other)
    while smaller:
        greater, smaller = smaller, greater % smaller
    return one * other // greater
