"""Which class of commodity goods are of: what is checked of them, and how long their buyer has to accept them."""

from enum import StrEnum
from typing import Final


class CommodityClass(StrEnum):
    """A class of commodity."""

    STANDARD = "standard"
    FRESH = "fresh"
    MACHINERY = "machinery"


# Machinery of HS chapter 84 and rolling stock of 86, motors, generators and welders, vehicles, trailers.
_MACHINERY: Final = (
    "84", "86", "8501", "8502", "8515", "8701", "8702", "8703", "8704", "8705", "8709", "8710", "8711", "8716",
)  # fmt: skip


def class_of(*, fresh: bool, hs_code: str) -> CommodityClass:
    """Return the class of goods: fresh as their shelf says, machinery by the tariff, or standard."""
    if fresh:
        return CommodityClass.FRESH
    return CommodityClass.MACHINERY if hs_code.startswith(_MACHINERY) else CommodityClass.STANDARD
