"""Fitment: the vehicles and machines that a part fits, a row each, from one year of building to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marketplace.catalog.rules.details.reading import Sheet

MOST_VEHICLES: Final = 300
COLUMNS: Final = ("make", "model", "year_from", "year_to", "note")
LONGEST: Final = {"make": 60, "model": 80, "note": 160}
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
# A model that is still built has no last year. Who looks for it by a year finds it for as long as one is ever built.
_STILL_BUILT: Final = 30
_PARTING: Final = re.compile("[;；]")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One kind of vehicle or machine; both years included, no last year where it is still built."""

    make: str
    model: str
    year_from: int
    year_to: int | None = None
    note: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """What is stored."""
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Fitment:
    """All vehicles that a part fits. Material."""

    vehicles: tuple[Vehicle, ...]

    @property
    def document(self) -> dict[str, Any] | None:
        """What is stored, None for nothing."""
        return {"vehicles": [each.document for each in self.vehicles]} if self.vehicles else None


def parse(given: Mapping[str, Any]) -> Fitment:
    """Read vehicles; Refused ``vehicles.<position>.<field>`` naming what is wrong. The same one twice is one."""
    sheet = Sheet(given)
    found: dict[tuple[Any, ...], Vehicle] = {}
    for position, row in enumerate(sheet.rows("vehicles", most=MOST_VEHICLES)):
        part = Sheet(row, prefix=f"vehicles.{position}.")
        each = _vehicle(part)
        sheet.errors += part.errors
        if each is not None:
            key = (each.make.casefold(), each.model.casefold(), each.year_from, each.year_to, each.note.casefold())
            found.setdefault(key, each)
    sheet.done()
    return Fitment(tuple(found.values()))


def _vehicle(part: Sheet) -> Vehicle | None:
    make = part.text("make", longest=LONGEST["make"], needed=True)
    model = part.text("model", longest=LONGEST["model"], needed=True)
    note = part.text("note", longest=LONGEST["note"])
    for name, text in (("make", make), ("model", model)):
        if _PARTING.search(text):
            part.refuse(name, "no_semicolon", "a text without semicolons")
    start = part.whole("year_from", least=FIRST_YEAR, most=LAST_YEAR, needed=True)
    end = part.whole("year_to", least=FIRST_YEAR, most=LAST_YEAR)
    if start is not None and end is not None and end < start:
        part.refuse("year_to", "too_small", f"{start} to {LAST_YEAR}")
    if part.errors or start is None:
        return None
    return Vehicle(make, model, start, end, note)


def search_texts(document: Mapping[str, Any]) -> list[str]:
    """Return what a part is found by: each make, model and note once, and every year that one of them was built in."""
    vehicles = document["vehicles"]
    texts = dict.fromkeys(each[name] for name in ("make", "model", "note") for each in vehicles if each[name])
    years = {
        year
        for each in vehicles
        for year in range(each["year_from"], (each["year_to"] or each["year_from"] + _STILL_BUILT) + 1)
    }
    return [*texts, " ".join(map(str, sorted(years)))]
