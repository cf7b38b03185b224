"""Lots in the cartons of a line: which cartons hold which, until when they are good, and what certifies them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused

MOST_LOTS: Final = 100
# A batch or lot number of GS1 has at most so many letters (application identifier 10).
LONGEST_NUMBER: Final = 20
LONGEST_CERTIFICATE: Final = 35


@dataclass(frozen=True, slots=True)
class Lot:
    """So many cartons of one lot; until when it is good, and the number of its certificate, where it has them."""

    number: str
    cartons: int
    best_before: date | None = None
    certificate: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept of it."""
        day = self.best_before.isoformat() if self.best_before else None
        return {"number": self.number, "cartons": self.cartons, "best_before": day, "certificate": self.certificate}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Lot":
        """Read what was kept."""
        day = date.fromisoformat(kept["best_before"]) if kept["best_before"] else None
        return cls(kept["number"], kept["cartons"], day, kept["certificate"])


@dataclass(frozen=True, slots=True)
class PlacedLot:
    """A lot with the numbers of its first and its last carton."""

    lot: Lot
    first: int
    last: int


def checked(lots: Sequence[Lot], *, cartons: int) -> tuple[Lot, ...]:
    """Return lots as they are kept; Refused where they are not those of all cartons, or one is named twice."""
    if not lots:
        return ()
    numbers = [one.number for one in lots]
    if twice := next((one for place, one in enumerate(numbers) if one in numbers[:place]), None):
        raise Refused.fields(FieldError("lots", "lot_twice", twice))
    if sum(one.cartons for one in lots) != cartons:
        raise Refused.fields(FieldError("lots", "lots_of_all", f"{cartons} cartons in all"))
    return tuple(lots)


def placed(lots: Sequence[Lot]) -> tuple[PlacedLot, ...]:
    """Return which cartons hold which lot: they are numbered through, in the order of the lots."""
    found: list[PlacedLot] = []
    for one in lots:
        first = found[-1].last + 1 if found else 1
        found.append(PlacedLot(one, first, first + one.cartons - 1))
    return tuple(found)
