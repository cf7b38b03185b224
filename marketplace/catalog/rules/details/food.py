"""Food: how long it keeps, how warm it may lie, by which codes it is traced, what people may not stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from marketplace.catalog.rules.details.reading import Sheet, plain

_LONGEST_DAYS: Final = 3_650
# Codex Stan 1-1985, 4.2.1.4, as revised in 2024: foods known to cause hypersensitivity.
ALLERGENS: Final = (
    "gluten", "crustaceans", "eggs", "fish", "peanuts", "milk", "tree_nuts", "sesame", "soy", "molluscs", "celery",
    "mustard", "lupin", "sulphites",
)  # fmt: skip
# Who registers the establishment: China's customs (GACC Decree 248) for food that goes to China, or another office.
SCHEMES: Final = ("gacc", "other")


@dataclass(frozen=True, slots=True)
class Food:
    """Shelf life in days, storage in °C, the code of the lot and of the facility, allergens by code. Material."""

    shelf_days: int
    least_celsius: Decimal | None = None
    most_celsius: Decimal | None = None
    lot: str = ""
    facility: str = ""
    scheme: str | None = None
    allergens: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "shelf_days": self.shelf_days,
            "least_celsius": plain(self.least_celsius),
            "most_celsius": plain(self.most_celsius),
            "lot": self.lot,
            "facility": self.facility,
            "scheme": self.scheme,
            "allergens": list(self.allergens),
        }


def parse(given: Mapping[str, Any]) -> Food:
    """Read what is said of food; Refused naming what is wrong."""
    sheet = Sheet(given)
    facility = sheet.text("facility", longest=60)
    allergens = _allergens(sheet, given.get("allergens"))
    found = Food(
        shelf_days=sheet.whole("shelf_days", least=1, most=_LONGEST_DAYS, needed=True) or 0,
        least_celsius=sheet.decimal("least_celsius", least="-80", most="60", places=1),
        most_celsius=sheet.decimal("most_celsius", least="-80", most="60", places=1),
        lot=sheet.text("lot", longest=60),
        facility=facility,
        scheme=sheet.choice("scheme", SCHEMES, needed=bool(facility)),
        allergens=tuple(each for each in ALLERGENS if each in allergens),
    )
    if found.least_celsius is not None and found.most_celsius is not None and found.least_celsius > found.most_celsius:
        sheet.refuse("most_celsius", "too_small", f"{plain(found.least_celsius)} or more")
    sheet.done()
    return found


def _allergens(sheet: Sheet, given: Any) -> list[str]:
    codes = cast("list[Any]", given) if isinstance(given, list) else []
    if (given and not codes) or any(each not in ALLERGENS for each in codes):
        sheet.refuse("allergens", "choice", ", ".join(ALLERGENS))
        return []
    return codes
