"""What a vehicle must say of itself: where it is registered, and how it is built."""

import re
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.logistics.fleet.rules.papers import Kind

_PLATE: Final = re.compile(r"\s*([A-Za-z]{2})\s+(\S(?:.{0,18}\S)?)\s*")
PLATES: Final = "country and number, parted by semicolons: CN 渝A12345; VN 29C12345"
_MOST_PLATES: Final = 6
# Between which set points a reefer keeps its load, tenths of °C: usual of refrigerated trailers, an assumption.
COOLS: Final = (-250, 250)


def parse_plates(text: str) -> dict[str, str]:
    """Read ``CN 渝A12345; VN 29C12345`` as numbers by country, letters large and blanks away; Refused ``plates``."""
    found: dict[str, str] = {}
    parts = [part for part in text.replace("；", ";").split(";") if part.strip()]
    for part in parts:
        written = _PLATE.fullmatch(part)
        if written is None or written[1].upper() in found:
            raise Refused.field("plates", "plates", PLATES)
        found[written[1].upper()] = re.sub(r"\s+", "", written[2]).upper()
    if not 1 <= len(found) <= _MOST_PLATES:
        raise Refused.field("plates", "plates", PLATES)
    return found


def written_plates(plates: dict[str, str]) -> str:
    """Return plates as ``parse_plates`` reads them."""
    return "; ".join(f"{country} {number}" for country, number in sorted(plates.items()))


def check_build(kind: Kind, vehicle_type_id: UUID | None, *, is_reefer: bool) -> None:
    """Refuse a driver as a vehicle, a trailer whose type is not said, and a tractor that cools."""
    if kind is Kind.DRIVER:
        raise Refused.field("kind", "choice", f"{Kind.TRACTOR}, {Kind.TRAILER}")
    if kind is Kind.TRAILER and vehicle_type_id is None:
        raise Refused.field("vehicle_type", "required", "a value")
    if kind is Kind.TRACTOR and is_reefer:
        raise Refused.field("is_reefer", "reefer_trailer")
