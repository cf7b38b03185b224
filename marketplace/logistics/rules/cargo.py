"""What a hub notes about cargo: units, their codes, the manifest, status codes of the journey."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused

# Extension digit, then a company prefix out of GS1's range for use inside one company, then the serial number.
_SSCC_START: Final = "0040"
_SERIALS: Final = 10**13
_LARGEST_SIDE_MM: Final = 14_000
_HEAVIEST_UNIT_G: Final = 40_000_000
_MOST_CARTONS: Final = 1_000_000
_LARGEST_UNIT_CM3: Final = 200_000_000


class Status(IntEnum):
    """Codes of UN/ECE Recommendation 24 that this corridor uses."""

    ARRIVED = 1
    AUTHORIZED_TO_LOAD = 2
    BOOKED = 6
    BOOKING_CANCELLED = 7
    IMPORT_CLEARED = 8
    EXPORT_CLEARED = 9
    CLEARED = 12
    COLLECTED = 13
    CONSOLIDATED = 15
    CROSSED_BORDER = 16
    CLEARANCE_REFUSED = 17
    DAMAGED = 18
    DELAYED = 20
    DELIVERED = 21
    DELIVERED_AS_INSTRUCTED = 22
    NOT_DELIVERED = 23
    DEPARTED = 24
    DEPARTURE_DELAYED = 25
    STRIPPED = 28
    UNLOADED = 29
    EN_ROUTE = 31
    NOT_FOUND = 36
    FOUND = 37
    RELEASED_FROM_BOND = 39
    REROUTED = 44
    CONSIGNEE_INFORMED = 45


@dataclass(frozen=True, slots=True)
class MeasuredUnit:
    """A pallet or loose lot as the hub found it: cartons, grams, outer millimetres, or a volume instead."""

    cartons: int
    grams: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    volume_cm3: int | None = None

    @property
    def cm3(self) -> int:
        """Volume, begun cubic centimetres whole."""
        if self.length_mm is None or self.width_mm is None or self.height_mm is None:
            return self.volume_cm3 or 0
        return -(-self.length_mm * self.width_mm * self.height_mm // 1_000)


def check_units(units: Sequence[MeasuredUnit]) -> None:
    """Refuse units that were not weighed, measured or counted, naming each by its place in the list."""
    errors = [FieldError("units", "required", "one or more")] if not units else []
    for place, unit in enumerate(units):
        most = {"cartons": _MOST_CARTONS, "grams": _HEAVIEST_UNIT_G}
        if unit.volume_cm3 is None:
            most |= dict.fromkeys(("length_mm", "width_mm", "height_mm"), _LARGEST_SIDE_MM)
        else:
            most["volume_cm3"] = _LARGEST_UNIT_CM3
        errors += [
            FieldError(
                f"units.{place}.{name}",
                "too_small" if (getattr(unit, name) or 0) < 1 else "too_large",
                f"1 to {limit}",
            )
            for name, limit in most.items()
            if not 1 <= (getattr(unit, name) or 0) <= limit
        ]
    if errors:
        raise Refused.fields(*errors)


def sscc(serial: int) -> str:
    """Return a serial shipping container code: 17 digits and GS1's check digit."""
    digits = f"{_SSCC_START}{serial % _SERIALS:013d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def is_sscc(code: str) -> bool:
    """Tell whether a code is 18 digits with a right check digit."""
    if len(code) != 18 or not (code.isascii() and code.isdigit()):
        return False
    return sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(code)) % 10 == 0


def manifest_hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest's canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
